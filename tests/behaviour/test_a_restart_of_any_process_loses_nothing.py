"""Web, worker, SFU or Valkey die in the middle of everything: question, notes and messages are there, each once."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from functools import partial

import pytest
from socketio.exceptions import SocketIOError

from classroom import tables
from load.client import Refused
from load.system.processes import Process, wait_until
from load.system.redis import RedisServer
from load.system.redis import running as running_valkey
from load.system.whole import System, running
from signaling.wire import Code
from tests.support.people import Person, Pupil, School, Volunteer, school_of

pytestmark = [pytest.mark.processes, pytest.mark.timeout(120)]

TRIED_AGAIN_S = 2.0
WORDS = [f"mot {number}" for number in range(12)]


@pytest.fixture(scope="module")
def valkey_server() -> Iterator[RedisServer]:
    """The Valkey that is stopped and comes back empty."""
    with running_valkey() as server:
        yield server


@pytest.fixture(scope="module")
def fragile(valkey_server: RedisServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """A system whose processes are killed, and started again before the next test."""
    with running(tmp_path_factory.mktemp("fragile"), redis_url=valkey_server.url) as system:
        yield system


@dataclass
class Evening:
    """A lesson in which both write and note, and a question that waits."""

    school: School
    jeanne: Volunteer
    ines: Pupil
    tom: Pupil
    writing: "asyncio.Task[None] | None" = None
    acknowledged: list[str] = field(default_factory=list)
    something_stored: asyncio.Event = field(default_factory=asyncio.Event)

    async def write_on(self) -> None:
        """Write all the words, one after the other, each until it is acknowledged; then the note."""
        for number, word in enumerate(WORDS):
            await self._until_done(partial(self.ines.says, word, f"client-id-{number}"))
            self.acknowledged.append(word)
            if number == 3:
                self.something_stored.set()
        await self._until_done(partial(self.jeanne.notes, "Deux lignes.\nPour la prochaine fois."))

    async def _until_done(self, act: Callable[[], Awaitable[object]]) -> None:
        """As a page does: try again with the same client id until there is an answer."""
        while True:
            try:
                async with asyncio.timeout(TRIED_AGAIN_S):
                    await act()
            except (TimeoutError, SocketIOError):
                pass
            except Refused as refused:
                if refused.code not in (Code.UNAVAILABLE, Code.TOO_MANY, Code.INTERNAL):
                    raise
            else:
                return
            for page in (self.ines, self.jeanne):
                await page.is_online()


@pytest.fixture
async def evening(fragile: System) -> AsyncIterator[Evening]:
    async with school_of(fragile) as school:
        jeanne, ines, tom = await school.volunteer(), await school.pupil(), await school.pupil()
        await school.meet(ines, jeanne)
        await tom.asks("Ma question reste")
        evening = Evening(school, jeanne, ines, tom)
        evening.writing = asyncio.ensure_future(evening.write_on())
        await evening.something_stored.wait()
        yield evening
        evening.writing.cancel()
        await asyncio.gather(evening.writing, return_exceptions=True)


def kill(process: Process) -> None:
    process.popen.kill()
    process.wait()


async def test_web(evening: Evening, fragile: System) -> None:
    kill(fragile.web[-1])
    await media_goes_on(evening)
    await asyncio.to_thread(fragile.start_web)
    await media_goes_on(evening)
    await nothing_is_lost(evening, breaks=0)


async def test_worker(evening: Evening, fragile: System) -> None:
    kill(fragile.worker[-1])
    await media_goes_on(evening)
    fragile.start_worker()
    await nothing_is_lost(evening, breaks=0)


async def test_valkey_comes_back_empty(evening: Evening, valkey_server: RedisServer) -> None:
    valkey_server.stop()
    await media_goes_on(evening)
    await asyncio.to_thread(valkey_server.start)
    await media_goes_on(evening)
    await nothing_is_lost(evening, breaks=0)


async def test_sfu(evening: Evening, fragile: System) -> None:
    jeanne, ines = evening.jeanne, evening.ines
    kill(fragile.sfu[-1])
    fragile.start_sfu()
    for person in (ines, jeanne):
        await person.misses_media()
    await ines.sees(
        lambda: ines.seen_call["epoch"] > ines.epoch, "that the call has moved to the other worker"
    )
    await asyncio.gather(ines.joins(), jeanne.joins())
    await asyncio.gather(ines.meets(jeanne), jeanne.meets(ines))
    await nothing_is_lost(evening, breaks=1)


async def test_everything_at_once(evening: Evening, fragile: System, valkey_server: RedisServer) -> None:
    """As when the machine loses its power."""
    for process in (fragile.sfu[-1], fragile.web[-1], fragile.worker[-1]):
        kill(process)
    valkey_server.stop()
    await asyncio.to_thread(valkey_server.start)
    fragile.start_sfu()
    fragile.start_worker()
    await asyncio.to_thread(fragile.start_web)
    await asyncio.to_thread(wait_until, lambda: bool(fragile.health()), "a healthy system", 30.0)
    for person in (evening.ines, evening.jeanne):
        await person.is_online()
        await person.misses_media()
    await evening.ines.sees(lambda: evening.ines.seen_call["epoch"] > evening.ines.epoch, "another placement")
    await asyncio.gather(evening.ines.joins(), evening.jeanne.joins())
    await asyncio.gather(evening.ines.meets(evening.jeanne), evening.jeanne.meets(evening.ines))
    await nothing_is_lost(evening, breaks=1)


async def media_goes_on(evening: Evening) -> None:
    await asyncio.gather(
        evening.ines.receives(evening.jeanne, more=20), evening.jeanne.receives(evening.ines, more=20)
    )


async def nothing_is_lost(evening: Evening, breaks: int) -> None:
    jeanne, ines, tom, school = evening.jeanne, evening.ines, evening.tom, evening.school
    assert evening.writing is not None
    await asyncio.wait_for(evening.writing, 30)
    for person in (ines, jeanne):
        await person.reads(*WORDS)
        assert [event.seq for event in person.events] == list(range(1, len(person.events) + 1))
        await person.sees_call("live")
        assert kinds(person).count("interrupted") == breaks
    (lesson,) = await school.rows(tables.lesson, pupil=ines.id)
    assert (lesson["id"], lesson["note"]) == (ines.lesson, "Deux lignes.\nPour la prochaine fois.")
    (question,) = await school.rows(tables.question, pupil=tom.id)
    assert (question["state"], question["words"]) == ("open", "Ma question reste")
    await the_next_lesson_goes_as_ever(jeanne, ines, tom)


def kinds(person: Person) -> list[str]:
    return [event.kind for event in person.events]


async def the_next_lesson_goes_as_ever(jeanne: Volunteer, ines: Pupil, tom: Pupil) -> None:
    await jeanne.hangs_up()
    for person in (ines, jeanne):
        await person.is_back()
    await jeanne.hears(tom)
    await tom.joins()
    await jeanne.accepts(tom)
    await jeanne.joins()
    await asyncio.gather(tom.meets(jeanne), jeanne.meets(tom))
