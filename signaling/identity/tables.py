"""Tables of identity: persons, what signs them in, and their logins. Secrets are kept as digests only."""

from sqlalchemy import Column, Double, ForeignKey, Index, LargeBinary, String, Table

from signaling.database import metadata

person = Table(
    "person",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("app", String(32), nullable=False),
    Column("role", String(32), nullable=False),
    Column("name", String(120), nullable=False),
    Column("language", String(8), nullable=False),
    Column("last_seen", Double),
    Index("ix_person_app_role_name", "app", "role", "name"),
)

personal_link = Table(
    "personal_link",
    metadata,
    Column("digest", LargeBinary(32), primary_key=True),
    Column("person", String(64), ForeignKey("person.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("kind", String(8), nullable=False),
    Column("expires_at", Double, nullable=False, index=True),
)

login = Table(
    "login",
    metadata,
    Column("handle", String(16), primary_key=True),
    Column("digest", LargeBinary(32), nullable=False),
    Column("person", String(64), ForeignKey("person.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("created_at", Double, nullable=False),
    Column("expires_at", Double, nullable=False, index=True),
)
