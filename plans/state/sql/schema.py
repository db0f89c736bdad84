"""The tables. Portable types only: the same schema serves SQLite and PostgreSQL.

Columns are what is searched or compared; the rest of a record is one JSON ``body`` with its own format version.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

SCHEMA_VERSION = 4
"""The revision that this code reads and writes; equals the number of the newest migration."""

OLDEST_READABLE = 1
"""The oldest revision that is read as it is; whoever writes brings the tables up to date first."""

metadata = MetaData()


def _environment_uid(*, primary_key: bool = True) -> Column[str]:
    return Column(
        "environment_uid",
        String(36),
        ForeignKey("environment.uid", ondelete="CASCADE"),
        nullable=False,
        primary_key=primary_key,
    )


store = Table(
    "store",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("store_id", String(36), nullable=False),
    Column("schema_version", Integer, nullable=False),
    Column("created", String(40), nullable=False),
    Column("key_id", String(64)),
)

catalog_setting = Table(
    "catalog_setting",
    metadata,
    Column("scope", String(20), primary_key=True),
    Column("subject", Text, primary_key=True),
    Column("body", Text, nullable=False),
)

build = Table(
    "build",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("application", Text, nullable=False),
    Column("body", Text, nullable=False),
    Index("build_application", "application"),
)

environment = Table(
    "environment",
    metadata,
    Column("uid", String(36), primary_key=True),
    Column("application", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("serial", BigInteger, nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("body", Text, nullable=False),
    UniqueConstraint("application", "name", name="environment_name"),
)

lease = Table(
    "lease",
    metadata,
    _environment_uid(),
    Column("fence", BigInteger, nullable=False),
    Column("holder", Text),
    Column("acquired_ms", BigInteger, nullable=False),
    Column("expires_ms", BigInteger, nullable=False),
)

resource = Table(
    "resource",
    metadata,
    _environment_uid(),
    Column("address", Text, primary_key=True),
    Column("uid", String(36), nullable=False),
    Column("birth", Integer, nullable=False),
    Column("row_version", BigInteger, nullable=False),
    Column("status", String(16), nullable=False),
    Column("deployment", Integer, nullable=False),
    Column("definition", Text, nullable=False),
    Column("checksum", BigInteger, nullable=False),
    Column("body", Text, nullable=False),
)

birth = Table(
    "birth",
    metadata,
    _environment_uid(),
    Column("address", Text, primary_key=True),
    Column("births", Integer, nullable=False),
)

referrer = Table(
    "referrer",
    metadata,
    Column("owner_uid", String(36), primary_key=True),
    _environment_uid(),
    Column("address", Text, primary_key=True),
    Column("owner_environment_uid", String(36), nullable=False),
    Index("referrer_owner_environment", "owner_environment_uid"),
    UniqueConstraint("environment_uid", "address", name="referrer_address"),
)

deployment = Table(
    "deployment",
    metadata,
    _environment_uid(),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("status", String(16), nullable=False),
    Column("body", Text, nullable=False),
)

step = Table(
    "step",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("environment_uid", String(36), nullable=False),
    Column("deployment", Integer, nullable=False),
    Column("key", Text, nullable=False),
    Column("status", String(16), nullable=False),
    Column("body", Text, nullable=False),
    UniqueConstraint("environment_uid", "deployment", "key", name="step_key"),
    ForeignKeyConstraint(
        ["environment_uid", "deployment"],
        ["deployment.environment_uid", "deployment.number"],
        name="step_deployment",
        ondelete="CASCADE",
    ),
)

event = Table(
    "event",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    _environment_uid(primary_key=False),
    Column("deployment", Integer, nullable=False),
    Column("body", Text, nullable=False),
    Index("event_deployment", "environment_uid", "deployment"),
)

blob = Table(
    "blob",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("content", LargeBinary, nullable=False),
)

secret = Table(
    "secret",
    metadata,
    _environment_uid(),
    Column("owner", String(36), primary_key=True),
    Column("field", Text, primary_key=True),
    Column("version", BigInteger, primary_key=True, autoincrement=False),
    Column("key_id", String(64), nullable=False),
    Column("nonce", LargeBinary, nullable=False),
    Column("ciphertext", LargeBinary, nullable=False),
)
