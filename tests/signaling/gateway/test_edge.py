"""Whom a request comes from, behind a proxy or not: what limits and cookies rest on."""

from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import make_mocked_request
from multidict import CIMultiDict

from signaling.gateway.edge import Edge
from signaling.settings import Settings

PROXY = "10.0.0.1"


def edge(trusted: str = f"{PROXY}/32") -> Edge:
    key = "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2U="
    env = {"REDIS_URL": "redis://x", "SECRET_KEY": key, "FILES_KEY": key, "TRUSTED_PROXY": trusted}
    settings = Settings.from_environment({**env, "DATA_DIR": str(Path("unused"))})
    unused: Any = None
    return Edge(settings, unused, lambda: 0.0)


def request(neighbour: str, *headers: tuple[str, str]) -> Any:
    return make_mocked_request("GET", "/", headers=CIMultiDict(headers)).clone(remote=neighbour)


@pytest.mark.parametrize(
    ("neighbour", "forwarded", "counted"),
    [
        ("192.0.2.7", [], "192.0.2.7"),
        ("192.0.2.7", ["198.51.100.1"], "192.0.2.7"),
        (PROXY, ["198.51.100.1"], "198.51.100.1"),
        (PROXY, ["203.0.113.9, 198.51.100.1"], "198.51.100.1"),
        (PROXY, ["203.0.113.9", "198.51.100.1"], "198.51.100.1"),
        (PROXY, ["not an address"], PROXY),
        ("::ffff:192.0.2.7", [], "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", [], "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", [], "2001:db8:1:2::/64"),
        ("", [], ""),
    ],
)
def test_only_a_trusted_proxy_says_who_it_is_and_its_own_line_counts(neighbour, forwarded, counted):
    lines = [("X-Forwarded-For", line) for line in forwarded]
    assert edge().address(request(neighbour, *lines)) == counted


@pytest.mark.parametrize(("neighbour", "secure"), [(PROXY, True), ("192.0.2.7", False)])
def test_only_a_trusted_proxy_says_that_the_browser_speaks_tls(neighbour, secure):
    assert edge().secure(request(neighbour, ("X-Forwarded-Proto", "https"))) is secure
