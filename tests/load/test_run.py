"""``python -m load``: its options, its page, how it ends, what it samples and draws."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest

from load.__main__ import REFUSED, read
from load.report import records
from load.report.plots import Span, windows
from load.report.records import Moment
from load.report.sampling import Machine, Sampler, Usage, used
from load.run import Options, leave_report
from load.system import processes
from load.system.control import Control
from load.system.processes import wait_until

ROOT = Path(__file__).parents[2]
PNG = b"\x89PNG"
STEPS = ("one-way delay", "loss")
RUN_TIMES = ("90", "90s", "3m", "1h30m", "2h", "3h30m10s", "0h5m", "10")
NO_RUN_TIMES = ("3min", "3 m", "1m1h", "m", "0", "0m0s", "-5", "1.5m", "5m\n", "٣m")
PICTURES = ("cpu", "memory", "delay", "loss", "calls")


def test_without_a_word_it_is_an_evening_of_three_minutes_against_a_fresh_system() -> None:
    options = read({"USERS": "", "HOST": ""}, page=False)
    assert (options.users, options.shape, options.run_time, options.host) == (24, "evening", "3m", "")
    assert options.out == Path.cwd() / "load-report"


def test_what_make_passes_on_is_taken() -> None:
    given = {
        "USERS": "60",
        "SHAPE": "storm",
        "RUN_TIME": "90s",
        "OUT": "/tmp/x",
        "HOST": "https://h",
        "LINKS": "l",
    }
    assert read(given, page=True) == Options(
        out=Path("/tmp/x"),
        users=60,
        shape="storm",
        run_time="90s",
        host="https://h",
        links="l",
        page=True,
        terminal=sys.stdout.fileno(),
    )


@pytest.mark.parametrize(
    ("given", "remedy"),
    [
        ({"USERS": "many"}, "such as 24"),
        ({"USERS": "0"}, "such as 24"),
        ({"TALK": "long"}, "such as 4"),
        ({"SHAPE": "bogus"}, "one of evening, opening, storm, steady"),
        *(({"RUN_TIME": each}, "such as 90s, 3m or 1h30m") for each in NO_RUN_TIMES),
        ({"HOST": "0.0.0.0", "LINKS": "l"}, "such as https://"),
        ({"HOST": "https://help.example"}, "set LINKS to a file"),
    ],
)
def test_options_that_mean_nothing_are_refused_with_the_remedy(given: dict[str, str], remedy: str) -> None:
    with pytest.raises(ValueError, match=remedy):
        read(given, page=False)


@pytest.mark.parametrize("run_time", RUN_TIMES)
def test_run_times_that_locust_reads_are_taken(run_time: str) -> None:
    assert read({"RUN_TIME": run_time}, page=False).run_time == run_time


@pytest.mark.processes
def test_an_option_that_means_nothing_ends_with_a_sentence_and_a_status_of_its_own() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "load"],
        env=os.environ | {"SHAPE": "bogus"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == REFUSED == 64
    assert done.stderr == "SHAPE is 'bogus': write one of evening, opening, storm, steady.\n"
    assert done.stdout == ""


def test_lines_in_the_fifo_are_carried_out_in_order_and_what_cannot_be_is_told(tmp_path: Path) -> None:
    def fail() -> None:
        raise TimeoutError("not within 1 s: web")

    done: list[str] = []
    with Control(tmp_path / "control", {"restart web": lambda: done.append("web"), "fail": fail}) as control:
        for line in ("restart web", "restart moon", "fail", "restart web"):
            with control.path.open("w") as fifo:
                fifo.write(f"{line}\n")
    assert done == ["web", "web"]
    assert control.carried_out == ["restart web", "restart web"]
    assert control.failed == ["nobody knows the command 'restart moon'", "fail: not within 1 s: web"]


def test_a_process_is_sampled_while_it_lives(tmp_path: Path) -> None:
    output = tmp_path / "processes.jsonl"
    with Sampler(lambda: {os.getpid(): "web"}, output):
        wait_until(lambda: len(records.read_lines(output)) >= 2, "two samples")
    sample = records.read_lines(output)[0]
    assert sample["process"] == "web"
    assert 0 <= sample["cpu"] < 2
    assert 20 < sample["memory_mb"] < 2000


def test_a_process_that_has_ended_uses_nothing() -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    assert Usage(ended.pid).since_last() is None


def test_the_machine_is_as_busy_as_its_cores() -> None:
    machine = Machine()
    until = time.process_time() + 0.1
    while time.process_time() < until:
        pass
    assert 0 < machine.busy() <= 1


def test_what_the_run_used_is_told_apart_from_what_the_machine_did() -> None:
    samples = [{"process": name, "cpu": 0.5} for name in ("web", "sfu") for _ in range(10)]
    assert used(samples, 10.0) == pytest.approx(1 / (os.cpu_count() or 1))
    assert used([], 0.0) == 0


def test_steps_of_all_drivers_come_together_by_time_and_an_unfinished_line_is_left_out(
    tmp_path: Path,
) -> None:
    def step(at: float) -> str:
        return json.dumps({"at": at, "who": "pupil", "step": "loss", "value": 0.0, "failed": False}) + "\n"

    def second(at: float, users: int) -> str:
        return json.dumps({"at": at, "users": users, "calls": 0.5, "driver_cpu": 0.1}) + "\n"

    (tmp_path / "1.jsonl").write_text(step(1.5) + step(3.5) + second(1.0, 2) + '{"at": 4.0, "us')
    (tmp_path / "2.jsonl").write_text(step(2.5) + second(1.9, 3) + second(2.9, 4))
    steps, moments = records.gather(tmp_path)
    assert [record["at"] for record in steps] == [1.5, 2.5, 3.5]
    assert moments == [Moment(1, 5, 1.0), Moment(2, 4, 0.5)]


def test_a_second_that_a_driver_left_out_is_as_the_one_before() -> None:
    records_of_one = [{"at": at, "users": 2, "calls": 1.0} for at in (10.2, 12.9)]
    assert records.together([records_of_one, []]) == [Moment(at, 2, 1.0) for at in (10, 11, 12)]


def test_values_are_cut_into_windows_of_time() -> None:
    points = [(0.0, 1.0), (0.5, 3.0), (1.0, 2.0), (7.0, 5.0)]
    assert windows(points) == [(1.0, 2.0, pytest.approx(2.9)), (7.0, 5.0, 5.0)]


@pytest.mark.parametrize("measured", [True, False])
def test_a_run_is_drawn_even_when_nothing_was_measured(tmp_path: Path, *, measured: bool) -> None:
    out, recorded = tmp_path / "out", tmp_path / "recorded"
    out.mkdir()
    recorded.mkdir()
    if measured:
        lines = [{"at": 5.0, "who": "pupil", "step": step, "value": 1.0, "failed": False} for step in STEPS]
        records.write_lines(recorded / "1.jsonl", [*lines, {"at": 5.0, "users": 2, "calls": 1.0}])
        sampled = [{"at": 5.0 + s, "process": "web 2", "cpu": 0.1, "memory_mb": 50.0} for s in range(3)]
        records.write_lines(out / "processes.jsonl", sampled)
    leave_report(out, recorded, Span(0.0, 9.0))
    assert len(records.read_lines(out / "steps.jsonl")) == (2 if measured else 0)
    for name in PICTURES:
        assert (out / f"{name}.png").read_bytes().startswith(PNG)


@pytest.mark.processes
def test_locusts_page_starts_a_run_and_ctrl_c_ends_all_and_leaves_the_report(tmp_path: Path) -> None:
    out = tmp_path / "out"
    argv = [sys.executable, "-m", "load", "page"]
    given = {"USERS": "3", "RUN_TIME": "60s", "SHAPE": "steady", "OUT": str(out), "HOST": ""}
    with processes.running(argv, output=tmp_path / "load.txt", env=given, cwd=ROOT) as load:
        load.wait_for("(Ctrl-C ends it)", 50)
        page = re.search(r"http://127\.0\.0\.1:\d+(?= \()", load.text())
        assert page, load.text()
        with urlopen(page[0], timeout=5) as response:  # noqa: S310 - our own address
            assert b"Locust" in response.read()
        swarm = urlencode({"user_count": 3, "spawn_rate": 3, "host": system_of(load)}).encode()
        with urlopen(f"{page[0]}/swarm", swarm, timeout=5) as response:  # noqa: S310 - as above
            assert json.load(response)["success"], load.text()
        wait_until(lambda: "driver" in sampled(out), "a run", 20)
        assert len(load.descendants()) >= 6
        load.popen.send_signal(signal.SIGINT)
        load.wait(30)
        assert load.survivors() == []
    assert {"web", "worker", "sfu", "redis", "locust", "driver"} <= sampled(out)
    assert (out / "cpu.png").read_bytes().startswith(PNG)


def system_of(load: processes.Process) -> str:
    """The address of the fresh system."""
    found = re.search(r"A fresh system runs at (\S+)\.", load.text())
    assert found, load.text()
    return found[1]


def sampled(out: Path) -> set[str]:
    return {sample["process"] for sample in records.read_lines(out / "processes.jsonl")}
