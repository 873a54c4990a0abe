"""What the worker's room says about a call: media flows, one side is gone, the worker is dead.

``judge`` is pure; ``Rooms`` reads the rooms, as they change and all of them from time to time, and carries out what
follows. Several worker processes may do so at once: every write compares and sets.
"""

import logging
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from redis.exceptions import RedisError

from sfu.control import ROOM_CHANNEL, PeerState, RoomState
from signaling.calls import placement, store
from signaling.calls.contract import CALLEE, CALLER, Call
from signaling.calls.placement import Verdict, Workers
from signaling.calls.sfu_client import SfuClient
from signaling.calls.table import WAITING, Event, State
from signaling.calls.tables import call as calls
from signaling.calls.transitions import Transitions
from signaling.database import Database
from signaling.errors import Refusal
from signaling.parts import Clock
from signaling.wire import Code

if TYPE_CHECKING:
    from redis.asyncio import Redis
    from redis.asyncio.client import PubSub

GONE_S = 5.0
"""One side is not in the room: a reload takes less."""
UNKNOWN_S = 60.0
"""The room itself is not shown: Redis came back empty, or the worker is away from Redis. Media may well flow."""
FOLLOW_S = 1.0
"""How long a change is awaited before the caller may do something else."""
ROOMS_AT_ONCE = 200

WATCHED = (State.CONNECTING, State.LIVE, State.INTERRUPTED)

logger = logging.getLogger(__name__)


def peer_of(call: Call, room: RoomState | None, role: str) -> PeerState | None:
    """Return this side's peer when it is that of the join that counts, or of a newer one."""
    join = call.join_of(role)
    for peer in room.peers if room else ():
        if peer.peer == role and peer.epoch >= join > 0:
            return peer
    return None


def is_here(peer: PeerState | None) -> bool:
    """Whether the worker hears this peer."""
    return peer is not None and peer.connection == "connected"


def judge(call: Call, room: RoomState | None, now: float) -> tuple[Event | None, float | None]:
    """Compare a call with its room.

    Args:
        call: In one of the states ``WATCHED``.
        room: As the worker shows it; None when it shows none.
        now: Unix seconds.

    Returns:
        The event that follows, if any, and since when one side is missing (Unix seconds, None when both are here).
    """
    peers = [peer_of(call, room, role) for role in (CALLER, CALLEE)]
    if all(is_here(peer) for peer in peers):
        flows = call.state is State.INTERRUPTED or _media_flows(call, [peer for peer in peers if peer])
        return (Event.MEDIA if flows and call.state is not State.LIVE else None), None
    if call.state is not State.LIVE:
        return None, call.missing_since
    since = now if call.missing_since is None else call.missing_since
    # "silent" already means that nothing was heard for five seconds.
    silent = any(peer is not None and peer.connection == "silent" for peer in peers)
    patience = UNKNOWN_S if room is None else 0.0 if silent else GONE_S
    return (Event.LOSE if now - since >= patience else None), since


def _media_flows(call: Call, peers: Collection[PeerState]) -> bool:
    """Something arrives somewhere, or neither side has anything to send (chat only)."""
    nothing_to_send = not (call.caller_media or call.callee_media)
    ready = call.caller_ready or call.callee_ready
    return nothing_to_send or ready or any(peer.receiving for peer in peers)


