"""The help desk's tables. Times are Unix seconds; persons are ids of identity; an empty text means: none."""

from sqlalchemy import (
    JSON,
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


def _person(name: str, *, primary_key: bool = False) -> Column[str]:
    return Column(name, String(64), nullable=False, default="", primary_key=primary_key)


topic = Table(
    "helpdesk_topic",
    metadata,
    Column("id", String(64), primary_key=True),
    # Language to name.
    Column("names", JSON, nullable=False),
    Column("position", Integer, nullable=False, default=0),
)

hours = Table(
    "helpdesk_hours",
    metadata,
    Column("topic", String(64), ForeignKey("helpdesk_topic.id"), primary_key=True),
    # Monday is 0; minutes after midnight in Europe/Paris, 1440 is the end of the day.
    Column("weekday", Integer, primary_key=True),
    Column("opens", Integer, primary_key=True),
    Column("closes", Integer, nullable=False),
)

closure = Table(
    "helpdesk_closure",
    metadata,
    # A day without opening, as ISO 8601 text: holidays and the like.
    Column("day", String(10), primary_key=True),
)

agent = Table(
    "helpdesk_agent",
    metadata,
    _person("person", primary_key=True),
    # Conversations that are offered to her at the same time.
    Column("capacity", Integer, nullable=False, default=4),
    Column("paused", Boolean, nullable=False, default=False),
    # When a conversation was last given to her: of those who have as many, who has rested longest comes first.
    Column("given_at", Double),
)

agent_topic = Table(
    "helpdesk_agent_topic",
    metadata,
    _person("person", primary_key=True),
    Column("topic", String(64), ForeignKey("helpdesk_topic.id"), primary_key=True),
)

citizen = Table(
    "helpdesk_citizen",
    metadata,
    _person("person", primary_key=True),
    # Came without a link: erased with the last conversation.
    Column("guest", Boolean, nullable=False, default=False),
    # Her own advisor, who comes first when here.
    _person("referent"),
    # Codes and invitations made since then: a limit.
    Column("codes", Integer, nullable=False, default=0),
    Column("codes_since", Double, nullable=False, default=0.0),
    Column("created_at", Double, nullable=False),
)

conversation = Table(
    "helpdesk_conversation",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("number", String(12), nullable=False, unique=True),
    _person("citizen"),
    Column("client_id", String(64), nullable=False),
    Column("log_id", String(64), nullable=False, unique=True),
    Column("desk_log", String(64), nullable=False, unique=True),
    Column("state", String(12), nullable=False),
    Column("version", Integer, nullable=False, default=1),
    Column("topic", String(64), nullable=False, default=""),
    Column("language", String(8), nullable=False),
    Column("page_title", String(80), nullable=False, default=""),
    Column("page_url", String(300), nullable=False, default=""),
    _person("agent"),
    # Who had it last: comes first when it is reopened.
    _person("former_agent"),
    # Rings at this agent until then, then at the next one.
    _person("offered_to"),
    Column("offered_until", Double),
    # Kept for the person's own advisor, who is here, until then.
    Column("first_until", Double),
    # Agents at whom it has rung in vain, with spaces between; emptied when all were asked.
    Column("rung", Text, nullable=False, default=""),
    # Place in the line; kept while an agent has it, so that it goes back to where it was. Null for others.
    Column("place_at", Double),
    Column("later", Boolean, nullable=False, default=False),
    # The agent dropped out; offered to others when this is past.
    Column("agent_gone_until", Double),
    Column("snoozed_until", Double),
    Column("created_at", Double, nullable=False),
    Column("submitted_at", Double),
    Column("answered_at", Double),
    # Messages and documents so far, the seq of the last one, and since when the citizen waits for an answer.
    Column("messages", Integer, nullable=False, default=0),
    Column("last_seq", Integer, nullable=False, default=0),
    Column("last_at", Double, nullable=False),
    Column("excerpt", String(120), nullable=False, default=""),
    Column("unanswered_since", Double),
    # Seq of the last agent's message: a reply written on an older one is stale.
    Column("agent_seq", Integer, nullable=False, default=0),
    _person("agent_seq_by"),
    Column("call", String(64), nullable=False, default=""),
    _person("call_by"),
    # Calls proposed since then: a limit.
    Column("proposals", Integer, nullable=False, default=0),
    Column("proposals_since", Double),
    Column("rating", Integer, nullable=False, default=0),
    Column("rating_words", Text, nullable=False, default=""),
    Column("closed_at", Double),
    Column("purge_at", Double),
    UniqueConstraint("citizen", "client_id"),
    Index("ix_helpdesk_conversation_state", "state", "place_at"),
    Index("ix_helpdesk_conversation_agent", "agent", "state"),
    Index("ix_helpdesk_conversation_purge_at", "purge_at"),
)

participant = Table(
    "helpdesk_participant",
    metadata,
    Column("conversation", String(64), ForeignKey("helpdesk_conversation.id"), primary_key=True),
    Column("person", String(64), primary_key=True, index=True),
    # citizen, helper, agent.
    Column("role", String(12), nullable=False),
    # Sees events with a higher seq than this.
    Column("after", Integer, nullable=False, default=0),
    # Null: a helper who was invited and has not come.
    Column("joined_at", Double),
    Column("left_at", Double),
    # Of a helper: the citizen lets her press Send.
    Column("may_send", Boolean, nullable=False, default=False),
    Column("delivered", Integer, nullable=False, default=0),
    Column("read", Integer, nullable=False, default=0),
    # conversation.messages when all of it was read.
    Column("messages_read", Integer, nullable=False, default=0),
)

document = Table(
    "helpdesk_document",
    metadata,
    Column("file", String(64), primary_key=True),
    Column("conversation", String(64), ForeignKey("helpdesk_conversation.id"), nullable=False, index=True),
    Column("seq", Integer, nullable=False),
    Column("state", String(12), nullable=False),
)

wait = Table(
    "helpdesk_wait",
    metadata,
    # One per time in line that ended with an agent: what estimates are made from. Names nobody.
    Column("id", String(64), primary_key=True),
    Column("topic", String(64), nullable=False),
    Column("waited_s", Double, nullable=False),
    Column("ended_at", Double, nullable=False),
    # False: given up, or taken back before anybody answered.
    Column("answered", Boolean, nullable=False),
    Index("ix_helpdesk_wait_topic", "topic", "ended_at"),
)

macro = Table(
    "helpdesk_macro",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("title", String(80), nullable=False),
    Column("text", Text, nullable=False),
    Column("topic", String(64), nullable=False, default=""),
    _person("changed_by"),
    Column("changed_at", Double, nullable=False),
)
