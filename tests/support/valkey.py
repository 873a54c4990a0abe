"""A real Valkey server for tests, started and stopped by the test."""

from collections.abc import Iterator

import pytest

from load.system.redis import RedisServer, running


@pytest.fixture
def valkey() -> Iterator[RedisServer]:
    """A server for one test."""
    with running() as server:
        yield server
