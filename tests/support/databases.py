"""A real, empty database with all tables that the test imported: each test runs on SQLite and on PostgreSQL."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from signaling.database import Database, metadata, sqlite_file_url


class Bell:
    """What was notified after commits, in order. Call `break_down` to be as Redis when it is away."""

    def __init__(self) -> None:
        self.topics: list[frozenset[str]] = []
        self.logs: list[dict[str, int]] = []
        self._broken = False

    def break_down(self) -> None:
        self._broken = True

    async def __call__(self, topics: frozenset[str], logs: dict[str, int]) -> None:
        if self._broken:
            raise ConnectionError("Redis is away")
        self.topics.append(topics)
        self.logs.append(logs)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database without tables."""
    if request.param == "postgres":
        return str(request.getfixturevalue("postgres_url"))
    return sqlite_file_url(tmp_path / "test.sqlite3")


@pytest.fixture
def bell() -> Bell:
    """The bell that `database` rings."""
    return Bell()


@pytest.fixture
async def database(database_url: str, bell: Bell) -> AsyncIterator[Database]:
    """A database with the tables of all imported slices and apps."""
    database = Database(database_url, bell)
    await database.change_schema(metadata.create_all)
    yield database
    await database.close()
