"""Commands to SFU workers through Redis lists, and what the workers show there (docs/protocol.md section 8).

Every wait is bounded. A command that gets no reply is sent once more with the same id: the worker answers a repeat
from memory, so it is carried out once.
"""

import logging
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar, cast

import msgspec
from redis.exceptions import RedisError

from sfu import control
from sfu.control import Answer, AnyCommand, AnyReply, Fingerprint, RoomState, WorkerState
from signaling.calls.placement import Workers
from signaling.errors import Refusal
from signaling.wire import Code

if TYPE_CHECKING:
    from redis.asyncio import Redis

REPLY_S = 4.0
"""How long a reply is awaited in all, both times together."""
COMMAND_TTL_S = 10
"""What a dead worker has not taken disappears."""
ANSWER_TTL_S = 12 * 3600
ANSWER_KEY = "calls:answer:{call}:{role}"

logger = logging.getLogger(__name__)
_encode = msgspec.msgpack.Encoder().encode
_decode_reply = msgspec.msgpack.Decoder(AnyReply).decode
T = TypeVar("T")
_AWAY = (RedisError, OSError, TimeoutError)


class StoredAnswer(msgspec.Struct, frozen=True):
    """The answer of one join, kept for an ICE restart."""

    join: int
    fingerprints: tuple[Fingerprint, ...]
    """Of the browser's certificate: whose connection it is."""
    answer: Answer


class SfuClient:
    """The workers, as seen from signaling.

    Args:
        redis: Gives bytes. Each command awaited holds one connection of its pool; its ``socket_timeout``, when
            set, has to be more than `reply_s`.
        reply_s: Bound of waiting for a reply, seconds.
    """

    def __init__(self, redis: "Redis", reply_s: float = REPLY_S) -> None:
        self._redis: Any = redis
        self._reply_s = reply_s

    async def ask(self, worker: str, command: AnyCommand) -> AnyReply | None:
        """Send a command and await its reply; None when none came in time.

        Raises:
            Refusal: ``UNAVAILABLE``: Redis is away.
        """
        key = control.COMMANDS_KEY.format(worker=worker)
        payload = _encode(command)
        try:
            for _ in range(2):
                async with self._redis.pipeline(transaction=False) as pipe:
                    pipe.rpush(key, payload)
                    pipe.expire(key, COMMAND_TTL_S)
                    await pipe.execute()
                popped = await self._redis.blpop([command.reply_to], timeout=self._reply_s / 2)
                if popped is not None:
                    return self._read(popped[1])
        except _AWAY as error:
            raise Refusal(Code.UNAVAILABLE, "Redis is away") from error
        return None

    def _read(self, reply: bytes) -> AnyReply | None:
        try:
            return cast("AnyReply", _decode_reply(reply))
        except msgspec.DecodeError:
            logger.warning("x a worker's reply cannot be read: run the same version on both sides")
            return None

    async def workers(self) -> Workers:
        """Read who is there.

        Raises:
            Refusal: ``UNAVAILABLE``: Redis is away.
        """
        try:
            listed = await self._redis.zrange(control.WORKERS_KEY, 0, -1, withscores=True)
            seen = {name.decode(): float(score) for name, score in listed}
            keys = [control.WORKER_KEY.format(worker=worker) for worker in seen]
            values = await self._redis.mget(keys) if keys else []
        except _AWAY as error:
            raise Refusal(Code.UNAVAILABLE, "Redis is away") from error
        states = (_decode(value, WorkerState) for value in values)
        return Workers({state.worker: state for state in states if state is not None}, seen)

    async def rooms(self, rooms: Sequence[str]) -> dict[str, RoomState]:
        """Read rooms; those that do not exist, and all while Redis is away, are left out."""
        if not rooms:
            return {}
        try:
            values = await self._redis.mget([control.ROOM_KEY.format(room=room) for room in rooms])
        except _AWAY:
            return {}
        states = (_decode(value, RoomState) for value in values)
        return {state.room: state for state in states if state is not None}

    async def keep_answer(self, call: str, role: str, kept: StoredAnswer) -> None:
        """Keep the answer of a join; without it an ICE restart becomes a join."""
        try:
            key = ANSWER_KEY.format(call=call, role=role)
            await self._redis.set(key, _encode(kept), ex=ANSWER_TTL_S)
        except _AWAY:
            logger.info("x redis is away: an answer is not kept, a restart will be a join")

    async def kept_answer(self, call: str, role: str) -> StoredAnswer | None:
        """Return the answer of this side's last join, if it is still known.

        Raises:
            Refusal: ``UNAVAILABLE``: Redis is away.
        """
        try:
            value = await self._redis.get(ANSWER_KEY.format(call=call, role=role))
        except _AWAY as error:
            raise Refusal(Code.UNAVAILABLE, "Redis is away") from error
        return _decode(value, StoredAnswer)

    async def forget_answers(self, calls: Iterable[str]) -> None:
        """Delete what was kept of calls that are over."""
        keys = [ANSWER_KEY.format(call=call, role=role) for call in calls for role in ("caller", "callee")]
        try:
            if keys:
                await self._redis.delete(*keys)
        except _AWAY:
            logger.info("x redis is away: answers expire by themselves")

    async def forget_workers(self, before: float) -> None:
        """Take workers out of the list that have not been seen since `before`, Unix seconds."""
        try:
            await self._redis.zremrangebyscore(control.WORKERS_KEY, 0, before)
        except _AWAY:
            logger.info("x redis is away: dead workers stay in the list")


def _decode(value: bytes | None, type_: type[T]) -> T | None:
    if value is None:
        return None
    try:
        return msgspec.msgpack.decode(value, type=type_)
    except msgspec.DecodeError:
        return None
