"""What happens while time passes: agents drop out and come back, what was put away comes up again.

Nobody is tied to somebody who is not here: an agent who has gone is shown as gone, and what needs an answer goes back
to the line at its old place when she is not back in time. What needs none stays hers until the citizen writes.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

from sqlalchemy import and_, or_

from helpdesk import store, tables
from helpdesk.line.moves import put_back, tell
from helpdesk.line.one_by_one import one_of_many
from helpdesk.line.picture import APP
from helpdesk.line.waits import forget_waits
from helpdesk.states import Event, State
from helpdesk.store import Conversation
from signaling.api import Context, Sweep, Transaction

GONE_S = 120.0
"""How long a conversation is kept for an agent who dropped out; told to the citizen."""
TALKED_LATELY_S = 900.0
"""While people talk, a drop is shown even when no answer is missing."""
BATCH = 500


class Drop(StrEnum):
    """What a drop means for one conversation."""

    GONE = "gone"
    BACK = "back"
    RELEASE = "release"


def judge(conversation: Conversation, *, here: bool, now: float) -> Drop | None:
    """Decide about an open conversation whose agent is here, or not; None: nothing changes. Pure."""
    until, unanswered = conversation.agent_gone_until, conversation.unanswered_since is not None
    if here:
        return None if until is None else Drop.BACK
    if until is None:
        talked = conversation.last_at > now - TALKED_LATELY_S
        return Drop.GONE if unanswered or talked else None
    return Drop.RELEASE if unanswered and until <= now else None


@dataclass(frozen=True, slots=True)
class Drops:
    """Sweeps of the worker."""

    context: Context

    def sweeps(self) -> list[Sweep]:
        """What the worker runs."""
        return [
            Sweep("helpdesk.drops", self.sweep, every_s=2.0),
            Sweep("helpdesk.wake", self.wake, every_s=2.0),
            Sweep("helpdesk.waits", self.forget, every_s=86400.0),
        ]

    async def sweep(self, now: float) -> int:
        """Act on agents who went or came back; return on how many conversations.

        Raises:
            Refusal: ``UNAVAILABLE``.
        """
        present = await self.context.presence.of(APP)
        column = tables.conversation.c
        here, until = column.agent.in_(present), column.agent_gone_until
        # What is over is read, not all that is open: however many talk, a drop is seen.
        needs_her = column.unanswered_since.is_not(None) | (column.last_at > now - TALKED_LATELY_S)
        changed = or_(
            and_(here, until.is_not(None)),
            and_(~here, needs_her, until.is_(None) | (until <= now)),
        )
        async with self.context.database.read() as tx:
            held = await store.conversations(tx, column.state == State.OPEN, changed, limit=BATCH)
        due = [seen for seen in held if judge(seen, here=seen.agent in present, now=now) is not None]
        for seen in due:
            act = partial(self._drop, now=now, here=seen.agent in present)
            await self._alone(seen, act)
        return len(due)

    async def wake(self, now: float) -> int:
        """Bring up what was put away until now; return how many.

        Raises:
            Refusal: ``UNAVAILABLE``.
        """
        present = await self.context.presence.of(APP)
        column = tables.conversation.c
        async with self.context.database.read() as tx:
            due = await store.conversations(
                tx, column.state == State.SNOOZED, column.snoozed_until <= now, limit=BATCH
            )
        for seen in due:
            await self._alone(seen, partial(self._wake, now=now, here=seen.agent in present))
        return len(due)

    async def forget(self, now: float) -> int:
        """Delete waits of long ago."""
        async with self.context.database.write() as tx:
            return await forget_waits(tx, now)

    async def _drop(self, tx: Transaction, found: Conversation, now: float, *, here: bool) -> None:
        match judge(found, here=here, now=now):
            case Drop.GONE:
                until = now + GONE_S
                after = await store.change(tx, found, agent_gone_until=until)
                await tell(self.context, tx, after, "agent_gone", {"until": until}, now)
            case Drop.BACK:
                after = await store.change(tx, found, agent_gone_until=None)
                await tell(self.context, tx, after, "agent_back", {}, now)
            case Drop.RELEASE:
                after = await put_back(tx, found, now)
                await tell(self.context, tx, after, "released", {"reason": "gone"}, now)
            case None:
                pass

    async def _wake(self, tx: Transaction, found: Conversation, now: float, *, here: bool) -> None:
        # An answer was promised for now: when she is not here to give it, it is missing from now on, and so she is gone.
        since = found.unanswered_since if here else found.unanswered_since or now
        after = await store.move(tx, found, Event.WAKE, snoozed_until=None, unanswered_since=since)
        await tell(self.context, tx, after, "woken", {}, now)

    async def _alone(
        self, seen: Conversation, act: Callable[[Transaction, Conversation], Awaitable[None]]
    ) -> None:
        """Act in a transaction of its own, unless it is not any more what was seen: the next round sees it anew."""
        with one_of_many("helpdesk.drops", seen.id):
            async with self.context.database.write() as tx:
                found = await store.conversation(tx, seen.id, lock=True)
                if found.version == seen.version:
                    await act(tx, found)
