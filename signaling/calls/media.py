"""Join, restart, ready, lost: from a browser's offer to the worker's answer.

The worker of a call is chosen at its first join, which may be the caller's while she waits (prewarm), and kept by
the row. Two numbers count: ``epoch`` grows with each placement and is what clients compare; ``joins`` grows with
each join of either side and is the epoch of the worker's command, so that an old join never replaces a new one.
No transaction is open while the worker is asked.
"""

import logging
from collections.abc import Collection

from sfu import control
from sfu.control import Offer
from signaling.calls import negotiation, placement, rooms, store
from signaling.calls.contract import CALLEE, CALLER, Call
from signaling.calls.negotiation import BadOffer, ReadOffer
from signaling.calls.rooms import Rooms
from signaling.calls.sfu_client import SfuClient, StoredAnswer
from signaling.calls.table import TAKEN, WAITING, Event, State
from signaling.calls.transitions import Transitions, touch
from signaling.calls.wire import Join, Joined, MediaLost, Ready, RestartIce
from signaling.database import Database, Transaction
from signaling.errors import Refusal
from signaling.identity.service import Login
from signaling.ids import new_id
from signaling.parts import Clock
from signaling.wire import Code, Done

PLACEMENTS = 3
"""Workers tried for one join."""
REFUSED = {"bad_offer": Code.BAD_OFFER, "stale_epoch": Code.CONFLICT, "unknown_peer": Code.CONFLICT}

logger = logging.getLogger(__name__)


