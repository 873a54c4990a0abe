"""From the question in line to Accept: queue, ring, later, not now, cancel, take.

The first Accept wins: it finds the call waiting under the row's lock, seats both persons (a person has one seat) and
sets callee and state by compare-and-set, all in one transaction with what the app makes of it.
"""

import logging
from collections.abc import Mapping, Sequence

from signaling.calls import ringing, store
from signaling.calls.contract import CALLER, Call, Offer
from signaling.calls.ringing import LATER, NOT_NOW, RINGING
from signaling.calls.table import TAKEN, WAITING, WANTED_S, Event, Illegal, State, step
from signaling.calls.tables import call as calls
from signaling.calls.transitions import Transitions, touch
from signaling.calls.wire import Accept, Accepted, Later, NotNow
from signaling.database import Database, Transaction
from signaling.errors import Refusal
from signaling.identity.service import Login
from signaling.ids import new_id
from signaling.parts import Clock
from signaling.wire import Code, Done

logger = logging.getLogger(__name__)


def new_call(*, app: str, ref: str, caller: str, wanted: str, now: float) -> Call:
    """Make a call that waits."""
    return Call(
        id=new_id(),
        app=app,
        ref=ref,
        caller=caller,
        callee="",
        wanted=wanted,
        state=State.QUEUED,
        version=1,
        created_at=now,
        rung=0,
        worker="",
        epoch=0,
        joins=0,
        caller_join=0,
        callee_join=0,
        caller_ready=False,
        callee_ready=False,
        caller_media=3,
        callee_media=3,
        wanted_until=now + WANTED_S if wanted else None,
        connect_until=None,
        grace_until=None,
        missing_since=None,
        media_lost_at=None,
        live_at=None,
        ended_at=None,
        purge_at=None,
        outcome="",
        ended_by="",
    )


