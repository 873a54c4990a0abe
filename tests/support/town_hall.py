"""People of the help desk at pages without a browser: citizens, agents, supervisors, with synthetic cameras.

As ``tests.support.people``, over a running system. Each town hall has a topic of its own, so that tests which share
a system do not ring at each other's agents.
"""

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import count
from typing import Any, TypeVar

import sqlalchemy

from helpdesk import tables
from helpdesk.app import app
from helpdesk.desk.wire import Claim, Follow, NoteDown, SetPaused, Transfer
from helpdesk.wire import (
    AnswerLater,
    CloseConversation,
    DeclineCall,
    ProposeCall,
    Send,
    StartConversation,
    Submit,
)
from load.client import Client
from load.system.whole import System
from signaling.api import Context
from signaling.calls.wire import Accept
from signaling.composition import compose
from signaling.settings import Settings
from signaling.wire import LogEvent
from tests.support.people import WITHIN_S, Person

YEAR_S = 365 * 86400.0
_numbers = count(1)
V = TypeVar("V", bound="Visitor")


class Visitor(Person):
    """Somebody of the help desk at her page."""

    main_view = ""

    def __init__(self, base: str, person_id: str, name: str, token: str) -> None:
        super().__init__(base, person_id, name, token)
        self.conversation = ""
        """The one that is on her screen."""

    @property
    def main(self) -> dict[str, Any]:
        """Her main view as she has it now."""
        return dict(self.client.views.get(self.main_view) or {})

    @property
    def talk(self) -> dict[str, Any]:
        """The conversation on her screen as she has it now."""
        return dict(self.client.views.get(f"conversation:{self.conversation}") or {})

    @property
    def events(self) -> list[LogEvent]:
        """What happened in it."""
        return self.client.logs.get(self.log, [])

    def _shown(self) -> dict[str, Any]:
        """What matters of her page, for a message."""
        return dict(self.client.views) | {"kinds": [event.kind for event in self.events]}

    def heard(self) -> list[str]:
        """The messages, in order."""
        return [event.payload["text"] for event in self.events if event.kind == "message"]

    async def comes(self) -> None:
        """Use the link and open the page."""
        self._client = await Client.sign_in(self.base, self.token)
        await self.client.connect()
        await self.opens(self.main_view)

    async def shuts_her_page(self) -> None:
        """Go without a word; she comes back by ``comes``."""
        client, self._client = self.client, None
        await client.close()

    async def looks_at(self, conversation: str) -> None:
        """Open a conversation and its log."""
        self.conversation = conversation
        talk = await self.opens(f"conversation:{conversation}")
        self.log = talk["log_id"]
        await self.client.open_log(self.log)

    async def sees_talk(self, what: str, within_s: float = WITHIN_S, **values: Any) -> None:
        """Wait until fields of the conversation have these values."""

        def is_so() -> bool:
            return all(self.talk.get(name) == value for name, value in values.items())

        await self.sees(is_so, what, within_s)

    async def writes(self, text: str) -> Any:
        """Send a message; on a closed conversation this opens it again."""
        send = Send(conversation=self.conversation, client_id=uuid.uuid4().hex, text=text)
        return await self.does(send)

    async def says(self, text: str, client_id: str = "") -> Any:
        """As ``writes``."""
        return await self.writes(text)

    async def closes(self) -> None:
        """It is settled."""
        await self.does(CloseConversation(conversation=self.conversation))

    async def proposes_video(self) -> None:
        """Ask the other side to go over to video."""
        proposed = await self.does(ProposeCall(conversation=self.conversation))
        await self.follows_call(proposed["call"])

    async def accepts_video(self) -> None:
        """Take the call that is proposed."""
        await self.sees(lambda: self.talk.get("call"), "a call that is proposed")
        call = self.talk["call"]
        await self.does(Accept(call=call))
        await self.follows_call(call)

    async def declines_video(self) -> None:
        """Say no."""
        await self.does(DeclineCall(conversation=self.conversation, call=self.talk["call"]))

    async def puts_in_order(self) -> None:
        """Leave no conversation behind that rings."""
        await super().puts_in_order()
        if self.conversation:
            await self.quietly(CloseConversation(conversation=self.conversation))


class Citizen(Visitor):
    """Asks."""

    main_view = "help"

    async def asks(self, topic: str, words: str = "Bonjour, une question.") -> None:
        """Begin a conversation and put it in line."""
        start = StartConversation(client_id=uuid.uuid4().hex, language="fr")
        started = await self.does(start)
        submit = Submit(
            conversation=started["conversation"], client_id=uuid.uuid4().hex, topic=topic, words=words
        )
        await self.does(submit)
        await self.looks_at(started["conversation"])

    async def leaves_it(self) -> None:
        """Answer me later."""
        await self.does(AnswerLater(conversation=self.conversation, later=True))

    @property
    def waiting(self) -> dict[str, Any]:
        """What she is told while she waits; empty when she does not."""
        return dict(self.talk.get("waiting") or {})


