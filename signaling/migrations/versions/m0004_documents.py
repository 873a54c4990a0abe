"""Documents beside photos, and uploads that go on where they broke off."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def _new() -> list[sa.Column[Any]]:
    """Photos that are there already were sealed whole (size 0), are pictures, and no scanner saw them."""
    return [
        sa.Column("name", sa.String(length=120), nullable=False, server_default=""),
        sa.Column("kind", sa.String(length=16), nullable=False, server_default="image"),
        sa.Column("size", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("state", sa.String(length=16), nullable=False, server_default="not_scanned"),
        sa.Column("at", sa.Double(), nullable=False, server_default="0"),
        sa.Column("scan_at", sa.Double(), nullable=True),
        sa.Column("scans", sa.Integer(), nullable=False, server_default="0"),
    ]


def upgrade() -> None:
    with op.batch_alter_table("file") as file:
        for column in _new():
            file.add_column(column)
        file.alter_column("content_type", existing_type=sa.String(length=40), type_=sa.String(length=80))
    with op.batch_alter_table("file") as file:  # new rows say all of it themselves
        for column in _new():
            if column.server_default is not None:
                file.alter_column(column.name, existing_type=column.type, server_default=None)
    op.create_index("ix_file_key_id", "file", ["key_id"], unique=False)
    op.create_index("ix_file_scan_at", "file", ["scan_at"], unique=False)
    op.create_table(
        "upload",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("app", sa.String(length=32), nullable=False),
        sa.Column("owner", sa.String(length=64), nullable=False),
        sa.Column("client_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("received", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(length=64), nullable=False),
        sa.Column("key_id", sa.String(length=16), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("purge_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_upload"),
        sa.UniqueConstraint("owner", "client_id", name="uq_upload_owner_client_id"),
    )
    op.create_index("ix_upload_key_id", "upload", ["key_id"], unique=False)
    op.create_index("ix_upload_purge_at", "upload", ["purge_at"], unique=False)
