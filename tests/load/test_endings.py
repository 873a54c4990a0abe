"""However a program of the load test ends, what it has started is ended too, and not before."""

import os
import signal
import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path

import psutil
import pytest
import redis

import load.system.redis as redis_servers
from load.system.processes import Process, running
from load.system.redis import RedisServer

ROOT = Path(__file__).parents[2]
PROGRAM = """
import signal, sys
from pathlib import Path
from load.system import processes

processes.end_when_asked()
wait = [sys.executable, "-c", "import signal; signal.pause()"]
with processes.running(wait, output=Path(sys.argv[1]) / "child") as child:
    print(f"child {child.pid}.", flush=True)
    signal.pause()
"""
AT_A_TERMINAL = "import signal; signal.signal(signal.SIGHUP, signal.SIG_DFL)"
"""Whatever these tests run under."""
WITH_REDIS = """
import signal
import redis
from load.system.redis import running

signal.signal(signal.SIGINT, signal.default_int_handler)
with running() as server, redis.Redis.from_url(server.url) as client:
    print(f"child {server.pid}.", flush=True)
    try:
        signal.pause()
    except KeyboardInterrupt:
        print(f"after Ctrl-C: {client.ping()}", flush=True)
"""


def started(
    program: str, folder: Path, before: Sequence[str] = (sys.executable,)
) -> AbstractContextManager[Process]:
    return running([*before, "-c", program, folder], output=folder / "out", cwd=ROOT)


def child_of(parent: Process) -> psutil.Process:
    parent.wait_for(".\n")
    return psutil.Process(int(parent.text().rpartition("child ")[2].partition(".")[0]))


@pytest.mark.parametrize("asked", [signal.SIGTERM, signal.SIGHUP])
def test_asked_to_end_or_without_its_terminal_a_program_ends_what_it_has_started(
    tmp_path: Path, asked: signal.Signals
) -> None:
    with started(AT_A_TERMINAL + PROGRAM, tmp_path) as parent:
        child = child_of(parent)
        assert os.getsid(child.pid) == child.pid  # no signal of the terminal comes to it
        parent.popen.send_signal(asked)
        parent.popen.send_signal(signal.SIGHUP)  # passed on by a shell or by make
        assert parent.wait() in {128 + asked, 128 + signal.SIGHUP}
        assert not child.is_running()


def test_under_nohup_a_program_outlives_its_terminal(tmp_path: Path) -> None:
    with started(PROGRAM, tmp_path, ("nohup", sys.executable)) as parent:
        child = child_of(parent)
        parent.popen.send_signal(signal.SIGHUP)
        parent.popen.send_signal(signal.SIGTERM)
        assert parent.wait() == 128 + signal.SIGTERM
        assert not child.is_running()


@pytest.mark.processes
def test_ctrl_c_leaves_valkey_running_until_the_program_is_through_with_it(tmp_path: Path) -> None:
    with started(WITH_REDIS, tmp_path) as parent:
        valkey = child_of(parent)
        assert os.getsid(valkey.pid) == valkey.pid
        os.killpg(parent.pid, signal.SIGINT)  # as the terminal does
        assert parent.wait() == 0, parent.text()
        assert "after Ctrl-C: True" in parent.text()
        assert not valkey.is_running()


def test_a_server_that_never_answers_is_not_left_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "mute"
    program.write_text("#!/bin/sh\nexec sleep 60\n")
    program.chmod(0o700)
    before = psutil.Process().children()
    monkeypatch.setattr(redis_servers, "START_WITHIN_S", -1.0)
    server = RedisServer(tmp_path, program)
    with pytest.raises(redis.ConnectionError):
        server.start()
    with pytest.raises(RuntimeError, match="does not run"):
        _ = server.pid
    assert psutil.Process().children() == before