class Rooms:
    """The watch over rooms.

    Args:
        database: Where the calls are.
        transitions: Carries out what follows.
        sfu: Reads rooms and workers.
        redis: For the channel of changes.
        clock: Unix seconds.
    """

    def __init__(
        self,
        database: Database,
        transitions: Transitions,
        sfu: SfuClient,
        redis: "Redis",
        clock: Clock,
    ) -> None:
        self._database = database
        self._transitions = transitions
        self._sfu = sfu
        self._redis = redis
        self._clock = clock
        self._channel: PubSub | None = None

    async def follow(self, _now: float) -> int:
        """Await changes of rooms for a moment and judge their calls; views hear the same channel by the bus.

        When something comes it is later than when the waiting began: the clock is read then.

        Raises:
            RedisError, OSError: Redis is away. What is missed meanwhile is found by `check`.
        """
        changed = await self._changed()
        if changed:
            await self._judge_all(self._clock(), calls.c.id.in_(changed))
        return len(changed)

    async def check(self, now: float) -> int:
        """Judge all calls that have a room, whether or not it changed; look for dead workers."""
        handled = await self._judge_all(now)
        return handled + await self._bury(now)

    async def look_at(self, call_id: str, now: float) -> None:
        """Judge one call now."""
        await self._judge_all(now, calls.c.id == call_id)

    async def _changed(self) -> set[str]:
        changed: set[str] = set()
        try:
            if self._channel is None:
                channel = self._redis.pubsub(ignore_subscribe_messages=True)
                await channel.subscribe(ROOM_CHANNEL)
                self._channel = channel
            message: Any = await self._channel.get_message(timeout=FOLLOW_S)
            while message is not None and len(changed) < ROOMS_AT_ONCE:
                changed.add(message["data"].decode(errors="replace"))
                message = await self._channel.get_message(timeout=0)
        except (RedisError, OSError):
            await self.close()
            raise
        return changed

    async def close(self) -> None:
        """Stop listening."""
        channel, self._channel = self._channel, None
        if channel is not None:
            try:
                await channel.aclose()  # type: ignore[no-untyped-call]  # redis-py leaves it untyped
            except (RedisError, OSError, TimeoutError):
                logger.info("x redis is away: the channel was not closed")

    async def _judge_all(self, now: float, *conditions: Any) -> int:  # noqa: ANN401 - SQL conditions
        handled = 0
        async for watched in store.pages(self._database, calls.c.state.in_(WATCHED), *conditions):
            rooms = await self._sfu.rooms([call.id for call in watched])
            for call in watched:
                room = rooms.get(call.id)
                event, missing_since = judge(call, room, now)
                if event is not None or missing_since != call.missing_since:
                    await self._carry_out(call.id, room, now)
                    handled += 1
        return handled

    async def _carry_out(self, call_id: str, room: RoomState | None, now: float) -> None:
        try:
            async with self._database.write() as tx:
                call = await store.lock(tx, call_id)
                if call.state not in WATCHED or not self._transitions.serves(call):
                    return
                event, missing_since = judge(call, room, now)
                if missing_since != call.missing_since:
                    call = await store.change(tx, call, missing_since=missing_since)
                if event is not None:
                    await self._transitions.move(tx, call, event, now)
        except Refusal as refusal:
            logger.warning("x call %s does not follow its room: %s", call_id, refusal.text)

    async def _bury(self, now: float) -> int:
        moved, reported = 0, (calls.c.media_lost_at.is_not(None), calls.c.state != State.ENDED)
        async for page in store.pages(self._database, *reported):
            workers = await self._sfu.workers()
            for call in page:
                try:
                    moved += await self.move_from_dead(call.id, workers, now)
                except Refusal as refusal:
                    logger.warning("x call %s is not placed anew: %s", call.id, refusal.text)
        return moved

    async def move_from_dead(self, call_id: str, workers: Workers, now: float) -> bool:
        """Give up the call's placement when its worker is dead: the epoch grows, and both sides join again."""
        async with self._database.write() as tx:
            call = await store.lock(tx, call_id)
            if not call.worker or call.state is State.ENDED:
                return False
            if call.media_lost_at is None and call.worker not in workers.alive:
                # A join that found nobody is a report too: the call of a system that was stopped and started anew.
                call = await store.change(tx, call, media_lost_at=now)
            reported_at = call.media_lost_at if call.media_lost_at is not None else now
            if call.state in (*WAITING, State.ACCEPTED):
                # Nobody talks yet: a mistake costs one more join, waiting costs a child five seconds.
                reported_at -= placement.FORGOTTEN_S
            verdict = placement.judge(call.worker, workers, reported_at, now)
            if verdict is Verdict.DEAD:
                await self._transitions.move(tx, call, Event.MOVE, now)
                return True
            if verdict is Verdict.ALIVE and call.media_lost_at is not None:
                await store.change(tx, call, media_lost_at=None)
            return False


def moved_on(code: Code) -> Refusal:
    """Answer somebody whose call has another placement by now."""
    return Refusal(code, "the call has moved on: look at its view and join again")
