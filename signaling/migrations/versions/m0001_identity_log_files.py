"""Persons and what signs them in, logs, files."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "file",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("app", sa.String(length=32), nullable=False),
        sa.Column("owner", sa.String(length=64), nullable=False),
        sa.Column("content_type", sa.String(length=40), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(length=64), nullable=False),
        sa.Column("key_id", sa.String(length=16), nullable=False),
        sa.Column("purge_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_file"),
    )
    op.create_index("ix_file_owner", "file", ["owner"], unique=False)
    op.create_index("ix_file_purge_at", "file", ["purge_at"], unique=False)
    op.create_table(
        "log",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("app", sa.String(length=32), nullable=False),
        sa.Column("last_seq", sa.Integer(), nullable=False),
        sa.Column("purge_at", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_log"),
    )
    op.create_index("ix_log_purge_at", "log", ["purge_at"], unique=False)
    op.create_table(
        "person",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("app", sa.String(length=32), nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("last_seen", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_person"),
    )
    op.create_index("ix_person_app_role_name", "person", ["app", "role", "name"], unique=False)
    op.create_table(
        "log_event",
        sa.Column("log_id", sa.String(length=64), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("author", sa.String(length=64), nullable=False),
        sa.Column("client_id", sa.String(length=64), nullable=True),
        sa.Column("at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["log_id"], ["log.id"], name="fk_log_event_log_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("log_id", "seq", name="pk_log_event"),
        sa.UniqueConstraint("log_id", "author", "client_id", name="uq_log_event_log_id_author_client_id"),
    )
    op.create_table(
        "login",
        sa.Column("handle", sa.String(length=16), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("expires_at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name="fk_login_person", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("handle", name="pk_login"),
    )
    op.create_index("ix_login_expires_at", "login", ["expires_at"], unique=False)
    op.create_index("ix_login_person", "login", ["person"], unique=False)
    op.create_table(
        "personal_link",
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("expires_at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person"], ["person.id"], name="fk_personal_link_person", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("digest", name="pk_personal_link"),
    )
    op.create_index("ix_personal_link_expires_at", "personal_link", ["expires_at"], unique=False)
    op.create_index("ix_personal_link_person", "personal_link", ["person"], unique=False)