class Media:
    """Negotiation of calls."""

    def __init__(
        self, database: Database, transitions: Transitions, sfu: SfuClient, watch: Rooms, clock: Clock
    ) -> None:
        self._database = database
        self._transitions = transitions
        self._sfu = sfu
        self._rooms = watch
        self._clock = clock

    async def join(self, login: Login, command: Join) -> Joined:
        """Connect this side of a call to its worker, choosing one when it has none."""
        read = _read(command.sdp)
        excluded: set[str] = set()
        for _ in range(PLACEMENTS):
            call, role = await self._reserve(login, command.call, excluded)
            workers = await self._sfu.workers()
            if call.worker not in workers.alive and await self._rooms.move_from_dead(
                call.id, workers, self._clock()
            ):
                continue
            reply = await self._ask_join(call, role, read.offer)
            if isinstance(reply, control.Joined):
                return await self._joined(call, role, read, reply)
            excluded.add(call.worker)
            if not await self._place_anew(call, reply):
                break
        raise Refusal(Code.NO_MEDIA_SERVER, "no worker takes the call now")

    async def restart_ice(self, login: Login, command: RestartIce) -> Joined:
        """Give a living connection new ICE credentials; CONFLICT when it is not there any more: join again."""
        read = _read(command.sdp)
        async with self._database.read() as tx:
            call = await _find(tx, command.call)
        role = _role_for_media(call, login)
        kept = await self._sfu.kept_answer(call.id, role)
        current = kept is not None and kept.join == call.join_of(role) and call.epoch == command.epoch
        if kept is None or not current or not _is_same_connection(read.offer, kept):
            raise rooms.moved_on(Code.CONFLICT)
        reply = await self._sfu.ask(
            call.worker,
            control.RestartIce(
                **_address(),
                room=call.id,
                peer=role,
                ice_ufrag=read.offer.ice_ufrag,
                ice_pwd=read.offer.ice_pwd,
            ),
        )
        if isinstance(reply, control.Refused):
            raise Refusal(REFUSED.get(reply.code, Code.CONFLICT), reply.text)
        if not isinstance(reply, control.IceRestarted):
            raise Refusal(Code.NO_MEDIA_SERVER, "the worker does not answer")
        renewed = negotiation.renew(kept.answer, reply)
        kept = StoredAnswer(kept.join, kept.fingerprints, renewed)
        await self._sfu.keep_answer(call.id, role, kept)
        return Joined(epoch=call.epoch, join=kept.join, sdp=negotiation.write_answer(read, renewed))

    async def ready(self, login: Login, command: Ready) -> Done:
        """Note that this side sees or hears the other; one of the signs that the call is live."""
        async with self._database.write() as tx:
            call = await store.lock(tx, command.call)
            role = _role_for_media(call, login)
            if command.epoch != call.epoch or not call.taken:
                return Done()
            await store.change(tx, call, **{f"{role}_ready": True})
        await self._rooms.look_at(call.id, self._clock())
        return Done()

    async def media_lost(self, login: Login, command: MediaLost) -> Done:
        """Note that no media comes; when the worker is dead the call is placed anew."""
        now = self._clock()
        async with self._database.write() as tx:
            call = await store.lock(tx, command.call)
            _role_for_media(call, login)
            if command.epoch != call.epoch or not call.worker:
                return Done()
            if call.media_lost_at is None:
                await store.change(tx, call, media_lost_at=now)
        await self._rooms.move_from_dead(call.id, await self._sfu.workers(), now)
        return Done()

    # --- the steps of a join ------------------------------------------------------------------------------------

    async def _reserve(self, login: Login, call_id: str, excluded: Collection[str]) -> tuple[Call, str]:
        """Number this join, and place the call if it is not placed."""
        async with self._database.read() as tx:
            call = await _find(tx, call_id)
        _role_for_media(call, login)
        chosen = "" if call.worker else await self._choose(excluded)
        async with self._database.write() as tx:
            call = await store.lock(tx, call_id)
            role = _role_for_media(call, login)
            worker = call.worker or chosen
            if not worker:
                raise rooms.moved_on(Code.CONFLICT)
            placed = not call.worker
            call = await store.change(tx, call, worker=worker, epoch=max(1, call.epoch), joins=call.joins + 1)
            if placed:
                touch(tx, call)
        return call, role

    async def _choose(self, excluded: Collection[str]) -> str:
        workers = await self._sfu.workers()
        async with self._database.read() as tx:
            placed = await store.count_by_worker(tx)
        chosen = placement.choose(workers.alive.values(), placed, excluded)
        if chosen is None:
            raise Refusal(Code.NO_MEDIA_SERVER, "no worker is alive: start one with python -m sfu")
        return chosen

    async def _ask_join(self, call: Call, role: str, offer: Offer) -> control.AnyReply | None:
        join = control.Join(**_address(), room=call.id, peer=role, epoch=call.joins, offer=offer)
        reply = await self._sfu.ask(call.worker, join)
        if isinstance(reply, control.Refused) and reply.code in REFUSED:
            raise Refusal(REFUSED[reply.code], reply.text)
        return reply

    async def _place_anew(self, call: Call, reply: control.AnyReply | None) -> bool:
        """Whether it is worth trying another worker: this one takes no room, or is dead."""
        if isinstance(reply, control.Refused) and reply.code in {"draining", "full"}:
            now = self._clock()
            async with self._database.write() as tx:
                held = await store.lock(tx, call.id)
                if held.worker == call.worker and held.epoch == call.epoch:
                    await self._transitions.move(tx, held, Event.MOVE, now)
            return True
        logger.warning("x worker %s gave no answer to a join", call.worker)
        return await self._rooms.move_from_dead(call.id, await self._sfu.workers(), self._clock())

    async def _joined(self, call: Call, role: str, read: ReadOffer, reply: control.Joined) -> Joined:
        """Make this join the one that counts, unless the call has moved on while the worker was asked."""
        number = call.joins
        kept = StoredAnswer(number, read.offer.fingerprints, reply.answer)
        await self._sfu.keep_answer(call.id, role, kept)
        now = self._clock()
        async with self._database.write() as tx:
            held = await store.lock(tx, call.id)
            valid = held.state is not State.ENDED and (held.worker, held.epoch) == (call.worker, call.epoch)
            if valid and held.join_of(role) < number:
                held = await store.change(tx, held, **{f"{role}_join": number, f"{role}_ready": False})
                touch(tx, held)
                if held.state is State.ACCEPTED and held.caller_join and held.callee_join:
                    await self._transitions.move(tx, held, Event.CONNECT, now)
        if not valid:
            if held.state is State.ENDED or held.worker != call.worker:
                await self._sfu.ask(call.worker, control.CloseRoom(**_address(), room=call.id))
            raise rooms.moved_on(Code.CONFLICT)
        return Joined(epoch=call.epoch, join=number, sdp=negotiation.write_answer(read, reply.answer))


def _read(sdp: str) -> ReadOffer:
    try:
        return negotiation.read_offer(sdp)
    except BadOffer as error:
        raise Refusal(Code.BAD_OFFER, str(error)) from error


async def _find(tx: Transaction, call_id: str) -> Call:
    call = await store.find(tx, call_id)
    if call is None:
        raise Refusal(Code.NOT_FOUND, "no such call")
    return call


def _role_for_media(call: Call, login: Login) -> str:
    """The door of a call's media: its caller from the beginning, its callee once she has it."""
    role = call.role_of(login.person.id)
    if role not in {CALLER, CALLEE}:
        raise Refusal(Code.FORBIDDEN, "only its two persons are in a call")
    if call.state not in (*WAITING, *TAKEN):
        raise Refusal(Code.CONFLICT, "the call is over")
    return role


def _is_same_connection(offer: Offer, kept: StoredAnswer) -> bool:
    """Tell whether the connection that joined last restarts, and not one of the person's other pages.

    Its certificate stays (RFC 8842: another fingerprint asks for another DTLS association); another page has its own.
    """
    return offer.fingerprints == kept.fingerprints and negotiation.same_sections(offer, kept.answer)


def _address() -> dict[str, str]:
    """A fresh id, and where the reply goes."""
    command_id = new_id()
    return {"id": command_id, "reply_to": control.REPLY_KEY.format(id=command_id)}
