from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from load.system.redis import RedisServer
from signaling.database import Database
from tests.support.calls import Scene
from tests.support.databases import Bell

NAMES = ("Lina", "Samir", "Odile", "Marc", "Jeanne")


@pytest.fixture
async def scene(database: Database, bell: Bell) -> AsyncIterator[Scene]:
    """Lina and Samir ask; Odile, Marc and Jeanne help. Without Redis: nothing of it is needed before media."""
    redis = Redis.from_url("unix:///nonexistent/redis.sock")
    scene = Scene(database, bell, redis)
    await scene.people(*NAMES)
    yield scene
    await redis.aclose()


@pytest.fixture
async def media_scene(database: Database, bell: Bell, valkey: RedisServer) -> AsyncIterator[Scene]:
    """The same with a real Valkey."""
    redis = Redis.from_url(valkey.url)
    scene = Scene(database, bell, redis)
    await scene.people(*NAMES)
    yield scene
    await scene.calls.close()
    await redis.aclose()
