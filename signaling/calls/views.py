"""The view ``call:{id}``: the row, the two names, and what the worker's room shows of both."""

from sfu.control import RoomState
from signaling.calls import store
from signaling.calls.contract import CALLEE, CALLER, CAMERA, MICROPHONE, SCREEN, Call
from signaling.calls.rooms import is_here, peer_of
from signaling.calls.sfu_client import SfuClient
from signaling.calls.table import State
from signaling.calls.transitions import Transitions
from signaling.calls.wire import CallView, Party, Slot
from signaling.database import Database, Transaction
from signaling.errors import Refusal
from signaling.identity.service import Identity, Login
from signaling.wire import Code


class CallViews:
    """Implements ``signaling.feeds.service.View``."""

    def __init__(
        self, database: Database, identity: Identity, transitions: Transitions, sfu: SfuClient
    ) -> None:
        self._database = database
        self._identity = identity
        self._transitions = transitions
        self._sfu = sfu

    async def open(self, login: Login, key: str) -> None:
        """Let in the two persons of the call, and whom the app lets watch."""
        async with self._database.read() as tx:
            await self._access(tx, login, key)

    async def snapshot(self, login: Login, key: str) -> tuple[CallView, frozenset[str]]:
        """Show the call as it is now."""
        async with self._database.read() as tx:
            call = await self._access(tx, login, key)
            people = await self._identity.people(tx, [call.caller, call.callee])
        names = {person_id: person.name for person_id, person in people.items()}
        room = None
        if call.worker and call.state is not State.ENDED:
            room = (await self._sfu.rooms([call.id])).get(call.id)
        view = show(call, call.role_of(login.person.id), names, room)
        return view, frozenset({f"call:{call.id}", f"room:{call.id}"})

    async def _access(self, tx: Transaction, login: Login, call_id: str) -> Call:
        call = await store.find(tx, call_id)
        if call is None or call.app != login.person.app:
            raise Refusal(Code.NOT_FOUND, "no such call")
        if not call.role_of(login.person.id):
            policy = self._transitions.policy(call.app)
            if not await policy.may_watch(tx, login, call):
                raise Refusal(Code.FORBIDDEN, "a call is seen by its two persons")
        return call


def show(call: Call, me: str, names: dict[str, str], room: RoomState | None) -> CallView:
    """Draw the view for one side; `me` is empty for somebody who watches."""
    mine = peer_of(call, room, me) if me else None
    return CallView(
        call=call.id,
        state=call.state.value,
        me=me,
        caller=_party(call, CALLER, names.get(call.caller, ""), room),
        callee=_party(call, CALLEE, names.get(call.callee, ""), room) if call.callee else None,
        epoch=call.epoch,
        join=call.join_of(me) if me else 0,
        slots={
            slot.mid: Slot(peer=slot.source_peer, source=slot.source, timestamp=slot.timestamp)
            for slot in (mine.slots if mine else ())
            if slot.source_peer
        },
        live_since=call.live_at,
        grace_until=call.grace_until if call.state is State.INTERRUPTED else None,
        outcome=call.outcome,
        ended_by=call.ended_by,
    )


def _party(call: Call, role: str, name: str, room: RoomState | None) -> Party:
    peer = peer_of(call, room, role)
    media = call.caller_media if role == CALLER else call.callee_media
    return Party(
        name=name,
        peer=role,
        here=is_here(peer),
        microphone=bool(media & MICROPHONE),
        camera=bool(media & CAMERA),
        screen=bool(media & SCREEN),
        speaking=peer is not None and peer.speaking,
    )
