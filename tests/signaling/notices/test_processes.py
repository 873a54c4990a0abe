"""Real worker processes, one of them killed between its claim and the mail."""

import asyncio
import sys
import time
from pathlib import Path

import pytest

from load.system.processes import running
from load.system.redis import RedisServer
from signaling.database import Database
from signaling.notices.contract import State
from signaling.notices.delivery import CLAIM_S
from signaling.notices.service import Notices
from tests.support.app_client import open_place
from tests.support.mailbox import Mailbox
from tests.support.notices import ADDRESS, NOW, Desk, settings

pytestmark = pytest.mark.processes

WORKER = """
import asyncio, sys
from signaling.database import Database
from signaling.notices.service import Notices
from tests.support.databases import Bell
from tests.support.notices import settings

async def main(url, port, now):
    database = Database(url, Bell())
    notices = Notices(database, settings(int(port)), lambda: float(now))
    print("ready", flush=True)
    print("tried", await notices.send(float(now)), flush=True)
    await database.close()

asyncio.run(main(*sys.argv[1:]))
"""
DUE = NOW + 60


async def test_a_worker_killed_between_claim_and_mail_leaves_the_notice_to_another(
    desk: Desk, database_url: str, mailbox: Mailbox, tmp_path: Path
) -> None:
    await desk.set_mail()
    await desk.answer()
    met, left = asyncio.Event(), asyncio.Event()

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        met.set()
        await reader.read()
        writer.close()
        left.set()

    async with await asyncio.start_server(silent, "127.0.0.1", 0) as deaf:
        port = deaf.sockets[0].getsockname()[1]
        argv = [sys.executable, "-c", WORKER, database_url, str(port), str(DUE)]
        with running(argv, output=tmp_path / "killed") as worker:
            await asyncio.wait_for(met.wait(), 20)
            assert await desk.states() == [State.CLAIMED]
            worker.popen.kill()
            await asyncio.to_thread(worker.wait)
        await asyncio.wait_for(left.wait(), 10)
    assert await desk.notices.send(DUE + 1) == 0
    assert await desk.notices.send(DUE + CLAIM_S) == 1
    assert mailbox.recipients == [ADDRESS]
    assert await desk.states() == [State.SENT]
    (row,) = await desk.rows()
    assert row.attempts == 2


async def test_several_worker_processes_send_each_notice_once(
    desk: Desk, database: Database, database_url: str, mailbox: Mailbox, tmp_path: Path
) -> None:
    for number in range(40):
        await desk.set_mail(f"p{number}", f"p{number}@example.org")
        await desk.answer(1, person=f"p{number}")
    argv = [sys.executable, "-c", WORKER, database_url, str(mailbox.port), str(DUE)]
    with running(argv, output=tmp_path / "1") as one, running(argv, output=tmp_path / "2") as two:
        codes = (await asyncio.to_thread(one.wait), await asyncio.to_thread(two.wait))
        assert codes == (0, 0), one.text() + two.text()
    here = Notices(database, settings(mailbox.port), time.time)
    while await here.send(DUE):
        pass
    assert sorted(mailbox.recipients) == sorted(f"p{number}@example.org" for number in range(40))
    assert set(await desk.states()) == {State.SENT}


async def test_the_worker_of_the_server_sends_what_an_app_has_put_in(
    valkey: RedisServer, mailbox: Mailbox, tmp_path: Path
) -> None:
    async with open_place(valkey, tmp_path) as place:
        place.environment |= {
            "MAIL_URL": f"smtp://127.0.0.1:{mailbox.port}/?starttls=0",
            "MAIL_FROM": "Métropole de Test <desk@example.org>",
            "PUBLIC_ORIGIN": "https://desk.example.org",
        }
        async with place.serve() as web:
            context = web.process.context
            desk = Desk(context.database, context.notices)
            await desk.set_mail()
            assert await desk.answer(now=context.clock() - 60) == 1
            with place.run("signaling.worker", tmp_path / "worker") as worker:
                await asyncio.wait_for(mailbox.came.wait(), 20)
                assert ADDRESS not in worker.text()
    assert mailbox.recipients == [ADDRESS]
    assert "https://desk.example.org/aide/reprendre#s3cret-of-her-link" in mailbox.mails[0].get_content()
