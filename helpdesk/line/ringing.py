"""Carries out what `offering` decides, on the rows of the line; any process may, and several do."""

import logging
from dataclasses import dataclass

from sqlalchemy import select

from helpdesk import store, tables
from helpdesk.line.offering import Ring, plan
from helpdesk.line.one_by_one import one_of_many
from helpdesk.line.picture import read_picture
from helpdesk.states import IN_LINE
from helpdesk.store import Conversation
from signaling.api import Context, Refusal

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Ringing:
    """Rings at agents."""

    context: Context

    async def settle(self, now: float) -> None:
        """Ring at once after something changed; what fails here is done by the worker's sweep within a second."""
        try:
            await self.sweep(now)
        except Refusal as refusal:
            logger.warning("x the line waits for the worker: %s", refusal.text)

    async def sweep(self, now: float) -> int:
        """Bring the ringing of the whole line up to date.

        Returns:
            At how many conversations something changed.

        Raises:
            Refusal: ``UNAVAILABLE``.
        """
        waits = select(tables.conversation.c.id).where(tables.conversation.c.state.in_(IN_LINE)).limit(1)
        async with self.context.database.read() as tx:
            if (await tx.execute(waits)).first() is None:
                return 0
            picture = await read_picture(tx, self.context, now, estimates=False)
        is_open = frozenset(topic for topic in picture.topics if picture.is_open(topic))
        changes = plan(picture.entries(), picture.agents_to_ring(), is_open, now)
        for seen in picture.line:
            if seen.id in changes:
                await self._change(seen, changes[seen.id])
        return len(changes)

    async def _change(self, seen: Conversation, ring: Ring) -> None:
        # Compared with what the plan was made from: who claimed it meanwhile, or wrote, was faster.
        with one_of_many("helpdesk.ring", seen.id):
            async with self.context.database.write() as tx:
                await store.change(
                    tx,
                    seen,
                    offered_to=ring.offered_to,
                    offered_until=ring.offered_until,
                    first_until=ring.first_until,
                    rung=" ".join(sorted(ring.rung)),
                )
