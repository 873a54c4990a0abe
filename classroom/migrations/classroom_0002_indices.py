"""A room of thousands is read often: what is open, running or of today is found without reading a year."""

from alembic import op

revision = "classroom_0002"
down_revision = "classroom_0001"

INDICES = (
    ("ix_classroom_check_person", "classroom_check", ["person"]),
    ("ix_classroom_question_state", "classroom_question", ["state", "asked_at"]),
    ("ix_classroom_lesson_started_at", "classroom_lesson", ["started_at"]),
    ("ix_classroom_lesson_ended_at", "classroom_lesson", ["ended_at"]),
)


def upgrade() -> None:
    """Nothing but indices."""
    for name, table, columns in INDICES:
        op.create_index(name, table, columns)
