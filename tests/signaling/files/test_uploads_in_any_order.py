"""Whatever is sent, repeated, sent late or broken off, and whoever dies: the same bytes, or a refusal."""

import asyncio
import contextlib
import os
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from signaling.database import Database, Transaction, metadata
from signaling.errors import Refusal
from signaling.files.documents import Document
from signaling.files.sealing import PIECE
from signaling.files.service import Files
from signaling.files.uploads import Upload
from signaling.ids import new_id
from signaling.wire import Code
from tests.support.databases import Bell
from tests.support.papers import pdf

NOW = 1_800_000_000.0
PAPER = pdf(size=2 * PIECE + 1000)

Step = tuple[str, int, int, int]
"""What is done, at which process, from which earlier look at the upload, and after how many turns it is killed."""
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["begin", "look", "add", "add", "add", "finish"]),
        st.integers(0, 1),
        st.integers(0, 3),
        st.sampled_from([0, 0, 1, 2, 3, 5, 8]),
    ),
    max_size=14,
)


class Sender:
    """One document of one person, sent by way of two processes."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database = database
        self.owner = new_id()
        self.processes = [Files(database, folder, (b"f" * 32,)) for _ in range(2)]
        for process in self.processes:
            process.follow("helpdesk", self._follow)
        self.looks: list[Upload] = []
        """What pages believed at some time; the newest first."""

    async def _follow(self, tx: Transaction, document: Document) -> None:
        assert document.size == len(PAPER)

    async def begin(self, at: int = 0) -> Upload:
        made = await self.processes[at].uploads.create(
            app="helpdesk", owner=self.owner, client_id="client-1", name="a.pdf", size=len(PAPER), now=NOW
        )
        self.looks.insert(0, made)
        return made

    async def do(self, what: str, at: int, look: int, killed_after: int) -> None:
        work = asyncio.ensure_future(self._do(what, at, look))
        if killed_after:
            for _ in range(killed_after):
                await asyncio.sleep(0)
            work.cancel()
        with contextlib.suppress(Refusal, asyncio.CancelledError):
            await work

    async def _do(self, what: str, at: int, look: int) -> None:
        uploads = self.processes[at].uploads
        if what == "begin" or not self.looks:
            await self.begin(at)
            return
        seen = self.looks[min(look, len(self.looks) - 1)]
        if what == "look":
            self.looks.insert(0, await uploads.find(self.owner, seen.id))
        elif seen.is_whole:
            await uploads.finish(seen, NOW)
        elif what == "add":
            self.looks.insert(0, await uploads.add(seen, PAPER[seen.received : seen.received + PIECE]))

    async def complete(self) -> bytes:
        upload = await self.begin()
        while not upload.is_whole:
            upload = await self.processes[0].uploads.add(
                upload, PAPER[upload.received : upload.received + PIECE]
            )
        await self.processes[0].uploads.finish(upload, NOW)
        async with self.database.read() as tx:
            opened = await self.processes[1].open(tx, "helpdesk", upload.id)
            return b"".join([piece async for piece in opened.pieces])


async def play(url: str, steps: list[Step], *, taken_back: bool) -> None:
    database = Database(url, Bell())
    with TemporaryDirectory() as folder:
        await database.change_schema(metadata.create_all)
        sender = Sender(database, Path(folder))
        for step in steps:
            await sender.do(*step)
        if taken_back:
            unwanted = await sender.begin()
            await sender.processes[1].uploads.abandon(unwanted)
            if not unwanted.outcome:
                with pytest.raises(Refusal) as caught:
                    await sender.complete()
                assert caught.value.code in (Code.CONFLICT, Code.NOT_FOUND)
                await database.close()
                return
        assert await sender.complete() == PAPER
        await sender.processes[0].purge(NOW + 2 * 86_400)
        assert os.listdir(folder) == [], "nothing is left behind"
        await database.close()


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=STEPS, taken_back=st.booleans())
def test_the_same_bytes_or_a_refusal(database_url: str, steps: list[Step], *, taken_back: bool) -> None:
    asyncio.run(play(database_url, steps, taken_back=taken_back))
