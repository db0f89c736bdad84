"""Room for who reads the outputs of resources of other environments.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the table of schema version 3."""
    op.create_table(
        "referrer",
        sa.Column("owner_uid", sa.String(36), primary_key=True),
        sa.Column("environment_uid", sa.String(36), primary_key=True),
        sa.Column("address", sa.Text(), primary_key=True),
        sa.Column("owner_environment_uid", sa.String(36), nullable=False),
        sa.UniqueConstraint("environment_uid", "address", name="referrer_address"),
        sa.ForeignKeyConstraint(["environment_uid"], ["environment.uid"], ondelete="CASCADE"),
    )
    op.create_index("referrer_owner_environment", "referrer", ["owner_environment_uid"])
