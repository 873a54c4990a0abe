"""The worker's side of the outbox: claim, try, write down what came of it."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping

import msgspec

from signaling.database import Database
from signaling.notices import store
from signaling.notices.contract import Letter, Outcome, Parcel, Sink, State
from signaling.notices.delivery import after
from signaling.notices.sealing import CannotOpen, Sealer

BATCH = 20
AT_ONCE = 10
"""Attempts at the same time; a batch of time-outs ends before its claim and before the sweep's time is up."""
ATTEMPT_WITHIN_S = 20.0

logger = logging.getLogger(__name__)

Send = Callable[[Parcel, float], Awaitable[Outcome]]


class Sending:
    """Sends what is due.

    Args:
        database: Where the outbox is.
        sealer: Opens letters.
        sinks: What this server sends by.
    """

    def __init__(self, database: Database, sealer: Sealer, sinks: Mapping[Sink, Send]) -> None:
        self._database = database
        self._sealer = sealer
        self._sinks = sinks

    async def sweep(self, now: float) -> int:
        """Claim a batch and try to send it; return its size."""
        async with self._database.read() as tx:
            if not await store.anything_ready(tx, now):
                return 0
        async with self._database.write() as tx:
            claimed = await store.claim(tx, now, BATCH)
        turn = asyncio.Semaphore(AT_ONCE)
        done = await asyncio.gather(
            *(self._deliver(row, turn, now) for row in claimed), return_exceptions=True
        )
        for failed in done:
            if isinstance(failed, BaseException):
                raise failed  # the claims that it leaves lapse by themselves
        return len(claimed)

    async def _deliver(self, row: store.Found, turn: asyncio.Semaphore, now: float) -> None:
        async with turn:
            outcome = await self._attempt(row, now)
        then = after(outcome, row.attempts, now)
        async with self._database.write() as tx:
            await store.settle(tx, row, then)
            if outcome is Outcome.GONE:
                await store.remove_contacts(tx, row.person, [row.recipient])
                tx.touch(f"person:{row.person}")
        if then.state is State.FAILED:
            logger.warning("x notice %s (%s) is not sent, attempt %d", row.id, row.sink, row.attempts)

    async def _attempt(self, row: store.Found, now: float) -> Outcome:
        send = self._sinks.get(Sink(row.sink))
        if send is None:
            return Outcome.LATER  # the operator has taken the mail server away, perhaps not for ever
        try:
            letter = msgspec.json.decode(self._sealer.open(row.sealed, row.id), type=Letter)
            async with asyncio.timeout(ATTEMPT_WITHIN_S):
                return await send(Parcel(id=row.id, key=row.key, kind=row.kind, letter=letter), now)
        except CannotOpen as error:
            logger.warning("x notice %s cannot be read: %s", row.id, error)
            return Outcome.REFUSED
        except TimeoutError:
            logger.warning("x notice %s: no answer in time", row.id)
            return Outcome.LATER
