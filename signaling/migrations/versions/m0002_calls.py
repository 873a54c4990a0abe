"""Calls, whom they ring, and who is in one."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "call",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("app", sa.String(length=32), nullable=False),
        sa.Column("ref", sa.String(length=64), nullable=False),
        sa.Column("caller", sa.String(length=64), nullable=False),
        sa.Column("callee", sa.String(length=64), nullable=False),
        sa.Column("wanted", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("rung", sa.Integer(), nullable=False),
        sa.Column("worker", sa.String(length=64), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("joins", sa.Integer(), nullable=False),
        sa.Column("caller_join", sa.Integer(), nullable=False),
        sa.Column("callee_join", sa.Integer(), nullable=False),
        sa.Column("caller_ready", sa.Boolean(), nullable=False),
        sa.Column("callee_ready", sa.Boolean(), nullable=False),
        sa.Column("caller_media", sa.Integer(), nullable=False),
        sa.Column("callee_media", sa.Integer(), nullable=False),
        sa.Column("wanted_until", sa.Double(), nullable=True),
        sa.Column("connect_until", sa.Double(), nullable=True),
        sa.Column("grace_until", sa.Double(), nullable=True),
        sa.Column("missing_since", sa.Double(), nullable=True),
        sa.Column("media_lost_at", sa.Double(), nullable=True),
        sa.Column("live_at", sa.Double(), nullable=True),
        sa.Column("ended_at", sa.Double(), nullable=True),
        sa.Column("purge_at", sa.Double(), nullable=True),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("ended_by", sa.String(length=16), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_call"),
    )
    op.create_index("ix_call_purge_at", "call", ["purge_at"], unique=False)
    op.create_index("ix_call_state", "call", ["state"], unique=False)
    op.create_table(
        "call_offer",
        sa.Column("call", sa.String(length=64), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("answer", sa.String(length=16), nullable=False),
        sa.Column("until", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(["call"], ["call.id"], name="fk_call_offer_call", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("call", "person", name="pk_call_offer"),
    )
    op.create_index("ix_call_offer_person", "call_offer", ["person"], unique=False)
    op.create_table(
        "call_seat",
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("call", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["call"], ["call.id"], name="fk_call_seat_call", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("person", name="pk_call_seat"),
    )
    op.create_index("ix_call_seat_call", "call_seat", ["call"], unique=False)
