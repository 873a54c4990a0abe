"""The whole system comes up, several processes of a kind too, and is gone afterwards."""

from pathlib import Path

import pytest

from load.client import Client
from load.system.processes import wait_until
from load.system.whole import running


@pytest.mark.processes
async def test_two_web_processes_and_two_sfu_workers_serve_the_seeded_persons(tmp_path: Path) -> None:
    with running(tmp_path, web=2, sfu=2) as the:
        assert the.health()["sfu_workers"] == 2
        assert [len(the.of_role(role)) for role in ("pupil", "volunteer", "coordinator")] == [12, 3, 1]
        async with await Client.sign_in(the.base, the.of_role("pupil")[0].token) as pupil:
            await pupil.connect()
            assert (await pupil.open_view("classroom"))["name"] == the.of_role("pupil")[0].name
        the.web[0].end()
        wait_until(lambda: bool(the.health()), "the other web process to answer")
        the.restart_web()
        assert [process.popen.poll() is None for process in the.web] == [False, False, True]
        assert the.health()
        pids = [process.pid for process in (*the.web, *the.worker, *the.sfu)]
    assert all(process.popen.poll() is not None for process in (*the.web, *the.worker, *the.sfu)), pids
