"""The bell between processes: a Redis channel that says which topics were touched and where logs are.

Nothing that matters travels only here. Redis pub/sub loses what is said while nobody listens, so each process

- rings itself through Redis and turns unhealthy when it no longer hears itself, and
- tells `on_gap` after each subscription, first or renewed: everything open is then read again.

A worker's room notices (``sfu:rooms``) are heard here too, as topics ``room:{id}``.
"""

import asyncio
import logging
from collections.abc import Callable, Collection
from typing import Any

import msgspec
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from sfu.control import ROOM_CHANNEL
from signaling.ids import new_id
from signaling.tasks import run_together

CHANNEL = "feeds"
RING_EVERY_S = 5.0
DEAF_AFTER_S = 15.0
"""Own rings not heard for this long: the subscription is dead, whatever the socket says."""
RETRY_FIRST_S = 0.2
RETRY_MOST_S = 3.0
ANSWER_WITHIN_S = 5.0
PUBLISH_WITHIN_S = 1.0
"""Somebody waits for the acknowledgement of what is already committed."""

logger = logging.getLogger(__name__)


class Notice(msgspec.Struct, frozen=True, omit_defaults=True):
    """What travels on the channel."""

    topics: tuple[str, ...] = ()
    logs: dict[str, int] = {}
    """Log id to its last seq."""
    ring: str = ""
    """The process that rings itself."""


def connect(url: str) -> "Redis":
    """Return the process's Redis client: one retry at once (a restart leaves dead connections), no long waits."""
    return Redis.from_url(
        url,
        socket_timeout=ANSWER_WITHIN_S,
        socket_connect_timeout=2.0,
        retry=Retry(NoBackoff(), 1),
        health_check_interval=0,
    )


class Bus:
    """One process's ear and voice on the channel. `run` it in a task of its own.

    Args:
        redis: The client; the bus takes a connection of its own from it for listening.
        clock: Monotonic seconds.
        on_notice: Called with each notice that is heard; must not block.
        on_gap: Called after each subscription: notices may have been missed before it.
    """

    def __init__(
        self,
        redis: "Redis",
        clock: Callable[[], float],
        on_notice: Callable[[Notice], None],
        on_gap: Callable[[], None],
    ) -> None:
        self._redis = redis
        self._clock = clock
        self._on_notice = on_notice
        self._on_gap = on_gap
        self._name = new_id()
        self._heard_at: float | None = None
        self.dropped = 0
        """Messages on the channel that were none of ours."""

    @property
    def healthy(self) -> bool:
        """Whether this process heard itself lately."""
        return self._heard_at is not None and self._clock() - self._heard_at < DEAF_AFTER_S

    async def publish(self, topics: Collection[str], logs: dict[str, int]) -> None:
        """Tell all processes; when Redis is away, at least this one hears it."""
        notice = Notice(tuple(topics), logs)
        try:
            async with asyncio.timeout(PUBLISH_WITHIN_S):
                await self._redis.publish(CHANNEL, msgspec.msgpack.encode(notice))
        except (RedisError, OSError) as error:  # the time-out too
            logger.warning("x notice: Redis is away (%s)", type(error).__name__)
            self._on_notice(notice)

    async def run(self) -> None:
        """Listen and ring until cancelled."""
        await run_together(self._listen_for_ever(), self._ring_for_ever())

    async def _listen_for_ever(self) -> None:
        wait_s = RETRY_FIRST_S
        while True:
            try:
                async with self._redis.pubsub() as pubsub:
                    await pubsub.subscribe(CHANNEL, ROOM_CHANNEL)
                    while message := await pubsub.get_message(timeout=DEAF_AFTER_S):
                        self._take(message)
                        wait_s = RETRY_FIRST_S
                logger.warning("x bus: nothing heard for %s s, subscribing again", DEAF_AFTER_S)
            except (RedisError, OSError) as error:
                logger.warning("x bus: Redis is away (%s), trying again", type(error).__name__)
            self._heard_at = None
            await asyncio.sleep(wait_s)
            wait_s = min(2 * wait_s, RETRY_MOST_S)

    def _take(self, message: dict[str, Any]) -> None:
        match message["type"]:
            case "subscribe" if message["channel"] == CHANNEL.encode():
                logger.info("= bus: listening")
                self._heard_at = self._clock()
                self._on_gap()
            case "message" if message["channel"] == ROOM_CHANNEL.encode():
                self._on_notice(Notice((f"room:{bytes(message['data']).decode(errors='replace')}",)))
            case "message":
                self._hear(message["data"])
            case _:
                pass

    def _hear(self, data: bytes) -> None:
        try:
            notice = msgspec.msgpack.decode(data, type=Notice)
        except msgspec.DecodeError:
            self.dropped += 1
            return
        if notice.ring == self._name:
            self._heard_at = self._clock()
        if notice.topics or notice.logs:
            self._on_notice(notice)

    async def _ring_for_ever(self) -> None:
        ring = msgspec.msgpack.encode(Notice(ring=self._name))
        while True:
            await asyncio.sleep(RING_EVERY_S)
            try:
                await self._redis.publish(CHANNEL, ring)
            except (RedisError, OSError):
                continue  # said by the listener
