"""How many calls were proposed lately, so that nobody is rung at without end."""

import sqlalchemy as sa
from alembic import op

revision = "helpdesk_0002"
down_revision = "helpdesk_0001"


def upgrade() -> None:
    """Nothing was counted so far."""
    table = "helpdesk_conversation"
    op.add_column(table, sa.Column("proposals", sa.Integer(), nullable=False, server_default="0"))
    op.add_column(table, sa.Column("proposals_since", sa.Double(), nullable=True))
