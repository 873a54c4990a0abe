"""A real Valkey server for tests (``load.valkey``), started and stopped by the test."""

from collections.abc import Iterator

import pytest

from load.valkey import ValkeyServer, running

__all__ = ["ValkeyServer", "running", "valkey"]


@pytest.fixture
def valkey() -> Iterator[ValkeyServer]:
    """A server for one test."""
    with running() as server:
        yield server
