"""A real PostgreSQL server for the tests marked `postgres`, with a fresh database for each of them."""

from collections.abc import Iterator

import pytest

from load.system.postgres import PostgresServer, running


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """The server of this test run."""
    with running() as server:
        yield server


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> str:
    """The URL of a new, empty database."""
    return postgres_server.new_database()
