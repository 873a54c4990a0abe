"""`make run` on real processes: a real supervisor and a real Valkey, with stand-ins for web, worker and sfu."""

import contextlib
import os
import pty
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import psutil
import pytest

from load.system.processes import Process, free_port, running, wait_until
from tests.support.tree import ROOT

pytestmark = pytest.mark.processes

UP = "Permanence is up"
ADMIN = """
import json, sys
from pathlib import Path
if sys.argv[1] == "seed":
    print(json.dumps({"name": "Léa", "role": "pupil", "path": "/entrer#A"}))
    print(json.dumps({"name": "Bernadette", "role": "volunteer", "path": "/entrer#B"}))
else:
    Path("migrated").write_text(" ".join(sys.argv[2:]))
"""
# An ignored hang-up (nohup) is inherited and respected: these tests are about one that is not.
START = """
import signal, sys
signal.signal(signal.SIGHUP, signal.SIG_DFL)
from signaling.launcher.__main__ import main
sys.exit(main(["admin.py"]))
"""

Launch = Callable[..., AbstractContextManager[Process]]


def _stand_in(role: str) -> str:
    return f"python -m tests.support.stand_ins {role}"


@pytest.fixture
def launch(tmp_path: Path) -> Launch:
    """Start the launcher in a folder of its own, with variables added to its environment."""
    (tmp_path / "admin.py").write_text(ADMIN)
    lines = {role: _stand_in(role) for role in ("web", "worker", "sfu")}
    (tmp_path / "Procfile").write_text("".join(f"{name}: {line}\n" for name, line in lines.items()))

    def start(*, terminal: int | None = None, **variables: object) -> AbstractContextManager[Process]:
        environment = {
            "PYTHONPATH": str(ROOT),
            "PERMANENCE_DEMO": "1",
            "PORT": str(free_port()),
            "SFU_PORT": str(free_port()),
            "SFU_WORKERS": "1",
            "REDIS_URL": "",
        }
        environment |= {name: str(value) for name, value in variables.items()}
        return running(
            [sys.executable, "-c", START],
            output=tmp_path / "out",
            terminal=terminal,
            env=environment,
            cwd=tmp_path,
        )

    return start


@pytest.fixture
def up(launch: Launch) -> Iterator[Process]:
    """A launcher whose processes are all up."""
    with launch() as process:
        process.wait_for("#B", 30)
        yield process


def _roles(process: Process) -> dict[str, psutil.Process]:
    """The living stand-ins by their role, and `redis`."""
    found = {}
    for child in process.descendants():
        with contextlib.suppress(psutil.Error, IndexError):  # it ends just now
            found["redis" if child.name().startswith(("valkey", "redis")) else child.cmdline()[-1]] = child
    return found


def test_all_processes_come_up_and_each_demo_person_has_a_line(up: Process, tmp_path: Path):
    assert {"web", "worker", "sfu", "redis"} <= set(_roles(up))
    assert (tmp_path / "migrated").exists()
    port = psutil.Process(up.pid).environ()["PORT"]
    assert up.text().splitlines()[-2:] == [
        f"Léa         pupil      http://localhost:{port}/entrer#A",
        f"Bernadette  volunteer  http://localhost:{port}/entrer#B",
    ]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_when_it_is_stopped_no_process_is_left(up: Process, number: signal.Signals):
    assert len(up.descendants()) >= 5
    os.kill(up.pid, number)
    assert up.wait() == 0
    assert up.survivors() == []


def test_when_the_terminal_is_closed_no_process_is_left(launch: Launch):
    ours, theirs = pty.openpty()
    with launch(terminal=theirs) as process, open(ours, "rb", closefd=False) as terminal:
        os.close(theirs)
        while b"#B" not in terminal.readline():
            pass
        assert len(process.descendants()) >= 5
        os.close(ours)
        assert process.wait() == 0
        assert process.survivors() == []


def test_a_second_request_kills_what_does_not_stop(launch: Launch, tmp_path: Path):
    procfile = (tmp_path / "Procfile").read_text().replace("stand_ins worker", "stand_ins stubborn")
    (tmp_path / "Procfile").write_text(procfile)
    with launch() as process:
        process.wait_for("#B", 30)
        process.descendants()
        os.kill(process.pid, signal.SIGINT)
        process.wait_for("Stopping")

        def ends_when_asked_again() -> bool:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process.pid, signal.SIGINT)
            return process.popen.poll() is not None

        wait_until(ends_when_asked_again, "its end", 9)
        wait_until(lambda: process.survivors() == [], "the end of all")


def test_it_stops_while_it_is_still_starting(launch: Launch):
    with launch() as process:
        process.wait_for("Starting the processes")
        wait_until(lambda: len(process.descendants()) > 1, "some processes")
        os.kill(process.pid, signal.SIGINT)
        assert process.wait() == 0
        assert process.survivors() == []


def test_web_stops_first_then_worker_then_sfu(up: Process, tmp_path: Path):
    os.kill(up.pid, signal.SIGINT)
    up.wait()
    stops = [line for line in (tmp_path / "journal").read_text().splitlines() if line.startswith("stop")]
    assert stops == ["stop web", "stop worker", "stop sfu"]


def test_a_process_that_ends_is_started_again(up: Process):
    roles = {"web", "worker", "sfu", "redis"}
    first = {role: _roles(up)[role] for role in roles}
    for child in first.values():
        child.kill()
    wait_until(
        lambda: all((again := _roles(up).get(role)) and again.pid != first[role].pid for role in roles),
        "new ones",
        20,
    )


def test_when_the_supervisor_itself_is_killed_nothing_is_left(up: Process):
    supervisor = next(child for child in up.descendants() if "supervisor.supervisord" in child.cmdline())
    wait_until(lambda: len(up.descendants()) >= 5, "all processes")
    supervisor.kill()
    assert up.wait() == 1
    wait_until(lambda: up.survivors() == [], "the end of all")


def test_each_sfu_process_has_its_own_index(launch: Launch):
    with launch(SFU_WORKERS=2, SFU_PORT=free_port()) as process:
        process.wait_for("#B", 30)
        sfus = [child for child in process.descendants() if child.cmdline()[-1] == "sfu"]
        assert sorted(child.environ()["SFU_INDEX"] for child in sfus) == ["0", "1"]


def test_a_second_start_from_the_same_folder_is_refused_in_one_sentence(
    up: Process, launch: Launch, tmp_path: Path
):
    command = [sys.executable, "-c", START]
    environment = {"PYTHONPATH": str(ROOT), "PERMANENCE_DEMO": "1", "PORT": str(free_port()), "REDIS_URL": ""}
    with running(command, output=tmp_path / "second", env=environment, cwd=tmp_path) as second:
        assert second.wait() == 1
    assert "runs already from this folder" in second.text()


def test_a_port_in_use_is_named_with_its_remedy(launch: Launch):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with launch(PORT=port) as process:
            assert process.wait() == 1
    assert f"Port {port} cannot be used" in process.text()
    assert "PORT=" in process.text()
    assert process.survivors() == []


def test_a_process_that_cannot_start_is_shown_with_its_reason(launch: Launch, tmp_path: Path):
    procfile = (tmp_path / "Procfile").read_text().replace("stand_ins worker", "stand_ins broken")
    (tmp_path / "Procfile").write_text(procfile)
    with launch(START_WITHIN_S=4) as process:
        assert process.wait(30) == 1
    assert "the reason why it cannot start" in process.text()
    assert "worker" in process.text().splitlines()[-1]
    assert process.survivors() == []
