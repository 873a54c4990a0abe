"""Links are read from what the seed prints and from what `make run` prints, and each is with one user at a time."""

from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest

from load.links import BadRun, Pool, address, open_links, read_links

JSON_LINES = """
{"name": "Claire (coordination)", "role": "coordinator", "path": "/entrer#c0"}
{"name": "Jeanne M.", "role": "volunteer", "path": "/entrer#a-1"}
{"name": "Inès M.", "role": "pupil", "path": "/entrer#b_2"}
{"name": "Ville de Valmont", "role": "page", "path": "/demo"}
{"name": "Karim Haddad", "role": "agent", "path": "/entrer#d3"}
["no person"]
"""
TABLE = """
Permanence is up: http://localhost:8080 (Ctrl-C stops it)

Claire (coordination)  coordinator  http://localhost:8080/entrer#c0
Jeanne M.          volunteer    http://localhost:8080/entrer#a-1
Inès M.                pupil        http://localhost:8080/entrer#b_2
Inès M.                pupil        http://localhost:8080/entrer#b_2
Ville de Valmont       page         http://localhost:8080/demo
Karim, agent pupil  agent        http://localhost:8080/entrer#d3
"""


@pytest.mark.parametrize("text", [JSON_LINES, TABLE])
def test_secrets_of_those_who_need_a_link_are_found(text: str) -> None:
    assert read_links(text) == {"pupil": ["b_2"], "volunteer": ["a-1"], "agent": ["d3"]}


def test_who_has_no_link_cannot_come_and_the_operator_reads_what_to_do(tmp_path: Path) -> None:
    links = tmp_path / "links.jsonl"
    links.write_text(TABLE.replace("agent  ", "supervisor "), encoding="utf-8")
    assert open_links(str(links), ["pupil", "volunteer", "citizen"])["pupil"] == ["b_2"]
    with pytest.raises(BadRun, match="No links of any agent: set LINKS"):
        open_links(str(links), ["pupil", "agent"])
    with pytest.raises(BadRun, match="cannot be read"):
        open_links(str(tmp_path / "missing"), ["pupil"])
    assert open_links("", ["citizen", "helper", "visitor"]) == {}


def test_a_link_is_with_one_user_at_a_time() -> None:
    pool = Pool({"pupil": ["a", "b"]})
    assert [pool.take("pupil") for _ in range(3)] == ["a", "b", None]
    pool.give_back("pupil", "b")
    assert pool.take("pupil") == "b"
    assert pool.take("agent") is None


def test_nobody_has_the_address_of_somebody_else_in_whichever_process() -> None:
    given = [address(worker, number) for worker in (0, 1, 63) for number in range(3000)]
    assert len(set(given)) == len(given)
    assert all(ip_address(each) in ip_network("10.64.0.0/10") for each in given)
