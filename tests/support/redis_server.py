"""Debian's redis-server for the tests marked `redis`; all others run on the Valkey wheel."""

from collections.abc import Iterator

import pytest
import redis

from load.system.redis import RedisServer, debian_program, running


@pytest.fixture(scope="session")
def redis_server() -> Iterator[RedisServer]:
    """One for the test run."""
    program = debian_program()
    if program is None:
        pytest.fail("redis-server is missing: apt-get install redis-server")
    with running(program) as server:
        yield server


@pytest.fixture
def redis_server_url(redis_server: RedisServer) -> str:
    """The URL of the same server, emptied for this test."""
    with redis.Redis.from_url(redis_server.url) as client:
        client.flushall()
    return redis_server.url
