"""The first tables.

Revision ID: 0001
Revises:
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make all tables of schema version 1."""
    _make_store()
    _make_environment()
    _make_resources()
    _make_journal()
    _make_contents()


def _belongs_to_environment() -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["environment_uid"], ["environment.uid"], ondelete="CASCADE")


def _counting_id() -> sa.Column[int]:
    return sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True)


def _make_store() -> None:
    op.create_table(
        "store",
        sa.Column("id", sa.Integer(), autoincrement=False, primary_key=True),
        sa.Column("store_id", sa.String(36), nullable=False),
        sa.Column("schema_version", sa.Integer(), nullable=False),
        sa.Column("created", sa.String(40), nullable=False),
        sa.Column("key_id", sa.String(64)),
    )


def _make_environment() -> None:
    op.create_table(
        "environment",
        sa.Column("uid", sa.String(36), primary_key=True),
        sa.Column("application", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("serial", sa.BigInteger(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.UniqueConstraint("application", "name", name="environment_name"),
    )
    op.create_table(
        "lease",
        sa.Column("environment_uid", sa.String(36), primary_key=True),
        sa.Column("fence", sa.BigInteger(), nullable=False),
        sa.Column("holder", sa.Text()),
        sa.Column("acquired_ms", sa.BigInteger(), nullable=False),
        sa.Column("expires_ms", sa.BigInteger(), nullable=False),
        _belongs_to_environment(),
    )


def _make_resources() -> None:
    op.create_table(
        "resource",
        sa.Column("environment_uid", sa.String(36), primary_key=True),
        sa.Column("address", sa.Text(), primary_key=True),
        sa.Column("uid", sa.String(36), nullable=False),
        sa.Column("birth", sa.Integer(), nullable=False),
        sa.Column("row_version", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("deployment", sa.Integer(), nullable=False),
        sa.Column("definition", sa.Text(), nullable=False),
        sa.Column("checksum", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        _belongs_to_environment(),
    )
    op.create_table(
        "birth",
        sa.Column("environment_uid", sa.String(36), primary_key=True),
        sa.Column("address", sa.Text(), primary_key=True),
        sa.Column("births", sa.Integer(), nullable=False),
        _belongs_to_environment(),
    )


def _make_journal() -> None:
    op.create_table(
        "deployment",
        sa.Column("environment_uid", sa.String(36), primary_key=True),
        sa.Column("number", sa.Integer(), autoincrement=False, primary_key=True),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        _belongs_to_environment(),
    )
    op.create_table(
        "step",
        _counting_id(),
        sa.Column("environment_uid", sa.String(36), nullable=False),
        sa.Column("deployment", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.UniqueConstraint("environment_uid", "deployment", "key", name="step_key"),
        sa.ForeignKeyConstraint(
            ["environment_uid", "deployment"],
            ["deployment.environment_uid", "deployment.number"],
            name="step_deployment",
            ondelete="CASCADE",
        ),
    )
    op.create_table(
        "event",
        _counting_id(),
        sa.Column("environment_uid", sa.String(36), nullable=False),
        sa.Column("deployment", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        _belongs_to_environment(),
    )
    op.create_index("event_deployment", "event", ["environment_uid", "deployment"])


def _make_contents() -> None:
    op.create_table(
        "blob",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("content", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "secret",
        sa.Column("environment_uid", sa.String(36), primary_key=True),
        sa.Column("owner", sa.String(36), primary_key=True),
        sa.Column("field", sa.Text(), primary_key=True),
        sa.Column("version", sa.BigInteger(), autoincrement=False, primary_key=True),
        sa.Column("key_id", sa.String(64), nullable=False),
        sa.Column("nonce", sa.LargeBinary(), nullable=False),
        sa.Column("ciphertext", sa.LargeBinary(), nullable=False),
        _belongs_to_environment(),
    )
