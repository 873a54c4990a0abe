"""Table of files: whose it is, how to open it, and when it goes. The bytes are on disk, encrypted."""

from sqlalchemy import Column, Double, LargeBinary, String, Table

from signaling.database import metadata

file = Table(
    "file",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("app", String(32), nullable=False),
    Column("owner", String(64), nullable=False, index=True),
    Column("content_type", String(40), nullable=False),
    Column("wrapped_key", LargeBinary(64), nullable=False),
    Column("key_id", String(16), nullable=False),
    Column("purge_at", Double, nullable=False, index=True),
)
