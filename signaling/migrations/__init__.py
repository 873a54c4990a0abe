"""Alembic revisions of signaling's own tables (``versions``) and the environment of all revisions (``env``)."""
