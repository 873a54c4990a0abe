"""A real SFU worker process on a real Valkey for tests (``load.worker``)."""

from collections.abc import AsyncIterator, Sequence

import pytest

from load.valkey import ValkeyServer
from load.worker import COMMAND, ROOT, SfuWorker, environment, free_port, running
from sfu import control

__all__ = ["COMMAND", "ROOT", "SfuWorker", "environment", "free_port", "names", "running", "sfu_worker"]


@pytest.fixture
async def sfu_worker(valkey: ValkeyServer) -> AsyncIterator[SfuWorker]:
    """A worker for one test."""
    async with running(valkey) as worker:
        yield worker


def names(states: Sequence[control.PeerState]) -> list[str]:
    """List the peers of a room state."""
    return [state.peer for state in states]
