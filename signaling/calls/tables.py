"""Tables of calls. Times are Unix seconds; the states and what may follow on what stand in ``table``."""

from sqlalchemy import Boolean, Column, Double, ForeignKey, Index, Integer, String, Table

from signaling.database import metadata

call = Table(
    "call",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("app", String(32), nullable=False),
    # The app's own reference, such as a question's id.
    Column("ref", String(64), nullable=False),
    Column("caller", String(64), nullable=False),
    Column("callee", String(64), nullable=False, default=""),
    Column("wanted", String(64), nullable=False, default=""),
    Column("state", String(16), nullable=False),
    # Compared and set by every change.
    Column("version", Integer, nullable=False),
    Column("created_at", Double, nullable=False),
    Column("rung", Integer, nullable=False, default=0),
    # Media: the worker, its place in the row of placements, and the join that counts of each side.
    Column("worker", String(64), nullable=False, default=""),
    Column("epoch", Integer, nullable=False, default=0),
    Column("joins", Integer, nullable=False, default=0),
    Column("caller_join", Integer, nullable=False, default=0),
    Column("callee_join", Integer, nullable=False, default=0),
    Column("caller_ready", Boolean, nullable=False, default=False),
    Column("callee_ready", Boolean, nullable=False, default=False),
    # What each side says it sends: 1 microphone, 2 camera, 4 screen.
    Column("caller_media", Integer, nullable=False, default=3),
    Column("callee_media", Integer, nullable=False, default=3),
    # Deadlines, and moments since when something is so.
    Column("wanted_until", Double),
    Column("connect_until", Double),
    Column("grace_until", Double),
    Column("missing_since", Double),
    Column("media_lost_at", Double),
    Column("live_at", Double),
    Column("ended_at", Double),
    Column("purge_at", Double),
    Column("outcome", String(16), nullable=False, default=""),
    Column("ended_by", String(16), nullable=False, default=""),
    Index("ix_call_state", "state"),
    Index("ix_call_purge_at", "purge_at"),
)

call_offer = Table(
    "call_offer",
    metadata,
    Column("call", String(64), ForeignKey("call.id", ondelete="CASCADE"), primary_key=True),
    Column("person", String(64), primary_key=True),
    Column("answer", String(16), nullable=False),
    # Ringing: until when. Later: when it rings again. Missed: until when she is left in peace. Not now: null.
    Column("until", Double),
    Index("ix_call_offer_person", "person"),
)

call_seat = Table(
    "call_seat",
    metadata,
    # The key itself keeps a person from being in two calls at once, whatever two transactions do.
    Column("person", String(64), primary_key=True),
    Column("call", String(64), ForeignKey("call.id", ondelete="CASCADE"), nullable=False),
    Index("ix_call_seat_call", "call"),
)
