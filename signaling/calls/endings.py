"""How calls end and what is left to do then: hang up, logins that end, deadlines, rooms to close, rows to delete."""

import asyncio
import logging

from sfu.control import REPLY_KEY, CloseRoom, Done, Refused
from signaling.calls import store
from signaling.calls.contract import CALLEE, CALLER, Call
from signaling.calls.sfu_client import SfuClient
from signaling.calls.table import DEADLINES, TAKEN, WAITING, Event, State
from signaling.calls.tables import call as calls
from signaling.calls.transitions import Transitions
from signaling.calls.wire import HangUp
from signaling.database import Database
from signaling.errors import Refusal
from signaling.identity.service import Identity, Login
from signaling.ids import new_id
from signaling.parts import Clock
from signaling.wire import Code
from signaling.wire import Done as Told

CLOSED_AT_ONCE = 20
WORKERS_KEPT_S = 3600.0

logger = logging.getLogger(__name__)


class Endings:
    """Ends calls."""

    def __init__(
        self,
        database: Database,
        identity: Identity,
        transitions: Transitions,
        sfu: SfuClient,
        clock: Clock,
    ) -> None:
        self._database = database
        self._identity = identity
        self._transitions = transitions
        self._sfu = sfu
        self._clock = clock

    async def hang_up(self, login: Login, command: HangUp) -> Told:
        """End the call for both; a caller who still waits takes it back."""
        async with self._database.write() as tx:
            call = await store.lock(tx, command.call)
            role = call.role_of(login.person.id)
            if not role:
                raise Refusal(Code.FORBIDDEN, "only its two persons end a call")
            takes_back = role == CALLER and call.state in WAITING
            event = Event.CANCEL if takes_back else Event.HANG_UP
            await self._transitions.move(tx, call, event, self._clock(), ended_by=role)
        return Told()

    async def sweep_deadlines(self, now: float) -> int:
        """End calls whose deadline has passed."""
        ended = 0
        for state, (column, event) in DEADLINES.items():
            async with self._database.read() as tx:
                due = await store.select_calls(tx, calls.c.state == state, calls.c[column] <= now)
            for call in due:
                ended += await self._act(call, state, event, now)
        return ended

    async def _act(self, call: Call, state: State, event: Event, now: float) -> bool:
        if not self._transitions.serves(call):
            return False
        try:
            async with self._database.write() as tx:
                held = await store.lock(tx, call.id)
                deadline = getattr(held, DEADLINES[state][0])
                # Somebody may have been faster: media came, or the deadline was moved.
                if held.state is not state or deadline is None or deadline > now:
                    return False
                await self._transitions.move(tx, held, event, now)
        except Refusal as refusal:
            logger.warning("x call %s outlives its deadline: %s", call.id, refusal.text)
            return False
        return True

    async def sweep_logins(self, now: float) -> int:
        """End calls of persons who are signed in nowhere any more: media outlive the connection of their page."""
        ended = 0
        async for page in store.pages(self._database, calls.c.state.in_(TAKEN)):
            async with self._database.read() as tx:
                persons = {person for call in page for person in (call.caller, call.callee)}
                signed_in = await self._identity.signed_in(tx, persons, now=now)
            for call in page:
                if not {call.caller, call.callee} <= signed_in:
                    ended += await self._revoke(call.id, now)
        return ended

    async def _revoke(self, call_id: str, now: float) -> bool:
        try:
            async with self._database.write() as tx:
                call = await store.lock(tx, call_id)
                signed_in = await self._identity.signed_in(tx, (call.caller, call.callee), now=now)
                lost = {CALLER: call.caller, CALLEE: call.callee}
                roles = [role for role, person in lost.items() if person not in signed_in]
                if call.state not in TAKEN or not roles or not self._transitions.serves(call):
                    return False
                await self._transitions.move(tx, call, Event.REVOKE, now, ended_by=roles[0])
        except Refusal as refusal:
            logger.warning("x call %s outlives a login: %s", call_id, refusal.text)
            return False
        return True

    async def sweep_rooms(self, now: float) -> int:
        """Close the rooms of calls that have ended. A column says so until it is done."""
        async with self._database.read() as tx:
            open_rooms = await store.select_calls(
                tx, calls.c.state == State.ENDED, calls.c.worker != "", limit=CLOSED_AT_ONCE
            )
        if not open_rooms:
            return 0
        alive = (await self._sfu.workers()).alive
        closed = await asyncio.gather(*(self._close(call, alive=call.worker in alive) for call in open_rooms))
        done = [call for call, is_closed in zip(open_rooms, closed, strict=True) if is_closed]
        async with self._database.write() as tx:
            for call in done:
                await store.change(tx, call, worker="")
        await self._sfu.forget_answers([call.id for call in done])
        return len(done)

    async def _close(self, call: Call, *, alive: bool) -> bool:
        """Whether nothing is left to close: the worker said so, or it is gone and its room with it."""
        if not alive:
            return True
        command_id = new_id()
        command = CloseRoom(id=command_id, reply_to=REPLY_KEY.format(id=command_id), room=call.id)
        return isinstance(await self._sfu.ask(call.worker, command), Done | Refused)

    async def purge(self, now: float) -> int:
        """Delete calls that were kept long enough."""
        await self._sfu.forget_workers(now - WORKERS_KEPT_S)
        async with self._database.write() as tx:
            return await store.forget(tx, now)