class Agent(Visitor):
    """Answers."""

    main_view = "desk"

    def row(self, conversation: str) -> dict[str, Any]:
        """A conversation at a glance, in line or mine; empty when it is not on her desk."""
        line, mine = self.main.get("line", {}), self.main.get("mine", {})
        return dict(line.get(conversation) or mine.get(conversation) or {})

    async def hears(self, citizen: Citizen, within_s: float = WITHIN_S) -> None:
        """Wait until the citizen's conversation rings here."""
        await self.sees(
            lambda: self.row(citizen.conversation).get("offered"),
            f"{citizen.name}'s conversation ringing",
            within_s,
        )

    async def claims(self, citizen: Citizen) -> None:
        """Take the citizen's conversation, and look at it."""
        await self.sees(lambda: self.row(citizen.conversation), "the conversation at her desk")
        version = self.row(citizen.conversation)["version"]
        await self.does(Claim(conversation=citizen.conversation, version=version))
        await self.looks_at(citizen.conversation)
        await self.sees_talk("that she has it", agent=self.id)

    async def gives(self, note: str = "", **to: str) -> None:
        """Transfer what is on her screen to a colleague or a topic."""
        transfer = Transfer(conversation=self.conversation, version=self.talk["version"], note=note, **to)
        await self.does(transfer)

    async def notes(self, text: str) -> None:
        """An internal note."""
        await self.does(NoteDown(conversation=self.conversation, client_id=uuid.uuid4().hex, text=text))

    async def follows(self) -> None:
        """Be this person's own advisor."""
        await self.does(Follow(conversation=self.conversation, follow=True))

    async def pauses(self) -> None:
        """Nothing new is offered to her."""
        await self.does(SetPaused(paused=True))

    async def is_back_at_work(self) -> None:
        """Ring again."""
        await self.does(SetPaused(paused=False))

    async def puts_in_order(self) -> None:
        """Close what she has; be rung no more."""
        await super().puts_in_order()
        await self.quietly(SetPaused(paused=True))


class Supervisor(Agent):
    """Sees queue and desk, and helps."""

    main_view = "supervision"

    def row(self, conversation: str) -> dict[str, Any]:
        """A conversation of the desk."""
        return dict(self.main.get("conversations", {}).get(conversation) or {})


class TownHall:
    """Makes people for one test, of one topic that is open all day."""

    def __init__(self, system: System, context: Context, stack: AsyncExitStack, topic: str) -> None:
        self.system = system
        self.context = context
        self.topic = topic
        self._stack = stack

    async def citizen(self, name: str = "") -> Citizen:
        """Have a citizen with a personal link come."""
        citizen = Citizen(*await self.made("citizen", name or f"Paul {next(_numbers)}"))
        async with self.context.database.write() as tx:
            await tx.insert_new(tables.citizen, person=citizen.id, created_at=self.context.clock())
        return await self._comes(citizen)

    async def agent(self, name: str = "", **row: Any) -> Agent:
        """Have an agent of this topic come; columns of ``helpdesk_agent`` may be given."""
        agent = Agent(*await self.made("agent", name or f"Claire {next(_numbers)}"))
        async with self.context.database.write() as tx:
            await tx.insert_new(tables.agent, person=agent.id, **row)
            await tx.insert_new(tables.agent_topic, person=agent.id, topic=self.topic)
            tx.touch("helpdesk")
        return await self._comes(agent)

    async def supervisor(self) -> Supervisor:
        """Have a supervisor come."""
        return await self._comes(Supervisor(*await self.made("supervisor", f"Sylvie {next(_numbers)}")))

    async def talk(self, citizen: Citizen, agent: Agent) -> None:
        """From the first words to a conversation that the agent has."""
        await citizen.asks(self.topic)
        await agent.claims(citizen)
        await citizen.sees_talk("who has it", agent=agent.id)

    async def go_over_to_video(self, first: Visitor, second: Visitor) -> None:
        """From the proposal to a call in which both see and hear each other."""
        await first.proposes_video()
        await second.accepts_video()
        await first.joins()
        await second.joins()
        await asyncio.gather(first.meets(second), second.meets(first))
        await asyncio.gather(first.sees_call("live"), second.sees_call("live"))

    async def change(self, conversation: str, **values: Any) -> None:
        """Change columns of a conversation, as time would."""
        table = tables.conversation
        async with self.context.database.write() as tx:
            await tx.execute(sqlalchemy.update(table).where(table.c.id == conversation).values(**values))
            tx.touch("helpdesk", f"conversation:{conversation}")

    async def rows(self, table: sqlalchemy.Table, **where: str) -> list[dict[str, Any]]:
        """Read rows."""
        matching = [table.c[name] == value for name, value in where.items()]
        async with self.context.database.read() as tx:
            found = await tx.execute(sqlalchemy.select(table).where(*matching))
            return [dict(row) for row in found.mappings()]

    async def made(self, role: str, name: str) -> tuple[str, str, str, str]:
        """Make a person: base address, id, name, secret of her link."""
        async with self.context.database.write() as tx:
            person = await self.context.identity.create_person(tx, app=app.name, role=role, name=name)
            token = await self.context.identity.make_link(
                tx, person.id, expires_at=self.context.clock() + YEAR_S
            )
        return self.system.base, person.id, name, token

    async def _comes(self, visitor: V) -> V:
        self._stack.push_async_callback(visitor.leaves)
        await visitor.comes()
        return visitor


@asynccontextmanager
async def town_hall_of(system: System) -> AsyncIterator[TownHall]:
    """Open a town hall in a running system; everybody leaves at the end."""
    settings = Settings.from_environment(system.environment)
    topic = f"topic-{uuid.uuid4().hex[:8]}"
    async with compose(settings, [app]) as process, AsyncExitStack() as stack:
        context = process.context
        async with context.database.write() as tx:
            await tx.insert_new(tables.topic, id=topic, names={"fr": "Une thématique"}, position=100)
            for weekday in range(7):
                await tx.insert_new(tables.hours, topic=topic, weekday=weekday, opens=0, closes=1440)
            tx.touch("helpdesk")
        yield TownHall(system, context, stack, topic)
