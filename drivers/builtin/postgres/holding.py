"""What exists in a server of one token: seen, completed, dropped."""

from __future__ import annotations

from typing import TYPE_CHECKING, LiteralString

from msgspec import Struct

from ...sdk import Conflict
from ..served import COMPLETE
from .session import verifier

if TYPE_CHECKING:
    from .session import Session


MARK = "bakehouse "
"""What every comment of ours begins with."""


def mark(token: str) -> str:
    """The comment on a role and a database that says whose they are."""
    return f"{MARK}{token}"


class Holding(Struct, frozen=True):
    """The database and role of these names as they are in the server. Comments and owner are None where absent."""

    database: str
    role: str
    token: str
    role_exists: bool
    role_comment: str | None
    owner: str | None
    database_comment: str | None

    @property
    def role_is_ours(self) -> bool:
        """Whether the role exists and carries our token."""
        return self.role_exists and self.role_comment == mark(self.token)

    @property
    def database_exists(self) -> bool:
        """Whether there is a database of this name, whoever owns it."""
        return self.owner is not None

    @property
    def database_is_ours(self) -> bool:
        """Whether the database is owned by our role, or says itself that it is ours."""
        owned = self.role_is_ours and self.owner == self.role
        return self.database_exists and (owned or self.database_comment == mark(self.token))

    @property
    def condition(self) -> str:
        """``complete``, or what is amiss, for people."""
        if not self.role_is_ours:
            return (
                f"the role {self.role} is missing"
                if not self.role_exists
                else f"the role {self.role} is not ours"
            )
        if not self.database_is_ours:
            missing = not self.database_exists
            return f"the database {self.database} is missing" if missing else f"it is owned by {self.owner}"
        return (
            COMPLETE if self.owner == self.role else f"the database {self.database} is owned by {self.owner}"
        )

    def check(self) -> None:
        """Raise :class:`Conflict` where a name is held by something that does not carry our token."""
        if self.role_exists and not self.role_is_ours:
            raise Conflict(
                f"the role {self.role} exists and was not made for this resource",
                owner=self.role_comment,
                hint="choose another username, or drop the role",
            )
        if self.database_exists and not self.database_is_ours:
            raise Conflict(
                f"the database {self.database} exists and was not made for this resource",
                owner=self.owner,
                hint="choose another name, or drop the database",
            )


def look(connection: Session, database: str, role: str, token: str) -> Holding:
    """What the server has under these names."""
    found_role = connection.execute(
        "SELECT shobj_description(oid, 'pg_authid') FROM pg_roles WHERE rolname = %s", (role,)
    ).fetchone()
    found = connection.execute(
        "SELECT pg_get_userbyid(datdba), shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s",
        (database,),
    ).fetchone()
    return Holding(
        database=database,
        role=role,
        token=token,
        role_exists=found_role is not None,
        role_comment=found_role[0] if found_role else None,
        owner=found[0] if found else None,
        database_comment=found[1] if found else None,
    )


def names_of(connection: Session, token: str) -> tuple[str, str | None] | None:
    """The role that carries the token, and the database that it owns, if any."""
    row = connection.execute(
        "SELECT r.rolname, (SELECT d.datname FROM pg_database d WHERE d.datdba = r.oid ORDER BY d.oid LIMIT 1)"
        " FROM pg_roles r JOIN pg_shdescription s ON s.objoid = r.oid AND s.classoid = 'pg_authid'::regclass"
        " WHERE s.description = %s",
        (mark(token),),
    ).fetchone()
    return (row[0], row[1]) if row else None


def make_role(connection: Session, holding: Holding, password: str) -> None:
    """Make the role with its mark in one transaction. A server's role that is no superuser joins it, to own for it."""
    closed = verifier(connection, holding.role, password)
    with connection.transaction():
        _run(connection, "CREATE ROLE {role} LOGIN PASSWORD {closed}", holding, closed=closed)
        _run(connection, "COMMENT ON ROLE {role} IS {mark}", holding)
        if not _superuser(connection):
            _run(connection, "GRANT {role} TO CURRENT_USER", holding)


def claim(connection: Session, holding: Holding) -> None:
    """Mark a role and a database as ours that were not; a server's role that is no superuser joins the role."""
    with connection.transaction():
        _run(connection, "COMMENT ON ROLE {role} IS {mark}", holding)
        _run(connection, "COMMENT ON DATABASE {database} IS {mark}", holding)
        if not _superuser(connection):
            _run(connection, "GRANT {role} TO CURRENT_USER", holding)


def set_password(connection: Session, holding: Holding, password: str) -> None:
    """Give the role a password."""
    closed = verifier(connection, holding.role, password)
    _run(connection, "ALTER ROLE {role} LOGIN PASSWORD {closed}", holding, closed=closed)


def make_database(connection: Session, holding: Holding) -> None:
    """Make the database, or give it to its role where somebody else has it, and shut out everybody else."""
    if not holding.database_exists:
        _run(connection, "CREATE DATABASE {database} OWNER {role}", holding)
    elif holding.owner != holding.role:
        _run(connection, "ALTER DATABASE {database} OWNER TO {role}", holding)
    _run(connection, "REVOKE CONNECT ON DATABASE {database} FROM PUBLIC", holding)
    _run(connection, "COMMENT ON DATABASE {database} IS {mark}", holding)


def drop(connection: Session, holding: Holding) -> None:
    """End the sessions of what is ours and drop it; the rest is left alone."""
    if holding.database_is_ours:
        _run(connection, "DROP DATABASE IF EXISTS {database} WITH (FORCE)", holding)
    if holding.role_is_ours:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = %s", (holding.role,)
        )
        _run(connection, "DROP ROLE IF EXISTS {role}", holding)


def _superuser(connection: Session) -> bool:
    row = connection.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone()
    return bool(row and row[0])


def _run(connection: Session, statement: LiteralString, holding: Holding, *, closed: str = "") -> None:
    """Run a statement that takes no parameters, its names and texts quoted."""
    from psycopg import sql

    connection.execute(
        sql.SQL(statement).format(
            role=sql.Identifier(holding.role),
            database=sql.Identifier(holding.database),
            mark=sql.Literal(mark(holding.token)),
            closed=sql.Literal(closed),
        )
    )
