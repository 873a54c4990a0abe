"""The help desk on real parts: SQLite or PostgreSQL, Valkey, all slices of signaling; the clock is set by the test."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from helpdesk import tables, wire
from helpdesk.app import app
from helpdesk.desk import wire as desk_wire
from signaling.api import Context, Login, Part, Refusal
from signaling.composition import compose
from signaling.database import Database
from signaling.notices.server import MailServer
from signaling.settings import Settings
from signaling.wire import Code, Command, LogEvent
from tests.support.mailbox import Mailbox, mail_server

NOON = 1_795_345_200.0  # Sunday 22 November 2026, 12:00 in Paris
HOUSING, SCHOOL = "housing", "school"


@dataclass
class Desk:
    """What a test says and asks, in the words of the help desk."""

    context: Context
    part: Part
    now: float = NOON
    numbers: Any = field(default_factory=lambda: count(1))

    def clock(self) -> float:
        return self.now

    def client_id(self) -> str:
        return f"client-{next(self.numbers):04}"

    # --- people -------------------------------------------------------------------------------------------------

    async def add(
        self, role: str, name: str, topics: tuple[str, ...] = (HOUSING, SCHOOL), **row: Any
    ) -> Login:
        """Register a citizen, an agent of these topics, or a supervisor; nobody is here yet."""
        async with self.context.database.write() as tx:
            person = await self.context.identity.create_person(tx, app="helpdesk", role=role, name=name)
            if role == "citizen":
                await tx.insert_new(tables.citizen, **{"person": person.id, "created_at": self.now} | row)
            if role == "agent":
                await tx.insert_new(tables.agent, person=person.id, **row)
                for topic in topics:
                    await tx.insert_new(tables.agent_topic, person=person.id, topic=topic)
            login, _ = await self.context.identity.open_login(tx, person.id, self.now)
        return login

    async def comes(self, *logins: Login) -> None:
        for login in logins:
            await self.context.presence.announce(login.person, login.id, visible=True)

    async def goes(self, login: Login) -> None:
        await self.context.presence.leave(login.person, login.id)
        await self.later(10)

    async def later(self, seconds: float) -> None:
        """Let time pass and have the worker's sweeps act."""
        self.now += seconds
        await self.context.presence.sweep(self.now)
        for sweep in (*self.context.calls.sweeps(), *self.part.sweeps):
            await sweep.run(self.now)

    # --- what they say and see ----------------------------------------------------------------------------------

    async def says(self, login: Login, command: Command) -> Any:
        """Have a command carried out as the gateway would."""
        handlers = {**self.part.handlers, **self.context.calls.handlers(), **self.context.notices.handlers()}
        return await handlers[type(command)](login, command)

    async def refused(self, login: Login, command: Command) -> Code:
        """The code with which a command is refused."""
        with pytest.raises(Refusal) as refusal:
            await self.says(login, command)
        return refusal.value.code

    async def sees(self, login: Login, name: str) -> Any:
        """The data of a view, such as ``help`` or ``conversation:{id}``."""
        return (await self._snapshot(login, name))[0]

    async def topics(self, login: Login, name: str) -> frozenset[str]:
        """What changes a view."""
        topics: frozenset[str] = (await self._snapshot(login, name))[1]
        return topics

    async def _snapshot(self, login: Login, name: str) -> Any:
        area, _, key = name.partition(":")
        view = self.part.views[area]
        await view.open(login, key)
        return await view.snapshot(login, key)

    async def is_shut(self, login: Login, name: str) -> Code:
        """The code with which a view is refused."""
        with pytest.raises(Refusal) as refusal:
            await self.sees(login, name)
        return refusal.value.code

    async def reads(self, login: Login, log_id: str) -> list[LogEvent]:
        """A log as this person's page would have it: through the door, from her floor on."""
        after = await self.part.access_log(login, log_id)
        return await self.context.log.read(log_id, after or 0)

    async def reads_nothing(self, login: Login, log_id: str) -> Code:
        """The code with which a log is refused."""
        with pytest.raises(Refusal) as refusal:
            await self.part.access_log(login, log_id)
        return refusal.value.code

    # --- short forms --------------------------------------------------------------------------------------------

    async def start(self, citizen: Login, **changes: Any) -> wire.Started:
        values = {"client_id": self.client_id(), "language": "fr"} | changes
        started: wire.Started = await self.says(citizen, wire.StartConversation(**values))
        return started

    async def submit(
        self, citizen: Login, conversation: str, words: str = "Bonjour", **changes: Any
    ) -> wire.Sent:
        values = {"client_id": self.client_id(), "topic": HOUSING, "words": words} | changes
        sent: wire.Sent = await self.says(citizen, wire.Submit(conversation=conversation, **values))
        return sent

    async def asks(self, citizen: Login, words: str = "Bonjour", **changes: Any) -> wire.Started:
        """Start a conversation and put it in line."""
        started = await self.start(citizen)
        await self.submit(citizen, started.conversation, words, **changes)
        return started

    async def writes(self, login: Login, conversation: str, text: str, **changes: Any) -> wire.Sent:
        values = {"client_id": self.client_id(), "text": text} | changes
        sent: wire.Sent = await self.says(login, wire.Send(conversation=conversation, **values))
        return sent

    async def claims(self, agent: Login, conversation: str) -> None:
        seen = await self.sees(agent, f"conversation:{conversation}")
        await self.says(agent, desk_wire.Claim(conversation=conversation, version=seen.version))

    async def helper(self, citizen: Login, conversation: str, name: str = "Anne") -> Login:
        """Invite somebody to help to write; she has used the link and not come in yet."""
        invited = await self.says(citizen, wire.Invite(conversation=conversation, name=name))
        login, _ = await self.context.identity.sign_in(invited.path.partition("#")[2], now=self.now)
        return login

    async def helps(self, citizen: Login, conversation: str, name: str = "Anne") -> Login:
        """Invite somebody who comes in and helps."""
        login = await self.helper(citizen, conversation, name)
        await self.says(login, wire.JoinHelp(conversation=conversation, name=name))
        return login

    async def closes(self, login: Login, conversation: str) -> None:
        await self.says(login, wire.CloseConversation(conversation=conversation))

    async def open_all_day(self, *topics: str) -> None:
        async with self.context.database.write() as tx:
            for position, topic in enumerate(topics):
                names = {"fr": topic.title(), "en": f"{topic} (en)"}
                await tx.insert_new(tables.topic, id=topic, names=names, position=position)
                for weekday in range(7):
                    await tx.insert_new(tables.hours, topic=topic, weekday=weekday, opens=0, closes=1440)


