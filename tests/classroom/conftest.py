"""The classroom on real parts: SQLite or PostgreSQL, Valkey, all slices of signaling; the clock is set by the test."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis

from classroom import tables, wire
from classroom.app import app
from signaling.api import Context, Login, Part, Refusal
from signaling.calls import store
from signaling.calls.service import Calls
from signaling.calls.table import Event
from signaling.calls.wire import Accept, HangUp, Later, NotNow
from signaling.database import Database
from signaling.feeds.ephemeral import Ephemeral
from signaling.feeds.service import Feeds
from signaling.files.service import Files
from signaling.identity.presence import Presence
from signaling.identity.service import Identity
from signaling.log.service import Log
from signaling.notices.service import Notices
from signaling.settings import Settings
from signaling.wire import Code, Command

NOON = 1_795_345_200.0  # Sunday 22 November 2026, 12:00 in Paris
YEAR = 365 * 86400.0


@dataclass
class Classroom:
    """What a test says and asks, in the words of the classroom."""

    context: Context
    part: Part
    now: float = NOON
    numbers: Any = field(default_factory=lambda: count(1))

    def clock(self) -> float:
        return self.now

    async def add(self, role: str, name: str, **changes: Any) -> Login:
        """Enrol a pupil or register a volunteer, allowed to do everything unless changes say otherwise."""
        async with self.context.database.write() as tx:
            person = await self.context.identity.create_person(tx, app="classroom", role=role, name=name)
            if role == "pupil":
                row = {"level": "6e", "enrolled_until": self.now + YEAR, "consent_at": self.now - 1} | changes
                await tx.insert_new(tables.pupil, person=person.id, **row)
            if role == "volunteer":
                row = {"vetting_kind": "b3", "vetted_until": self.now + YEAR, "free": True} | changes
                await tx.insert_new(tables.volunteer, person=person.id, **row)
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

    async def says(self, login: Login, command: Command) -> Any:
        """Have a command carried out as the gateway would."""
        handlers = {**self.part.handlers, **self.context.calls.handlers()}
        return await handlers[type(command)](login, command)

    async def sees(self, login: Login) -> Any:
        view = self.part.views["classroom"]
        await view.open(login, "")
        return (await view.snapshot(login, ""))[0]

    async def ask(self, pupil: Login, **changes: Any) -> wire.Asked:
        values = {"client_id": f"client-{next(self.numbers):04}", "subject": "maths"} | changes
        asked: wire.Asked = await self.says(pupil, wire.Ask(**values))
        return asked

    async def accept(self, volunteer: Login, call: str) -> None:
        await self.says(volunteer, Accept(call=call))

    async def hang_up(self, login: Login, call: str) -> None:
        await self.says(login, HangUp(call=call))

    async def promise(self, volunteer: Login, call: str) -> None:
        await self.says(volunteer, Later(call=call))

    async def decline(self, volunteer: Login, call: str) -> None:
        await self.says(volunteer, NotNow(call=call))

    async def refused(self, login: Login, command: Command) -> Code:
        """The code with which a command is refused."""
        with pytest.raises(Refusal) as refusal:
            await self.says(login, command)
        return refusal.value.code

    async def open_all_day(self) -> None:
        async with self.context.database.write() as tx:
            for weekday in range(7):
                await tx.insert_new(tables.hours, weekday=weekday, opens=0, closes=1440)

    async def goes_live(self, call: str) -> None:
        """Both see each other, as the worker would have told."""
        async with self.context.database.write() as tx:
            for event in (Event.CONNECT, Event.MEDIA):
                row = await store.lock(tx, call)
                changes = {"live_at": self.now} if event is Event.MEDIA else {}
                await self.context.calls._transitions.move(tx, row, event, self.now, **changes)


def settings(folder: Path, redis_url: str) -> Settings:
    return Settings(
        database_url="", redis_url=redis_url, secret_key=b"s" * 32, files_keys=(b"f" * 32,), data_dir=folder
    )


@pytest.fixture
async def classroom(database: Database, valkey: Any, tmp_path: Path) -> AsyncIterator[Classroom]:
    """A class that is open all day and empty."""
    redis: Any = Redis.from_url(valkey.url)
    world: Classroom

    def clock() -> float:
        return world.now

    feeds = Feeds(redis)
    identity = Identity(database, b"s" * 32)
    calls = Calls(database, identity, redis, clock)
    context = Context(
        settings=settings(tmp_path, valkey.url),
        clock=clock,
        database=database,
        identity=identity,
        presence=Presence(redis, feeds, identity, clock),
        ephemeral=Ephemeral(redis, feeds, clock),
        log=Log(database),
        calls=calls,
        files=Files(database, tmp_path / "files", (b"f" * 32,)),
        notices=Notices(database, settings(tmp_path, valkey.url), clock),
        feeds=feeds,
    )
    part = app.build(context)
    calls.set_policies({"classroom": part.call_policy})
    world = Classroom(context, part)
    await world.open_all_day()
    yield world
    await calls.close()
    await redis.aclose()


@pytest.fixture
async def lina(classroom: Classroom) -> Login:
    """A pupil who is here."""
    login = await classroom.add("pupil", "Lina B.")
    await classroom.comes(login)
    return login


@pytest.fixture
async def jeanne(classroom: Classroom) -> Login:
    """A volunteer who is here."""
    login = await classroom.add("volunteer", "Jeanne")
    await classroom.comes(login)
    return login


@pytest.fixture
async def paul(classroom: Classroom) -> Login:
    """Another volunteer who is here."""
    login = await classroom.add("volunteer", "Paul")
    await classroom.comes(login)
    return login
