"""The classroom's tables. Times are Unix seconds; a null date means: not given."""

from sqlalchemy import (
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from signaling.api import metadata

pupil = Table(
    "classroom_pupil",
    metadata,
    Column("person", String(64), primary_key=True),
    Column("level", String(40), nullable=False, default=""),
    Column("enrolled_until", Double),
    Column("consent_at", Double),
    Column("consent_until", Double),
)

volunteer = Table(
    "classroom_volunteer",
    metadata,
    Column("person", String(64), primary_key=True),
    # About a vetting only its kind and its end are kept, never the document.
    Column("vetting_kind", String(40), nullable=False, default=""),
    Column("vetted_until", Double),
    Column("free", Boolean, nullable=False, default=True),
)

check = Table(
    "classroom_check",
    metadata,
    Column("login", String(64), primary_key=True),
    Column("person", String(64), nullable=False, index=True),
    Column("camera", Boolean, nullable=False),
    Column("microphone", Boolean, nullable=False),
    Column("at", Double, nullable=False),
)

question = Table(
    "classroom_question",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("pupil", String(64), nullable=False),
    # The pupil while the question is open or taken, null afterwards: at most one open question each.
    Column("open_for", String(64), unique=True),
    Column("client_id", String(64), nullable=False),
    Column("subject", String(20), nullable=False),
    Column("words", Text, nullable=False, default=""),
    Column("photo", String(64), nullable=False, default=""),
    Column("wanted", String(64), nullable=False, default=""),
    Column("state", String(12), nullable=False),
    Column("call", String(64), nullable=False, default=""),
    Column("asked_at", Double, nullable=False),
    Column("closed_at", Double),
    Column("purge_at", Double),
    UniqueConstraint("pupil", "client_id"),
    Index("ix_classroom_question_state", "state", "asked_at"),
    Index("ix_classroom_question_purge_at", "purge_at"),
)

lesson = Table(
    "classroom_lesson",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("question", String(64), ForeignKey("classroom_question.id"), nullable=False),
    Column("pupil", String(64), nullable=False),
    Column("volunteer", String(64), nullable=False),
    Column("call", String(64), nullable=False, unique=True),
    Column("log_id", String(64), nullable=False),
    Column("subject", String(20), nullable=False),
    Column("started_at", Double, nullable=False),
    Column("ended_at", Double),
    Column("outcome", String(12), nullable=False, default=""),
    Column("note", Text, nullable=False, default=""),
    Column("note_at", Double),
    Column("purge_at", Double),
    Index("ix_classroom_lesson_pupil", "pupil", "started_at"),
    Index("ix_classroom_lesson_volunteer", "volunteer", "pupil"),
    Index("ix_classroom_lesson_started_at", "started_at"),
    Index("ix_classroom_lesson_ended_at", "ended_at"),
    Index("ix_classroom_lesson_purge_at", "purge_at"),
)

hours = Table(
    "classroom_hours",
    metadata,
    # Monday is 0; minutes after midnight in the class's time zone, 1440 is the end of the day.
    Column("weekday", Integer, primary_key=True),
    Column("opens", Integer, primary_key=True),
    Column("closes", Integer, nullable=False),
)

closure = Table(
    "classroom_closure",
    metadata,
    # A day without opening, as ISO 8601 text: holidays and the like.
    Column("day", String(10), primary_key=True),
)
