"""The views ``desk`` and ``supervision``: a fixed number of statements each, however many conversations there are."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_

from helpdesk import store, tables
from helpdesk.access import SUPERVISOR, desk_only
from helpdesk.desk.rows import Around, colleague_rows, desk_rows, supervised_topics, topic_rows
from helpdesk.desk.wire import DeskView, SupervisionView
from helpdesk.line.picture import Picture
from helpdesk.line.pictures import Pictures
from helpdesk.line.topics import ZONE
from helpdesk.line.waits import count_waits
from helpdesk.states import HELD, State
from helpdesk.store import Conversation
from signaling.api import Context, Login, Refusal, Transaction, start_of_day
from signaling.wire import Code

JUST_CLOSED_S = 3600.0
CLOSED_MOST = 50
SHOWN_MOST = 500


@dataclass(frozen=True, slots=True)
class DeskSource:
    """The main screen of agents and supervisors."""

    context: Context
    pictures: Pictures

    async def open(self, login: Login, key: str) -> None:
        """Let the desk in."""
        desk_only(login)

    async def snapshot(self, login: Login, key: str) -> tuple[DeskView, frozenset[str]]:
        """Draw the desk for this person."""
        now, me = self.context.clock(), login.person
        column = tables.conversation.c
        picture = await self.pictures.read()
        async with self.context.database.read() as tx:
            mine = await store.conversations(
                tx, column.agent == me.id, column.state.in_(HELD), limit=SHOWN_MOST
            )
            closed = and_(
                column.former_agent == me.id,
                column.state == State.CLOSED,
                column.closed_at > now - JUST_CLOSED_S,
            )
            mine += await store.conversations(tx, closed, limit=CLOSED_MOST)
            line = [found for found in picture.line if _is_for(picture, found, login)]
            around = await _read_around(tx, self.context, [*mine, *line], me.id)
        agent = picture.agents.get(me.id)
        view = DeskView(
            me=me.id,
            name=me.name,
            role=me.role,
            paused=agent.paused if agent else False,
            capacity=agent.capacity if agent else 0,
            mine=desk_rows(picture, mine, around, me.id),
            line=desk_rows(picture, line, around, me.id),
            ranks={found.id: rank for rank, found in enumerate(line, start=1)},
            colleagues=colleague_rows(picture),
            topics=topic_rows(picture, agent.topics if agent else (), me.language),
        )
        return view, picture.watched | {f"desk:{me.id}"} | _citizens([*mine, *line])


@dataclass(frozen=True, slots=True)
class SupervisionSource:
    """Queue and desk as they are now. It ranks nobody: no figure of it belongs to one agent but what she has open."""

    context: Context
    pictures: Pictures

    async def open(self, login: Login, key: str) -> None:
        """Let supervisors in."""
        if login.person.role != SUPERVISOR:
            raise Refusal(Code.FORBIDDEN, "the supervisor's")

    async def snapshot(self, login: Login, key: str) -> tuple[SupervisionView, frozenset[str]]:
        """Draw queue and desk."""
        now, me = self.context.clock(), login.person
        column = tables.conversation.c
        picture = await self.pictures.read()
        async with self.context.database.read() as tx:
            held = await store.conversations(tx, column.state.in_(HELD), limit=SHOWN_MOST)
            today = await count_waits(tx, start_of_day(now, ZONE))
            shown = [*picture.line, *held]
            around = await _read_around(tx, self.context, shown, me.id)
        view = SupervisionView(
            topics=supervised_topics(picture, today, me.language),
            colleagues=colleague_rows(picture),
            conversations=desk_rows(picture, shown, around, me.id),
        )
        return view, picture.watched | _citizens(shown)


def _is_for(picture: Picture, found: Conversation, login: Login) -> bool:
    """Whether somebody who waits is shown to this person: of her topics, her own people, all for a supervisor."""
    if login.person.role == SUPERVISOR:
        return True
    agent = picture.agents.get(login.person.id)
    serves = agent is not None and found.topic in agent.topics
    return serves or picture.own_advisor(found) == login.person.id


def _citizens(shown: Sequence[Conversation]) -> frozenset[str]:
    """Topics of those whose presence is on the screen."""
    return frozenset(f"person:{found.citizen}" for found in shown)


async def _read_around(tx: Transaction, context: Context, shown: Sequence[Conversation], me: str) -> Around:
    citizens = {found.citizen for found in shown}
    return Around(
        citizens=await context.identity.people(tx, citizens),
        referents=await store.referents(tx, citizens),
        seats=await store.seats(tx, me, (found.id for found in shown)),
        helped=await store.helped(tx, (found.id for found in shown)),
    )
