"""For tests of calls: an app's policy that does as told, a clock set by hand, and the call service on a real database."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from redis.asyncio import Redis

from signaling.calls.contract import Call, Offer, Transition
from signaling.calls.service import Calls
from signaling.calls.wire import Accept, HangUp, Later, NotNow
from signaling.database import Database, Transaction
from signaling.errors import Refusal
from signaling.identity.service import Identity, Login, Person
from signaling.wire import Code, Command
from tests.support.databases import Bell

APP = "test"


@dataclass(slots=True)
class Clock:
    """Unix seconds, moved by the test."""

    now: float = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@dataclass(slots=True)
class Policy:
    """Implements ``CallPolicy``."""

    free: list[str] = field(default_factory=list)
    refuses: dict[str, Code] = field(default_factory=dict)
    watchers: set[str] = field(default_factory=set)
    transitions: list[Transition] = field(default_factory=list)
    calls: Calls | None = None
    """When set, a call that was lost or has failed is queued again, as the classroom does."""
    queued_again: str = ""

    async def ring_for(self, tx: Transaction, call: Call, now: float) -> Sequence[str]:
        return list(self.free)

    async def may_accept(self, tx: Transaction, login: Login, call: Call, now: float) -> None:
        if login.person.id in self.refuses:
            raise Refusal(self.refuses[login.person.id])

    async def may_watch(self, tx: Transaction, login: Login, call: Call) -> bool:
        return login.person.id in self.watchers

    async def on_transition(self, tx: Transaction, transition: Transition) -> None:
        self.transitions.append(transition)
        call = transition.call
        if self.calls and call.outcome in {"lost", "failed"}:
            self.queued_again = await self.calls.queue(
                tx, app=call.app, ref=call.ref, caller=call.caller, wanted=call.callee, now=transition.at
            )

    def path(self) -> list[str]:
        """The states that were entered, in order, each once in a row."""
        states: list[str] = []
        for transition in self.transitions:
            if not states or states[-1] != transition.call.state:
                states.append(transition.call.state.value)
        return states


class Scene:
    """A pupil and volunteers of one app."""

    def __init__(
        self, database: Database, bell: Bell, redis: Redis, clock: Callable[[], float] | None = None
    ) -> None:
        self.database = database
        self.bell = bell
        self.redis: Any = redis  # its types are those of both its modes at once
        self.clock: Any = clock or Clock()
        self.policy = Policy()
        self.calls = Calls(database, Identity(database, b"k" * 32), redis, self.clock, reply_s=1.0)
        self.calls.set_policies({APP: self.policy})
        self._handlers = dict(self.calls.handlers())
        self._sweeps = {sweep.name: sweep for sweep in self.calls.sweeps()}
        self._logins: dict[str, Login] = {}

    async def people(self, *names: str) -> None:
        """Make persons; a person's id is found by `id`."""
        identity = Identity(self.database, b"k" * 32)
        async with self.database.write() as tx:
            for name in names:
                person = await identity.create_person(tx, app=APP, role="any", name=name)
                self._logins[name], _ = await identity.open_login(tx, person.id, self.clock())

    def login(self, name: str) -> Login:
        return self._logins[name]

    def id(self, name: str) -> str:
        return self._logins[name].person.id

    def stranger(self) -> Login:
        return Login(id="login", person=Person(id="x", app="other", role="any", name="X", language="fr"))

    def free(self, *names: str) -> None:
        """Say who may be rung now."""
        self.policy.free = [self.id(name) for name in names]

    async def queue(self, caller: str, wanted: str = "") -> str:
        async with self.database.write() as tx:
            return await self.calls.queue(
                tx,
                app=APP,
                ref="question",
                caller=self.id(caller),
                wanted=self.id(wanted) if wanted else "",
                now=self.clock(),
            )

    async def cancel(self, call: str, by: str) -> None:
        async with self.database.write() as tx:
            await self.calls.cancel(tx, call, by=self.id(by), now=self.clock())

    async def call(self, call_id: str) -> Call:
        async with self.database.read() as tx:
            call = await self.calls.get(tx, call_id)
        assert call is not None
        return call

    async def answers(self, call_id: str) -> dict[str, str]:
        """Name to answer, for one call."""
        return {name: offer.answer for name, offer in (await self.offers(call_id)).items()}

    async def offers(self, call_id: str) -> dict[str, Offer]:
        names = {login.person.id: name for name, login in self._logins.items()}
        async with self.database.read() as tx:
            found = (await self.calls.offers(tx, [call_id])).get(call_id, {})
        return {names[person]: offer for person, offer in found.items()}

    async def current(self, name: str) -> str:
        async with self.database.read() as tx:
            call = await self.calls.current(tx, APP, self.id(name))
        return call.id if call else ""

    async def do(self, name: str, command: Command) -> Any:
        return await self._handlers[type(command)](self.login(name), command)

    async def accept(self, name: str, call: str) -> Any:
        return await self.do(name, Accept(call=call))

    async def later(self, name: str, call: str) -> None:
        await self.do(name, Later(call=call))

    async def not_now(self, name: str, call: str) -> None:
        await self.do(name, NotNow(call=call))

    async def hang_up(self, name: str, call: str) -> None:
        await self.do(name, HangUp(call=call))

    async def sweep(self, name: str) -> int:
        return await self._sweeps[f"calls.{name}"].run(self.clock())

    async def after(self, seconds: float, sweep: str) -> int:
        """Let time pass, then run a sweep."""
        self.clock.now += seconds
        return await self.sweep(sweep)

    async def view(self, name: str, call: str) -> tuple[Any, frozenset[str]]:
        view = self.calls.views()["call"]
        await view.open(self.login(name), call)
        return await view.snapshot(self.login(name), call)


async def refused(awaitable: Any) -> Code:
    """Return the code of the refusal that has to come."""
    with pytest.raises(Refusal) as caught:
        await awaitable
    return caught.value.code
