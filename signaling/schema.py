"""Bring the tables of signaling and of the apps up to date.

Each package has its own row of revisions and its own version table (``signaling_version``, ``classroom_version``), so
that an app may come later, or go, without the others noticing. Revisions spell out what they create; they import no
table, which changes while they stay.
"""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Protocol

import sqlalchemy
from alembic import command
from alembic.config import Config

from signaling import migrations
from signaling.database import Database

HERE = Path(migrations.__file__).parent


class HasMigrations(Protocol):
    """What is needed of an app."""

    @property
    def name(self) -> str:
        """Prefix of its tables."""
        ...

    @property
    def migrations(self) -> Path:
        """Folder of its revisions."""
        ...


async def migrate(database: Database, apps: Sequence[HasMigrations]) -> None:
    """Apply all revisions that are missing, in one transaction; others who migrate meanwhile wait for its end."""
    rows = [("signaling", HERE / "versions"), *((app.name, app.migrations) for app in apps)]
    await database.change_schema(partial(_upgrade, rows))


def _upgrade(rows: Sequence[tuple[str, Path]], connection: sqlalchemy.Connection) -> None:
    for name, folder in rows:
        config = Config(attributes={"connection": connection, "version_table": version_table(name)})
        config.set_main_option("script_location", str(HERE).replace("%", "%%"))
        config.set_main_option("path_separator", "newline")
        config.set_main_option("version_locations", str(folder).replace("%", "%%"))
        command.upgrade(config, "heads")


def version_table(name: str) -> str:
    """Return the name of the table that remembers the revision of this package."""
    return f"{name}_version"
