"""For tests of feeds: a sink that keeps what it was sent, views made of a dict, running services."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

from signaling.errors import Refusal
from signaling.identity.service import Login, Person
from signaling.tasks import end
from signaling.wire import Code, ServerMessage, Struct


class Kept:
    """A connection that keeps its messages."""

    def __init__(self, handle: str = "handle-aya", *, takes_patches: bool = True) -> None:
        person = Person(id=f"person-{handle}", app="test", role="pupil", name="Aya", language="fr")
        self.login = Login(id=handle, person=person, connection=f"connection-{id(self)}")
        self.takes_patches = takes_patches
        self.ready = True
        self.messages: list[Any] = []

    async def send(self, message: ServerMessage) -> None:
        self.messages.append(message)

    def kinds(self) -> list[str]:
        return [str(message.__struct_config__.tag) for message in self.messages]


class Board(Struct, frozen=True, kw_only=True):
    """The data of `BoardView`."""

    words: dict[str, str]
    reader: str


class BoardView:
    """The view ``board:{key}``: one dict for all; changes of it are told by the topics ``board:{key}``."""

    def __init__(self) -> None:
        self.words: dict[str, str] = {}
        self.refuses: Code | None = None
        self.snapshots = self.refused = 0
        self.at_snapshot: Callable[[], Coroutine[Any, Any, None]] | None = None
        """Awaited after the words were read, before the snapshot is returned."""

    async def open(self, login: Login, key: str) -> None:
        if key == "secret":
            raise Refusal(Code.FORBIDDEN, "not for you")

    async def snapshot(self, login: Login, key: str) -> tuple[Board, frozenset[str]]:
        if self.refuses:
            self.refused += 1
            raise Refusal(self.refuses)
        self.snapshots += 1
        data = Board(words=dict(self.words), reader=login.id)
        if self.at_snapshot:
            await self.at_snapshot()
        return data, frozenset({f"board:{key}", f"person:{login.person.id}"})


async def until(condition: Callable[[], bool], *, within_s: float = 10.0) -> None:
    """Wait for something that nobody tells."""
    async with asyncio.timeout(within_s):
        while not condition():  # noqa: ASYNC110 - there is no event: it may be state of a server
            await asyncio.sleep(0.01)


@asynccontextmanager
async def running(*services: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Run services beside the block, and cancel them at its end."""
    tasks = [asyncio.ensure_future(service) for service in services]
    try:
        yield
        for task in tasks:
            assert not task.done(), task
    finally:
        await end(tasks)
