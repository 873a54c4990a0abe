import asyncio
import sys
from importlib import import_module
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from load.system.processes import running
from signaling.database import Database, metadata
from signaling.schema import migrate, version_table
from tests.support.databases import Bell
from tests.support.tree import ROOT

TABLES = ("identity", "log", "files", "calls", "notices")


class Classroom:
    name = "classroom"
    migrations = ROOT / "classroom" / "migrations"


class Helpdesk:
    name = "helpdesk"
    migrations = ROOT / "helpdesk" / "migrations"


APPS = (Classroom(), Helpdesk())
VERSIONS = {version_table(name) for name in ("signaling", "classroom", "helpdesk")}


@pytest.fixture(autouse=True, scope="module")
def _all_tables_are_defined() -> None:
    for slice_ in TABLES:
        import_module(f"signaling.{slice_}.tables")
    import_module("classroom.tables")
    import_module("helpdesk.tables")


def difference(connection: sa.Connection, found: list[object]) -> None:
    """Alembic's own comparison, both ways, of tables, columns, types, indexes, keys."""
    context = MigrationContext.configure(
        connection,
        opts={
            "compare_type": True,
            "include_name": lambda name, kind, _parents: kind != "table" or name not in VERSIONS,
        },
    )
    found += compare_metadata(context, metadata)


def versions(connection: sa.Connection, found: list[object]) -> None:
    for name in sorted(VERSIONS):
        found += [(name, row[0]) for row in connection.execute(sa.text(f"SELECT version_num FROM {name}"))]  # noqa: S608


async def ask(database: Database, question: object) -> list[object]:
    found: list[object] = []
    assert callable(question)
    await database.change_schema(lambda connection: question(connection, found))
    return found


async def test_a_migrated_database_is_what_the_tables_say(database_url: str) -> None:
    database = Database(database_url, Bell())
    assert await ask(database, difference) != []
    await migrate(database, APPS)
    assert await ask(database, difference) == []
    await database.close()


async def test_migrating_again_changes_nothing(database_url: str) -> None:
    database = Database(database_url, Bell())
    await migrate(database, APPS)
    before = await ask(database, versions)
    assert len(before) == 3
    await migrate(database, APPS)
    assert await ask(database, versions) == before
    assert await ask(database, difference) == []
    await database.close()


async def test_an_app_may_come_later(database_url: str) -> None:
    database = Database(database_url, Bell())
    await migrate(database, ())
    await migrate(database, APPS)
    await migrate(database, ())
    assert await ask(database, difference) == []
    await database.close()


MIGRATE = """
import asyncio, sys
from pathlib import Path
from signaling.database import Database
from signaling.schema import migrate
from tests.support.databases import Bell

class App:
    def __init__(self, folder):
        self.name, self.migrations = Path(folder).parent.name, Path(folder)

async def main():
    database = Database(sys.argv[1], Bell())
    await migrate(database, [App(folder) for folder in sys.argv[2:]])
    await database.close()

asyncio.run(main())
"""


@pytest.mark.processes
async def test_several_processes_may_migrate_at_once(database_url: str, tmp_path: Path) -> None:
    folders = [app.migrations for app in APPS]
    command = [sys.executable, "-c", MIGRATE, database_url, *folders]
    with (
        running(command, output=tmp_path / "1") as one,
        running(command, output=tmp_path / "2") as two,
        running(command, output=tmp_path / "3") as three,
    ):
        for process in (one, two, three):
            assert await asyncio.to_thread(process.wait) == 0, process.text()
    database = Database(database_url, Bell())
    assert await ask(database, difference) == []
    await database.close()
