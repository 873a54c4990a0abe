"""Tables of files and of uploads under way: whose they are, how to open them, when they go. The bytes are on disk."""

from sqlalchemy import Column, Double, Integer, LargeBinary, String, Table, UniqueConstraint

from signaling.database import metadata

file = Table(
    "file",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("app", String(32), nullable=False),
    Column("owner", String(64), nullable=False, index=True),
    Column("name", String(120), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("content_type", String(80), nullable=False),
    Column("size", Integer, nullable=False),  # plain bytes; 0: sealed whole, before there were pieces
    Column("state", String(16), nullable=False),
    Column("at", Double, nullable=False),
    Column("wrapped_key", LargeBinary(64), nullable=False),  # empty: cannot be opened ever again
    Column("key_id", String(16), nullable=False, index=True),
    Column("scan_at", Double, nullable=True, index=True),  # when the scanner shall look, or look again
    Column("scans", Integer, nullable=False),  # tries since the last verdict
    Column("purge_at", Double, nullable=False, index=True),
)

upload = Table(
    "upload",
    metadata,
    Column("id", String(64), primary_key=True),  # of the file that it becomes
    Column("app", String(32), nullable=False),
    Column("owner", String(64), nullable=False),
    Column("client_id", String(64), nullable=False),
    Column("name", String(255), nullable=False),
    Column("size", Integer, nullable=False),
    Column("received", Integer, nullable=False),  # bytes on disk, in whole pieces
    Column("outcome", String(16), nullable=False),  # empty: under way; done; or the code of the refusal
    Column("wrapped_key", LargeBinary(64), nullable=False),
    Column("key_id", String(16), nullable=False, index=True),
    Column("at", Double, nullable=False),
    Column("purge_at", Double, nullable=False, index=True),
    UniqueConstraint("owner", "client_id"),
)
