"""What exists in a server of one token: seen, completed, dropped."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from ...sdk import Conflict
from ..served import COMPLETE
from .models import pattern
from .session import quoted, verifier

if TYPE_CHECKING:
    from .session import Session

MARK = "bakehouse "
"""What every mark of ours begins with."""

HOST = "%"
"""From where a user of ours may log in: anywhere."""


def mark(token: str) -> str:
    """The comment on a database, and the name of the database that the right of a user is on, that say whose they are."""
    return f"{MARK}{token}"


class Holding(Struct, frozen=True):
    """The database and user of these names as they are in the server. ``comment`` and ``collation`` are None where absent.

    ``user_exists``: from any host. ``user_mark`` is the token's mark on the one that may come from anywhere, ``closed`` what
    the server checks that one's password by, ``whole`` whether that one has every right on the database.
    """

    database: str
    user: str
    token: str
    comment: str | None
    collation: str | None
    user_exists: bool
    user_mark: str | None
    closed: str | None
    whole: bool

    @property
    def user_is_ours(self) -> bool:
        """Whether the user exists and carries our token."""
        return self.user_mark == mark(self.token)

    @property
    def database_exists(self) -> bool:
        """Whether there is a database of this name, whosever it is."""
        return self.comment is not None

    @property
    def database_is_ours(self) -> bool:
        """Whether the database exists and carries our token."""
        return self.comment == mark(self.token)

    def lets_in(self, password: str) -> bool:
        """Whether this is the user's password."""
        return self.closed == verifier(password)

    def condition(self, collation: str | None, password: str | None = None) -> str:
        """``complete``, or what is amiss, for people; a collation or a password of None is not compared."""
        for what, exists, ours in (
            (f"the user {self.user}", self.user_exists, self.user_is_ours),
            (f"the database {self.database}", self.database_exists, self.database_is_ours),
        ):
            if not ours:
                return f"{what} is not ours" if exists else f"{what} is missing"
        if not self.whole:
            return f"the user {self.user} lacks rights on the database"
        if collation is not None and collation != self.collation:
            return f"the collation is {self.collation}"
        if password is not None and not self.lets_in(password):
            return f"the user {self.user} has another password"
        return COMPLETE

    def check(self) -> None:
        """Raise :class:`Conflict` where a name is held by something that does not carry our token."""
        if self.user_exists and not self.user_is_ours:
            raise Conflict(
                f"the user {self.user} exists and was not made for this resource",
                owner=self.user_mark,
                hint="choose another username, or drop the user",
            )
        if self.database_exists and not self.database_is_ours:
            raise Conflict(
                f"the database {self.database} exists and was not made for this resource",
                owner=self.comment or None,
                hint="choose another name, or drop the database",
            )


def look(opened: Session, database: str, user: str, token: str) -> Holding:
    """What the server has under these names."""
    found = [
        row
        for row in opened.rows(
            "SELECT schema_name, schema_comment, default_collation_name FROM information_schema.schemata"
            " WHERE schema_name = %s",
            database,
        )
        if row[0] == database
    ]
    hosts = dict(
        opened.rows("SELECT Host, authentication_string FROM mysql.user WHERE User = BINARY %s", user)
    )
    rights = opened.records("SELECT * FROM mysql.db WHERE User = BINARY %s AND Host = %s", user, HOST)
    marks = [str(row["Db"]) for row in rights if str(row["Db"]).startswith(MARK)]
    return Holding(
        database=database,
        user=user,
        token=token,
        comment=found[0][1] if found else None,
        collation=found[0][2] if found else None,
        user_exists=bool(hosts),
        user_mark=marks[0] if marks and HOST in hosts else None,
        closed=hosts.get(HOST),
        whole=any(_is_whole(row) for row in rights if row["Db"] == pattern(database)),
    )


def names_of(opened: Session, token: str) -> tuple[str | None, str | None]:
    """The user and the database that carry the token, as far as they exist."""
    sought = pattern(mark(token))
    users = opened.rows("SELECT User FROM mysql.db WHERE Db = %s AND Host = %s", sought, HOST)
    databases = opened.rows(
        "SELECT schema_name FROM information_schema.schemata WHERE schema_comment = %s", mark(token)
    )
    return (users[0][0] if users else None, databases[0][0] if databases else None)


def make_user(opened: Session, holding: Holding, password: str) -> None:
    """Make the user with its mark; the server carries out both or, where the user exists, neither."""
    _run(
        opened,
        "BEGIN NOT ATOMIC CREATE USER {user} IDENTIFIED VIA mysql_native_password USING {closed};"
        " GRANT SELECT ON {mark}.* TO {user}; END",
        holding,
        closed=verifier(password),
    )


def set_password(opened: Session, holding: Holding, password: str) -> None:
    """Give the user a password."""
    _run(
        opened,
        "ALTER USER {user} IDENTIFIED VIA mysql_native_password USING {closed}",
        holding,
        closed=verifier(password),
    )


def make_database(opened: Session, holding: Holding, collation: str) -> None:
    """Make the database with its mark and give its user every right on it, as far as they are not so already."""
    if not holding.database_exists:
        _run(opened, "CREATE DATABASE {database} COLLATE {collation} COMMENT {comment}", holding, collation)
    elif holding.collation != collation:
        _run(opened, "ALTER DATABASE {database} COLLATE {collation}", holding, collation)
    if not holding.whole:
        _run(opened, "GRANT ALL ON {pattern}.* TO {user}", holding)


def claim(opened: Session, holding: Holding) -> None:
    """Mark a database as ours that was not, and its user where it exists."""
    _run(opened, "ALTER DATABASE {database} COMMENT {comment}", holding)
    if holding.user_exists:
        _run(opened, "GRANT SELECT ON {mark}.* TO {user}", holding)


def drop(opened: Session, holding: Holding) -> None:
    """Drop the user if it is ours, end its sessions, and drop the database if it is ours; the rest is left alone."""
    if holding.user_is_ours:
        _run(opened, "DROP USER IF EXISTS {user}", holding)
        _end_sessions(opened, holding.user)
    if holding.database_is_ours:
        _run(opened, "DROP DATABASE IF EXISTS {database}", holding)


def _end_sessions(opened: Session, user: str) -> None:
    import pymysql

    sessions = opened.rows("SELECT id FROM information_schema.processlist WHERE user = BINARY %s", user)
    for (number,) in sessions:
        with contextlib.suppress(pymysql.OperationalError):
            opened.run("KILL CONNECTION {number}", number=str(int(number)))


def _is_whole(rights: Mapping[str, Any]) -> bool:
    """Whether a row of ``mysql.db`` gives all but the right to pass rights on, which GRANT ALL does not give."""
    return all(
        given == "Y" for name, given in rights.items() if name.endswith("_priv") and name != "Grant_priv"
    )


def _run(opened: Session, statement: str, holding: Holding, collation: str = "", closed: str = "") -> None:
    """Run a statement that takes no parameters, its names and texts quoted."""
    opened.run(
        statement,
        user=f"{opened.text(holding.user)}@{opened.text(HOST)}",
        database=quoted(holding.database),
        pattern=quoted(pattern(holding.database)),
        mark=quoted(pattern(mark(holding.token))),
        comment=opened.text(mark(holding.token)),
        collation=opened.text(collation),
        closed=opened.text(closed),
    )
