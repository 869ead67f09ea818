"""Stages that a worker carries on with, without a queue entry; versions of jobs."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the two columns; what is there has a queue entry."""
    op.add_column(
        "stages", sa.Column("carried", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.add_column(
        "jobs", sa.Column("version", sa.Integer(), server_default=sa.text("0"), nullable=False)
    )


def downgrade() -> None:
    """Drop them. Stop all workers first: a carried stage would be lost."""
    op.drop_column("jobs", "version")
    op.drop_column("stages", "carried")