class Line:
    """Calls that wait."""

    def __init__(self, database: Database, transitions: Transitions, clock: Clock) -> None:
        self._database = database
        self._transitions = transitions
        self._clock = clock

    async def queue(
        self, tx: Transaction, *, app: str, ref: str, caller: str, wanted: str, now: float
    ) -> str:
        """Put a new call in line and ring at once; return its id."""
        call = new_call(app=app, ref=ref, caller=caller, wanted=wanted, now=now)
        await store.add(tx, call)
        touch(tx, call)
        await self._ring(tx, call, {}, now)
        return call.id

    async def ring(self, tx: Transaction, call_id: str, now: float) -> None:
        """Compute anew at whom a call rings; nothing when it does not wait."""
        call = await store.find(tx, call_id, lock=True)
        if call is not None and call.state in WAITING and self._transitions.serves(call):
            await self._ring(tx, call, await _offers(tx, call_id), now)

    async def cancel(self, tx: Transaction, call_id: str, *, by: str, now: float) -> None:
        """Take a waiting call back; on an ended call nothing happens.

        Raises:
            Refusal: ``CONFLICT`` when somebody has just taken it; ``NOT_FOUND``.
        """
        call = await store.lock(tx, call_id)
        await self._transitions.move(tx, call, Event.CANCEL, now, ended_by=call.role_of(by))

    # --- what a volunteer answers -----------------------------------------------------------------------------

    async def accept(self, login: Login, command: Accept) -> Accepted:
        """Take a call; the same person is answered the same again."""
        now, me = self._clock(), login.person.id
        async with self._database.write() as tx:
            call = await _open_to(tx, login, command.call)
            if call.callee == me and call.state in TAKEN:
                return Accepted(call=call.id)
            await self._check(tx, login, call, Event.ACCEPT, now)
            if not await store.sit(tx, call.id, (me, call.caller)):
                # Leaving the block by an exception gives the seats back.
                raise Refusal(Code.BUSY, "one of the two is in another call")
            await self._transitions.move(tx, call, Event.ACCEPT, now, callee=me, wanted_until=None)
        await self._hush(me)
        return Accepted(call=call.id)

    async def later(self, login: Login, command: Later) -> Done:
        """Promise to take it in five minutes: it rings again here then."""
        now, me = self._clock(), login.person.id
        async with self._database.write() as tx:
            call = await _open_to(tx, login, command.call)
            await self._check(tx, login, call, Event.LATER, now)
            await self._note(tx, call, Event.LATER, me, now)
        return Done()

    async def not_now(self, login: Login, command: NotNow) -> Done:
        """Do not ring here again for this call; nothing to do when it has not rung here or is over."""
        now, me = self._clock(), login.person.id
        async with self._database.write() as tx:
            call = await _open_to(tx, login, command.call)
            if call.state in WAITING and me in await _offers(tx, call.id):
                await self._note(tx, call, Event.NOT_NOW, me, now)
        return Done()

    async def _check(self, tx: Transaction, login: Login, call: Call, event: Event, now: float) -> None:
        """Say first what became of the call, then whether this person may."""
        outcome = step(call.state, event)
        if isinstance(outcome, Illegal):
            raise Refusal(outcome.code or Code.CONFLICT, str(outcome))
        if call.role_of(login.person.id) == CALLER:
            raise Refusal(Code.FORBIDDEN, "nobody takes her own call")
        await self._transitions.policy(call.app).may_accept(tx, login, call, now)

    async def _note(self, tx: Transaction, call: Call, event: Event, person: str, now: float) -> None:
        before = await _offers(tx, call.id)
        after = ringing.answered(before, person, LATER if event is Event.LATER else NOT_NOW, now)
        if after == before:
            return
        await store.write_offers(tx, call.id, before, after)
        tx.touch(f"person:{person}")
        call = await self._transitions.move(tx, call, event, now)
        await self._ring(tx, call, after, now)

    # --- ringing ----------------------------------------------------------------------------------------------

    async def sweep(self, now: float) -> int:
        """Act on what has changed since: ring deadlines, reminders, persons who became free or went away."""
        due: list[str] = []
        async for waiting in store.pages(self._database, calls.c.state.in_(WAITING)):
            async with self._database.read() as tx:
                due += await self._due(tx, waiting, now)
        for call_id in due:
            await self._ring_alone(call_id, now)
        return len(due)

    async def _due(self, tx: Transaction, waiting: Sequence[Call], now: float) -> list[str]:
        """Return the calls at which something has to change."""
        due = []
        offers = await store.read_offers(tx, [call.id for call in waiting])
        for call in waiting:
            if self._transitions.serves(call):
                before = offers.get(call.id, {})
                planned = await self._plan(tx, call, before, now)
                if planned.offers != before or planned.event is not None:
                    due.append(call.id)
        return due

    async def _ring_alone(self, call_id: str, now: float) -> None:
        """Ring one call in a transaction of its own.

        What keeps one call from being rung must not keep the others; and who holds one row only waits for nobody.
        """
        try:
            async with self._database.write() as tx:
                await self.ring(tx, call_id, now)
        except Refusal as refusal:
            logger.warning("x call %s was not rung: %s", call_id, refusal.text)

    async def _plan(
        self, tx: Transaction, call: Call, offers: Mapping[str, Offer], now: float
    ) -> ringing.Plan:
        candidates = await self._transitions.policy(call.app).ring_for(tx, call, now)
        return ringing.plan(call, offers, candidates, now)

    async def _ring(self, tx: Transaction, call: Call, offers: Mapping[str, Offer], now: float) -> None:
        planned = await self._plan(tx, call, offers, now)
        concerned = await store.write_offers(tx, call.id, offers, planned.offers)
        if concerned:
            touch(tx, call)
            tx.touch(*(f"person:{person}" for person in concerned))
        if planned.event is not None:
            await self._transitions.move(tx, call, planned.event, now)

    async def _hush(self, person: str) -> None:
        """Stop other calls from ringing at somebody who has just taken one."""
        async with self._database.read() as tx:
            others = await store.rung_at(tx, person, RINGING)
        for call_id in others:
            await self._ring_alone(call_id, self._clock())


async def _offers(tx: Transaction, call_id: str) -> dict[str, Offer]:
    return (await store.read_offers(tx, [call_id])).get(call_id, {})


async def _open_to(tx: Transaction, login: Login, call_id: str) -> Call:
    """Hold a call of the login's own app."""
    call = await store.lock(tx, call_id)
    if call.app != login.person.app:
        raise Refusal(Code.NOT_FOUND, "no such call")
    return call
