"""Photos that were stored before there were documents are there after the migration."""

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from signaling.database import Database
from signaling.files.documents import DocumentState
from signaling.files.service import Files
from signaling.schema import HERE, migrate, version_table
from tests.support.databases import Bell


def up_to_0003(connection: sa.Connection) -> None:
    config = Config(attributes={"connection": connection, "version_table": version_table("signaling")})
    config.set_main_option("script_location", str(HERE))
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_locations", str(HERE / "versions"))
    command.upgrade(config, "0003")
    connection.execute(
        sa.text(
            "INSERT INTO file (id, app, owner, content_type, wrapped_key, key_id, purge_at) "
            "VALUES ('photo', 'classroom', 'ines', 'image/jpeg', :key, 'key', 99.0)"
        ),
        {"key": b"wrapped"},
    )


async def test_a_photo_of_before_is_a_picture_that_nobody_scanned(database_url: str, tmp_path) -> None:
    database = Database(database_url, Bell())
    await database.change_schema(up_to_0003)
    await migrate(database, [])
    async with database.read() as tx:
        photo = await Files(database, tmp_path, (b"f" * 32,)).document(tx, "classroom", "photo")
    assert photo is not None
    assert (photo.owner, photo.kind, photo.size) == ("ines", "image", 0)
    assert photo.state is DocumentState.NOT_SCANNED
    await database.close()
