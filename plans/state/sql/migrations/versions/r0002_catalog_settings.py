"""Room for the catalogs that a store sets.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the table of schema version 2."""
    op.create_table(
        "catalog_setting",
        sa.Column("scope", sa.String(20), primary_key=True),
        sa.Column("subject", sa.Text(), primary_key=True),
        sa.Column("body", sa.Text(), nullable=False),
    )
