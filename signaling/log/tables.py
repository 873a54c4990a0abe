"""Tables of the log: one row per log with its last seq, one row per event."""

from sqlalchemy import Column, Double, ForeignKey, Integer, String, Table, Text, UniqueConstraint

from signaling.database import metadata

log = Table(
    "log",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("app", String(32), nullable=False),
    Column("last_seq", Integer, nullable=False),
    Column("purge_at", Double, index=True),
)

log_event = Table(
    "log_event",
    metadata,
    Column("log_id", String(64), ForeignKey("log.id", ondelete="CASCADE"), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("kind", String(40), nullable=False),
    Column("payload", Text, nullable=False),
    Column("author", String(64), nullable=False),
    Column("client_id", String(64)),
    Column("at", Double, nullable=False),
    UniqueConstraint("log_id", "author", "client_id"),
)
"""``client_id`` is null for what nobody will repeat; ``payload`` is JSON with sorted keys, so equal is equal."""
