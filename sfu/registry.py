"""The worker's line to Redis: commands in; replies, rooms and a heartbeat out.

Nothing here is needed for media to flow. While Redis is away replies and room states wait (the latest state of a
room only); when it is back, possibly empty, everything is announced anew.
"""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, cast

import msgspec
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from sfu import control
from sfu.control import AnyReply, RoomState, WorkerState

HEARTBEAT_S = 2.0
WORKER_TTL_S = 8
ROOMS_S = 5.0
ROOM_TTL_S = 15
REPLY_TTL_S = 30
RETRY_S = 0.5
MAX_REPLIES = 1000
BLOCK_S = 2
WITHDRAW_S = 1.0

logger = logging.getLogger(__name__)
_encode = msgspec.msgpack.Encoder().encode


@dataclass(frozen=True, slots=True)
class Source:
    """Where the registry asks, and whom it tells."""

    commanded: Callable[[bytes], None]
    """One item of the command list."""
    state: Callable[[], WorkerState]
    rooms: Callable[[], list[RoomState]]


class Registry:
    """Reads and writes the keys that sfu/control.py names, for one worker."""

    def __init__(self, url: str, worker: str) -> None:
        self._worker = worker
        self._redis: Redis = Redis.from_url(
            url, socket_timeout=BLOCK_S + 3, socket_connect_timeout=2, retry=Retry(NoBackoff(), 0)
        )
        self._replies: deque[tuple[AnyReply, str]] = deque(maxlen=MAX_REPLIES)
        self._changed: dict[str, RoomState | None] = {}
        self._wake = asyncio.Event()
        self._heartbeat_due = 0.0
        self._rooms_due = 0.0
        self._reachable = True

    async def run(self, source: Source) -> None:
        """Work until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._take_commands(source))
            group.create_task(self._write(source))

    def answer(self, reply: AnyReply, reply_to: str) -> None:
        """Send a reply; beyond ``MAX_REPLIES`` waiting ones the oldest is lost, its sender has given up."""
        self._replies.append((reply, reply_to))
        self._wake.set()

    def show(self, state: RoomState) -> None:
        """Write a room's state; only the latest of each room is kept waiting."""
        self._changed[state.room] = state
        self._wake.set()

    def hide(self, room: str) -> None:
        """Take a room out."""
        self._changed[room] = None
        self._wake.set()

    async def withdraw(self, rooms: Sequence[RoomState]) -> None:
        """Take the worker and its rooms out, within a second; then close."""
        try:
            async with asyncio.timeout(WITHDRAW_S):
                pipe: Any = self._redis.pipeline(transaction=False)
                pipe.zrem(control.WORKERS_KEY, self._worker)
                pipe.delete(control.WORKER_KEY.format(worker=self._worker))
                pipe.delete(control.COMMANDS_KEY.format(worker=self._worker))
                for room in rooms:
                    pipe.delete(control.ROOM_KEY.format(room=room.room))
                    pipe.publish(control.ROOM_CHANNEL, room.room)
                await pipe.execute()
        except (RedisError, OSError, TimeoutError):
            logger.info("x redis: not withdrawn, the keys will expire")
        await self._redis.aclose()

    async def _take_commands(self, source: Source) -> None:
        key = control.COMMANDS_KEY.format(worker=self._worker)
        while not _cancelled():
            try:
                popped = await cast("Any", self._redis.blpop([key], timeout=BLOCK_S))
            except (RedisError, OSError, TimeoutError):
                await asyncio.sleep(RETRY_S)
                continue
            if popped:
                source.commanded(popped[1])

    async def _write(self, source: Source) -> None:
        while not _cancelled():
            self._wake.clear()
            try:
                await self._flush(source, time.monotonic())
            except (RedisError, OSError, TimeoutError):
                self._note(reachable=False)
                await asyncio.sleep(RETRY_S)
                continue
            self._note(reachable=True)
            wait = min(self._heartbeat_due, self._rooms_due) - time.monotonic()
            try:
                async with asyncio.timeout(max(0.0, wait)):
                    await self._wake.wait()
            except TimeoutError:
                pass

    async def _flush(self, source: Source, now: float) -> None:
        """Write what is due in one round trip; what fails is written again."""
        if now >= self._rooms_due:
            self._changed = {state.room: state for state in source.rooms()} | {
                room: None for room, state in self._changed.items() if state is None
            }
        changed, replies = dict(self._changed), list(self._replies)
        pipe: Any = self._redis.pipeline(transaction=False)
        for reply, reply_to in replies:
            pipe.rpush(reply_to, _encode(reply))
            pipe.expire(reply_to, REPLY_TTL_S)
        for room, state in changed.items():
            key = control.ROOM_KEY.format(room=room)
            if state:
                pipe.set(key, _encode(state), ex=ROOM_TTL_S)
            else:
                pipe.delete(key)
            pipe.publish(control.ROOM_CHANNEL, room)
        heartbeat = now >= self._heartbeat_due
        if heartbeat:
            pipe.set(control.WORKER_KEY.format(worker=self._worker), _encode(source.state()), ex=WORKER_TTL_S)
            pipe.zadd(control.WORKERS_KEY, {self._worker: time.time()})
        results = await pipe.execute(raise_on_error=False)
        # One key of a wrong type must not hold back the rest for ever; a server that refuses everything (loading,
        # read-only, full) is as good as away.
        if results and all(isinstance(result, RedisError) for result in results):
            raise results[0]
        self._written(changed, replies)
        if now >= self._rooms_due:
            self._rooms_due = now + ROOMS_S
        if heartbeat:
            self._heartbeat_due = now + HEARTBEAT_S

    def _written(self, changed: dict[str, RoomState | None], replies: list[tuple[AnyReply, str]]) -> None:
        for room, state in changed.items():
            if self._changed.get(room) is state:
                self._changed.pop(room, None)
        for reply in replies:
            if self._replies and self._replies[0] is reply:
                self._replies.popleft()

    def _note(self, *, reachable: bool) -> None:
        if reachable != self._reachable:
            self._reachable = reachable
            logger.info("= redis %s", "is back" if reachable else "is away, media goes on")
        if not reachable:
            self._heartbeat_due = self._rooms_due = 0.0


def _cancelled() -> bool:
    """Tell whether the task was asked to end: redis-py loses a cancellation that comes while a pipeline ends."""
    task = asyncio.current_task()
    return task is None or task.cancelling() > 0
