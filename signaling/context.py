"""Make the services of one process: web, worker and the operator's commands use the same."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from redis.asyncio import Redis

from signaling.api import Clock, Context
from signaling.calls.service import Calls
from signaling.database import Database
from signaling.feeds.bus import connect
from signaling.feeds.service import Feeds
from signaling.files.service import Files
from signaling.identity.presence import Presence
from signaling.identity.service import Identity
from signaling.log.service import Log
from signaling.settings import Settings


@asynccontextmanager
async def open_context(settings: Settings, clock: Clock = time.time) -> AsyncIterator[tuple[Context, Redis]]:
    """Open the database and Redis, give the services and Redis, close both.

    The caller registers the apps' policies with `Context.calls` and runs `Context.feeds`.
    """
    redis = connect(settings.redis_url)
    feeds = Feeds(redis)
    database = Database(settings.database_url, feeds.publish)
    identity = Identity(database, settings.secret_key)
    try:
        yield (
            Context(
                settings=settings,
                clock=clock,
                database=database,
                identity=identity,
                presence=Presence(redis, feeds, identity, clock),
                log=Log(database),
                calls=Calls(database, identity, redis, feeds.touch, clock),
                files=Files(database, settings.data_dir / "files", settings.files_keys),
                feeds=feeds,
            ),
            redis,
        )
    finally:
        await database.close()
        await redis.aclose()