def settings(folder: Path, database_url: str, redis_url: str, mail_port: int) -> Settings:
    return Settings(
        mail=MailServer("127.0.0.1", mail_port, "none", "Métropole de Valmont", "aide@valmont.example"),
        public_origins=("https://aide.valmont.example",),
        database_url=database_url,
        redis_url=redis_url,
        secret_key=b"s" * 32,
        files_keys=(b"f" * 32,),
        data_dir=folder,
    )


@pytest.fixture
async def mailbox() -> AsyncIterator[Mailbox]:
    """A mail server that runs."""
    box = Mailbox()
    async with mail_server(box):
        yield box


@pytest.fixture
async def desk(
    database: Database, database_url: str, valkey: Any, tmp_path: Path, mailbox: Mailbox
) -> AsyncIterator[Desk]:
    """A desk with two topics that are open all day, and nobody there. ``database`` made the tables."""
    world: Desk

    def clock() -> float:
        return world.now

    async with compose(settings(tmp_path, database_url, valkey.url, mailbox.port), [app], clock) as process:
        world = Desk(process.context, process.parts["helpdesk"])
        await world.open_all_day(HOUSING, SCHOOL)
        yield world


@pytest.fixture
def touched(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> list[frozenset[str]]:
    """The topics that each commit from now on has notified, in order."""
    found: list[frozenset[str]] = []
    database = desk.context.database
    publish = database._publish

    async def listen(topics: frozenset[str], logs: dict[str, int]) -> None:
        found.append(topics)
        await publish(topics, logs)

    monkeypatch.setattr(database, "_publish", listen)
    return found


@pytest.fixture
async def paul(desk: Desk) -> Login:
    """A citizen who is here."""
    login = await desk.add("citizen", "Paul Martin")
    await desk.comes(login)
    return login


@pytest.fixture
async def claire(desk: Desk) -> Login:
    """An agent who is here."""
    login = await desk.add("agent", "Claire Dubois")
    await desk.comes(login)
    return login


@pytest.fixture
async def karim(desk: Desk) -> Login:
    """Another agent who is here."""
    login = await desk.add("agent", "Karim Haddad")
    await desk.comes(login)
    return login


@pytest.fixture
async def sylvie(desk: Desk) -> Login:
    """A supervisor who is here."""
    login = await desk.add("supervisor", "Sylvie Laurent")
    await desk.comes(login)
    return login
