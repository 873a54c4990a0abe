"""A real SFU worker process on a real Valkey for tests."""

from collections.abc import AsyncIterator, Sequence

import pytest

from load.system.redis import RedisServer
from load.system.sfu import SfuWorker, running
from sfu import control


@pytest.fixture
async def sfu_worker(valkey: RedisServer) -> AsyncIterator[SfuWorker]:
    """A worker for one test."""
    async with running(valkey) as worker:
        yield worker


def names(states: Sequence[control.PeerState]) -> list[str]:
    """List the peers of a room state."""
    return [state.peer for state in states]
