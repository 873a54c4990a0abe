"""A tiny app for tests of the gateway and the worker: everybody writes in one log and sees one view of it."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import msgspec
from sqlalchemy import func, select

from signaling.api import (
    Call,
    Context,
    DemoPerson,
    Document,
    Login,
    Part,
    Person,
    Refusal,
    Sweep,
    Transaction,
    Transition,
)
from signaling.api import Page as WebPage
from signaling.log.tables import log, log_event
from signaling.wire import ClientId, Code, Command, Struct

STRANGER = "stranger"
"""Role of those who may see nothing."""


class Write(Command, frozen=True, kw_only=True, tag="note.write"):
    """Write a line. Answered with ``Written``."""

    client_id: ClientId
    text: Annotated[str, msgspec.Meta(max_length=500)]


class Written(Struct, frozen=True, kw_only=True):
    """It stands there."""

    seq: int


class Wait(Command, frozen=True, kw_only=True, tag="slow.wait"):
    """Answered when the test says so."""


class Draft(Command, frozen=True, kw_only=True, tag="writing.draft"):
    """Shown to others, not stored; slow when the test says so."""

    slow: bool = False


class Fail(Command, frozen=True, kw_only=True, tag="note.fail"):
    """Runs into a fault of ours."""

    text: str = ""


class Page(Struct, frozen=True, kw_only=True):
    """The view ``notebook``."""

    lines: int
    me: str
    present: dict[str, str]
    """Person to presence."""


class Rings:
    """A policy for calls that never come."""

    async def ring_for(self, tx: Transaction, call: Call, now: float) -> Sequence[str]:
        return ()

    async def may_accept(self, tx: Transaction, login: Login, call: Call, now: float) -> None:
        raise Refusal(Code.FORBIDDEN)

    async def may_watch(self, tx: Transaction, login: Login, call: Call) -> bool:
        return False

    async def on_transition(self, tx: Transaction, transition: Transition) -> None:
        return None


class NotebookPart:
    """Handlers and the view."""

    def __init__(self, context: Context, app: "Notebook") -> None:
        self._context = context
        self._app = app

    async def write(self, login: Login, command: Write) -> Written:
        async with self._context.database.write() as tx:
            event = await self._context.log.append(
                tx,
                await log_id(tx),
                author=login.person.id,
                client_id=command.client_id,
                kind="written",
                payload={"text": command.text},
                now=self._context.clock(),
            )
            tx.touch("notebook")
        return Written(seq=event.seq)

    async def wait(self, login: Login, command: Wait) -> None:
        self._app.waiting += 1
        await self._app.go_on.wait()

    async def draft(self, login: Login, command: Draft) -> None:
        if command.slow:
            await self.wait(login, Wait())

    async def fail(self, login: Login, command: Fail) -> None:
        raise ZeroDivisionError(command.text)

    async def open(self, login: Login, key: str) -> None:
        if login.person.role == STRANGER or login.person.id in self._app.refused:
            raise Refusal(Code.FORBIDDEN, "strangers see nothing")

    async def snapshot(self, login: Login, key: str) -> tuple[Page, frozenset[str]]:
        await self.open(login, key)
        async with self._context.database.read() as tx:
            counted = await tx.execute(select(func.count()).select_from(log_event))
        present = await self._context.presence.of("notebook")
        page = Page(lines=int(counted.scalar() or 0), me=login.person.name, present=present)
        return page, frozenset({"notebook", "presence:notebook", f"person:{login.person.id}"})

    async def access_log(self, login: Login, log_id: str) -> int:
        await self.open(login, "")
        async with self._app.asked:
            if login.person.id in self._app.refused:
                raise Refusal(Code.FORBIDDEN, "no longer")
        return self._app.floors.get(login.person.id, 0)

    async def access_file(self, login: Login, file_id: str) -> None:
        async with self._context.database.read() as tx:
            if await self._context.files.owner(tx, "notebook", file_id) != login.person.id:
                raise Refusal(Code.NOT_FOUND, "not yours")


class Notebook:
    """Implements ``signaling.api.App``."""

    name = "notebook"
    migrations = Path(__file__).parent / "no-migrations"

    def __init__(self) -> None:
        self.waiting = 0
        self.go_on = asyncio.Event()
        self.documents: list[Document] = []
        """States of documents, in the order in which ``on_document`` was told."""
        self.present: list[str] = []
        """Persons of whom ``on_presence`` told."""
        self.sweeps: list[Sweep] = []
        self.open_to_guests = True
        self.takes_photos = True
        self.may_send = True
        self.floors: dict[str, int] = {}
        """Person to the seq after which she may read."""
        self.refused: set[str] = set()
        """Persons who may read no longer."""
        self.asked = asyncio.Lock()
        """Held by a test while nobody shall learn whether he may read."""

    def build(self, context: Context) -> Part:
        part = NotebookPart(context, self)

        async def told(person: str) -> None:
            self.present.append(person)

        async def follow(tx: Transaction, document: Document) -> None:
            self.documents.append(document)

        async def share(tx: Transaction, person: str) -> float:
            if not self.may_send:
                raise Refusal(Code.FORBIDDEN, "write a line first")
            return 1.0

        async def admit(tx: Transaction, language: str) -> Person:
            return await context.identity.create_person(
                tx, app="notebook", role="guest", name="", language=language
            )

        return Part(
            handlers={Write: part.write, Wait: part.wait, Draft: part.draft, Fail: part.fail},
            views={"notebook": part},
            call_policy=Rings(),
            access_log=part.access_log,
            access_file=part.access_file,
            sweeps=self.sweeps,
            pages=[
                WebPage(r"/classe/{handle}{rest:(/.*)?}", "classe.html"),
                WebPage("/fenetre", "fenetre.html", embeddable=True),
            ],
            on_presence=told,
            on_document=follow,
            upload_share=share,
            takes_photos=self.takes_photos,
            admit=admit if self.open_to_guests else None,
        )

    def home(self, person: Person, login: str) -> str:
        return f"/classe/{login}"

    async def seed(self, context: Context) -> list[DemoPerson]:
        """Make the log and four persons, one of them a stranger."""
        people = []
        async with context.database.write() as tx:
            await context.log.create(tx, app="notebook", purge_at=None)
            for name, role in (("Aya", "pupil"), ("Bao", "pupil"), ("Cléo", "pupil"), ("Zoé", STRANGER)):
                person = await context.identity.create_person(tx, app="notebook", role=role, name=name)
                token = await context.identity.make_link(tx, person.id, expires_at=context.clock() + 3600)
                people.append(DemoPerson(name=name, role=role, token=token))
        return people


async def log_id(tx: Transaction) -> str:
    """The one log of this app."""
    found = await tx.execute(select(log.c.id).where(log.c.app == "notebook"))
    return str(found.scalar())


app = Notebook()
