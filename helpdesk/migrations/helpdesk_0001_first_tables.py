"""The first tables of the help desk."""

import sqlalchemy as sa
from alembic import op

revision = "helpdesk_0001"
down_revision = None
branch_labels = ("helpdesk",)
depends_on = None


def upgrade() -> None:
    """Make topics and their hours, people, conversations, who is in them, and what the desk keeps."""
    _opening()
    _people()
    _conversations()
    _parts()
    _desk()


def _people() -> None:
    op.create_table(
        "helpdesk_agent",
        sa.Column("person", sa.String(64), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("paused", sa.Boolean(), nullable=False),
        sa.Column("given_at", sa.Double()),
        sa.PrimaryKeyConstraint("person", name="pk_helpdesk_agent"),
    )
    op.create_table(
        "helpdesk_agent_topic",
        sa.Column("person", sa.String(64), nullable=False),
        sa.Column("topic", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("person", "topic", name="pk_helpdesk_agent_topic"),
        sa.ForeignKeyConstraint(["topic"], ["helpdesk_topic.id"], name="fk_helpdesk_agent_topic_topic"),
    )
    op.create_table(
        "helpdesk_citizen",
        sa.Column("person", sa.String(64), nullable=False),
        sa.Column("guest", sa.Boolean(), nullable=False),
        sa.Column("referent", sa.String(64), nullable=False),
        sa.Column("codes", sa.Integer(), nullable=False),
        sa.Column("codes_since", sa.Double(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("person", name="pk_helpdesk_citizen"),
    )


def _opening() -> None:
    op.create_table(
        "helpdesk_topic",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("names", sa.JSON(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_helpdesk_topic"),
    )
    op.create_table(
        "helpdesk_hours",
        sa.Column("topic", sa.String(64), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("opens", sa.Integer(), nullable=False),
        sa.Column("closes", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("topic", "weekday", "opens", name="pk_helpdesk_hours"),
        sa.ForeignKeyConstraint(["topic"], ["helpdesk_topic.id"], name="fk_helpdesk_hours_topic"),
    )
    op.create_table(
        "helpdesk_closure",
        sa.Column("day", sa.String(10), nullable=False),
        sa.PrimaryKeyConstraint("day", name="pk_helpdesk_closure"),
    )


def _conversations() -> None:
    op.create_table(
        "helpdesk_conversation",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("number", sa.String(12), nullable=False),
        sa.Column("citizen", sa.String(64), nullable=False),
        sa.Column("client_id", sa.String(64), nullable=False),
        sa.Column("log_id", sa.String(64), nullable=False),
        sa.Column("desk_log", sa.String(64), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("topic", sa.String(64), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("page_title", sa.String(80), nullable=False),
        sa.Column("page_url", sa.String(300), nullable=False),
        sa.Column("agent", sa.String(64), nullable=False),
        sa.Column("former_agent", sa.String(64), nullable=False),
        sa.Column("offered_to", sa.String(64), nullable=False),
        sa.Column("offered_until", sa.Double()),
        sa.Column("first_until", sa.Double()),
        sa.Column("rung", sa.Text(), nullable=False),
        sa.Column("place_at", sa.Double()),
        sa.Column("later", sa.Boolean(), nullable=False),
        sa.Column("agent_gone_until", sa.Double()),
        sa.Column("snoozed_until", sa.Double()),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("submitted_at", sa.Double()),
        sa.Column("answered_at", sa.Double()),
        sa.Column("messages", sa.Integer(), nullable=False),
        sa.Column("last_seq", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.Double(), nullable=False),
        sa.Column("excerpt", sa.String(120), nullable=False),
        sa.Column("unanswered_since", sa.Double()),
        sa.Column("agent_seq", sa.Integer(), nullable=False),
        sa.Column("agent_seq_by", sa.String(64), nullable=False),
        sa.Column("call", sa.String(64), nullable=False),
        sa.Column("call_by", sa.String(64), nullable=False),
        sa.Column("rating", sa.Integer(), nullable=False),
        sa.Column("rating_words", sa.Text(), nullable=False),
        sa.Column("closed_at", sa.Double()),
        sa.Column("purge_at", sa.Double()),
        sa.PrimaryKeyConstraint("id", name="pk_helpdesk_conversation"),
        sa.UniqueConstraint("citizen", "client_id", name="uq_helpdesk_conversation_citizen_client_id"),
        sa.UniqueConstraint("desk_log", name="uq_helpdesk_conversation_desk_log"),
        sa.UniqueConstraint("log_id", name="uq_helpdesk_conversation_log_id"),
        sa.UniqueConstraint("number", name="uq_helpdesk_conversation_number"),
    )
    op.create_index("ix_helpdesk_conversation_agent", "helpdesk_conversation", ["agent", "state"])
    op.create_index("ix_helpdesk_conversation_purge_at", "helpdesk_conversation", ["purge_at"])
    op.create_index("ix_helpdesk_conversation_state", "helpdesk_conversation", ["state", "place_at"])


def _parts() -> None:
    op.create_table(
        "helpdesk_participant",
        sa.Column("conversation", sa.String(64), nullable=False),
        sa.Column("person", sa.String(64), nullable=False),
        sa.Column("role", sa.String(12), nullable=False),
        sa.Column("after", sa.Integer(), nullable=False),
        sa.Column("joined_at", sa.Double()),
        sa.Column("left_at", sa.Double()),
        sa.Column("may_send", sa.Boolean(), nullable=False),
        sa.Column("delivered", sa.Integer(), nullable=False),
        sa.Column("read", sa.Integer(), nullable=False),
        sa.Column("messages_read", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("conversation", "person", name="pk_helpdesk_participant"),
        sa.ForeignKeyConstraint(
            ["conversation"], ["helpdesk_conversation.id"], name="fk_helpdesk_participant_conversation"
        ),
    )
    op.create_index("ix_helpdesk_participant_person", "helpdesk_participant", ["person"])
    op.create_table(
        "helpdesk_document",
        sa.Column("file", sa.String(64), nullable=False),
        sa.Column("conversation", sa.String(64), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.PrimaryKeyConstraint("file", name="pk_helpdesk_document"),
        sa.ForeignKeyConstraint(
            ["conversation"], ["helpdesk_conversation.id"], name="fk_helpdesk_document_conversation"
        ),
    )
    op.create_index("ix_helpdesk_document_conversation", "helpdesk_document", ["conversation"])


def _desk() -> None:
    op.create_table(
        "helpdesk_wait",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("topic", sa.String(64), nullable=False),
        sa.Column("waited_s", sa.Double(), nullable=False),
        sa.Column("ended_at", sa.Double(), nullable=False),
        sa.Column("answered", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_helpdesk_wait"),
    )
    op.create_index("ix_helpdesk_wait_topic", "helpdesk_wait", ["topic", "ended_at"])
    op.create_table(
        "helpdesk_macro",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("title", sa.String(80), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("topic", sa.String(64), nullable=False),
        sa.Column("changed_by", sa.String(64), nullable=False),
        sa.Column("changed_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_helpdesk_macro"),
    )
