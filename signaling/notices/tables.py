"""Tables of notices: by what a person can be told, and what is to be told. Addresses and links are sealed."""

from sqlalchemy import Column, Double, Index, Integer, LargeBinary, String, Table, UniqueConstraint

from signaling.database import metadata

contact = Table(
    "notice_contact",
    metadata,
    Column("person", String(64), primary_key=True),
    Column("recipient", String(32), primary_key=True),
    Column("sink", String(8), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("purge_at", Double, nullable=False, index=True),
)
"""``recipient`` is the keyed digest of the address: the same one is known again."""

notice = Table(
    "notice",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("app", String(32), nullable=False),
    Column("person", String(64), nullable=False),
    Column("event", String(100), nullable=False),
    Column("recipient", String(32), nullable=False),
    Column("sink", String(8), nullable=False),
    Column("key", String(64), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("state", String(8), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("due_at", Double, nullable=False),
    Column("claimed_until", Double),
    Column("sent_at", Double),
    Column("sealed", LargeBinary, nullable=False),
    Column("purge_at", Double, nullable=False, index=True),
    UniqueConstraint("event", "person", "recipient"),
    Index("ix_notice_state_due_at", "state", "due_at"),
    Index("ix_notice_person_key", "person", "key"),
    Index("ix_notice_recipient_created_at", "recipient", "created_at"),
)
"""The outbox. ``sealed`` is emptied as soon as nothing is left to send; the row stays, so that nothing is told twice."""
