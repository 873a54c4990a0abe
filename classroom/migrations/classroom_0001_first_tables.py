"""The first tables of the classroom."""

import sqlalchemy as sa
from alembic import op

revision = "classroom_0001"
down_revision = None
branch_labels = ("classroom",)
depends_on = None


def upgrade() -> None:
    """Make people's and opening tables, then questions and lessons."""
    _people()
    _opening()
    _questions()
    _lessons()


def _people() -> None:
    op.create_table(
        "classroom_pupil",
        sa.Column("person", sa.String(64), nullable=False),
        sa.Column("level", sa.String(40), nullable=False),
        sa.Column("enrolled_until", sa.Double()),
        sa.Column("consent_at", sa.Double()),
        sa.Column("consent_until", sa.Double()),
        sa.PrimaryKeyConstraint("person", name="pk_classroom_pupil"),
    )
    op.create_table(
        "classroom_volunteer",
        sa.Column("person", sa.String(64), nullable=False),
        sa.Column("vetting_kind", sa.String(40), nullable=False),
        sa.Column("vetted_until", sa.Double()),
        sa.Column("free", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("person", name="pk_classroom_volunteer"),
    )
    op.create_table(
        "classroom_check",
        sa.Column("login", sa.String(64), nullable=False),
        sa.Column("person", sa.String(64), nullable=False),
        sa.Column("camera", sa.Boolean(), nullable=False),
        sa.Column("microphone", sa.Boolean(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("login", name="pk_classroom_check"),
    )


def _opening() -> None:
    op.create_table(
        "classroom_hours",
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("opens", sa.Integer(), nullable=False),
        sa.Column("closes", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("weekday", "opens", name="pk_classroom_hours"),
    )
    op.create_table(
        "classroom_closure",
        sa.Column("day", sa.String(10), nullable=False),
        sa.PrimaryKeyConstraint("day", name="pk_classroom_closure"),
    )


def _questions() -> None:
    op.create_table(
        "classroom_question",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("pupil", sa.String(64), nullable=False),
        sa.Column("open_for", sa.String(64)),
        sa.Column("client_id", sa.String(64), nullable=False),
        sa.Column("subject", sa.String(20), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("photo", sa.String(64), nullable=False),
        sa.Column("wanted", sa.String(64), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("call", sa.String(64), nullable=False),
        sa.Column("asked_at", sa.Double(), nullable=False),
        sa.Column("closed_at", sa.Double()),
        sa.Column("purge_at", sa.Double()),
        sa.PrimaryKeyConstraint("id", name="pk_classroom_question"),
        sa.UniqueConstraint("open_for", name="uq_classroom_question_open_for"),
        sa.UniqueConstraint("pupil", "client_id", name="uq_classroom_question_pupil_client_id"),
    )
    op.create_index("ix_classroom_question_purge_at", "classroom_question", ["purge_at"])


def _lessons() -> None:
    op.create_table(
        "classroom_lesson",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("question", sa.String(64), nullable=False),
        sa.Column("pupil", sa.String(64), nullable=False),
        sa.Column("volunteer", sa.String(64), nullable=False),
        sa.Column("call", sa.String(64), nullable=False),
        sa.Column("log_id", sa.String(64), nullable=False),
        sa.Column("subject", sa.String(20), nullable=False),
        sa.Column("started_at", sa.Double(), nullable=False),
        sa.Column("ended_at", sa.Double()),
        sa.Column("outcome", sa.String(12), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("note_at", sa.Double()),
        sa.Column("purge_at", sa.Double()),
        sa.PrimaryKeyConstraint("id", name="pk_classroom_lesson"),
        sa.ForeignKeyConstraint(["question"], ["classroom_question.id"], name="fk_classroom_lesson_question"),
        sa.UniqueConstraint("call", name="uq_classroom_lesson_call"),
    )
    op.create_index("ix_classroom_lesson_pupil", "classroom_lesson", ["pupil", "started_at"])
    op.create_index("ix_classroom_lesson_volunteer", "classroom_lesson", ["volunteer", "pupil"])
    op.create_index("ix_classroom_lesson_purge_at", "classroom_lesson", ["purge_at"])
