"""What exists in a server of one token: seen, completed, dropped."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from ...sdk import Conflict
from ..served import COMPLETE
from .faults import NO_SUCH_USER
from .models import SYSTEM
from .session import Session

_MARK = re.compile(r"bakehouse-[0-9a-f]{40}")
"""What every mark of ours looks like."""

OWNER = "bakehouse.owner"
"""The collection with the document that says whose a database is."""

_DOCUMENT = "owner"
_ROLES = ("readWrite", "dbAdmin")
"""What a user of ours may do in its database: all but make other users."""


def mark(token: str) -> str:
    """A digest of the token, because others in the server see it."""
    return f"bakehouse-{hashlib.sha256(token.encode()).hexdigest()[:40]}"


def is_mark(name: str) -> bool:
    """Whether the name of a database is a mark, whosever it is: others may begin like one."""
    return _MARK.fullmatch(name) is not None


class Holding(Struct, frozen=True):
    """The database and user of these names as they are in the server.

    ``collections`` are the database's. ``owner`` is None where nothing says whose it is. ``roles`` are the user's, each
    as the database and the role, and None where there is no such user.
    """

    database: str
    user: str
    mark: str
    collections: tuple[str, ...]
    owner: str | None
    roles: frozenset[tuple[str, str]] | None

    @property
    def database_is_ours(self) -> bool:
        """Whether the database says that it is ours."""
        return self.owner == self.mark

    @property
    def user_mark(self) -> str | None:
        """The mark that the user carries: ours, or else whosever it is."""
        if self.user_is_ours:
            return self.mark
        return min((database for database, _ in self.roles or () if is_mark(database)), default=None)

    @property
    def user_is_ours(self) -> bool:
        """Whether the user exists and carries our mark."""
        return (self.mark, "read") in (self.roles or ())

    @property
    def may_be_claimed(self) -> bool:
        """Whether nothing says whose the database is and nothing is in it, so that nobody can miss anything.

        That the user is ours proves nothing of the database: it may have been dropped, and made anew by somebody else.
        """
        return self.owner is None and not set(self.collections) - {OWNER}

    @property
    def roles_to_have(self) -> frozenset[tuple[str, str]]:
        """Those of a user of ours: on its database, and the one that is its mark."""
        return frozenset({*((self.database, role) for role in _ROLES), (self.mark, "read")})

    def condition(self, lets_in: bool | None) -> str:
        """``complete``, or what is amiss, for people; ``lets_in``: whether the password is the user's, None unasked."""
        if not self.user_is_ours:
            return f"the user {self.user} is {'missing' if self.roles is None else 'not ours'}"
        if not self.collections:
            return f"the database {self.database} is missing"
        if not self.database_is_ours:
            whose = "does not say whose it is" if self.owner is None else "is not ours"
            return f"the database {self.database} {whose}"
        if self.roles != self.roles_to_have:
            return f"the roles of the user {self.user} were changed"
        return f"the user {self.user} has another password" if lets_in is False else COMPLETE

    def check(self) -> None:
        """Raise :class:`Conflict` where a name is held by something that does not carry our mark."""
        if self.roles is not None and not self.user_is_ours:
            raise Conflict(
                f"the user {self.user} exists and was not made for this resource",
                owner=self.user_mark,
                hint="choose another username, or drop the user",
            )
        if not self.database_is_ours and not self.may_be_claimed:
            hint = "choose another name, or drop the database"
            if self.owner is None and self.user_is_ours:
                document = f'{{_id: "{_DOCUMENT}", mark: "{self.mark}"}}'
                hint += f"; if it is this resource's and lost its mark, insert {document} into {OWNER}"
            raise Conflict(
                f"the database {self.database} exists and was not made for this resource",
                owner=self.owner,
                hint=hint,
            )


def look(opened: Session, database: str, user: str, token: str) -> Holding:
    """What the server has under these names."""
    found = opened.run(database, "usersInfo", user)["users"]
    return Holding(
        database=database,
        user=user,
        mark=mark(token),
        collections=opened.collections(database),
        owner=_owner(opened, database),
        roles=roles_of(found[0]) if found else None,
    )


def database_of(opened: Session, token: str) -> str | None:
    """The database that carries the token."""
    ours, databases = mark(token), opened.databases()
    return next((name for name in databases if name not in SYSTEM and _owner(opened, name) == ours), None)


def user_of(opened: Session, database: str, token: str) -> str | None:
    """The user of a database that carries the token."""
    role, users = (mark(token), "read"), opened.run(database, "usersInfo", 1)["users"]
    return next((str(one["user"]) for one in users if role in roles_of(one)), None)


def make_database(opened: Session, holding: Holding) -> None:
    """Mark the database as ours, which makes it; raises :class:`Conflict` where somebody else was quicker."""
    if holding.database_is_ours:
        return
    claim(opened, holding)
    others = set(opened.collections(holding.database)) - {OWNER}
    if others:
        _unclaim(opened, holding)
        raise Conflict(
            f"the database {holding.database} was made by somebody else at the same moment",
            hint="choose another name, or drop the database",
        )


def claim(opened: Session, holding: Holding) -> None:
    """Mark a database as ours, whatever is in it; raises :class:`Conflict` where it was marked at the same moment."""
    from pymongo.errors import DuplicateKeyError

    try:
        opened.collection(holding.database, OWNER).insert_one({"_id": _DOCUMENT, "mark": holding.mark})
    except DuplicateKeyError:
        owner = _owner(opened, holding.database)
        if owner != holding.mark:
            raise Conflict(
                f"the database {holding.database} was made for another resource at the same moment",
                owner=owner,
                hint="choose another name",
            ) from None


def make_user(opened: Session, holding: Holding, password: str) -> None:
    """Make the user with its mark, or give it the password and just the roles that it is to have."""
    command = "createUser" if holding.roles is None else "updateUser"
    roles = [{"db": database, "role": role} for database, role in sorted(holding.roles_to_have)]
    opened.run(
        holding.database, command, holding.user, pwd=password, roles=roles, mechanisms=["SCRAM-SHA-256"]
    )


def drop(opened: Session, holding: Holding) -> None:
    """Drop the user, so that nobody makes the database anew, and the database with all in it, as far as they are ours.

    A database without a mark stays, whoever its user is.
    """
    from pymongo.errors import OperationFailure

    if holding.user_is_ours:
        try:
            opened.run(holding.database, "dropUser", holding.user)
        except OperationFailure as error:
            if error.code != NO_SUCH_USER:
                raise
    if holding.database_is_ours:
        opened.client.drop_database(holding.database)


def roles_of(user: Mapping[str, Any]) -> frozenset[tuple[str, str]]:
    """The roles of a user as the server tells of it: database and role."""
    return frozenset((str(role["db"]), str(role["role"])) for role in user["roles"])


def _owner(opened: Session, database: str) -> str | None:
    found = opened.collection(database, OWNER).find_one({"_id": _DOCUMENT})
    return None if found is None else str(found.get("mark"))


def _unclaim(opened: Session, holding: Holding) -> None:
    opened.collection(holding.database, OWNER).delete_one({"_id": _DOCUMENT, "mark": holding.mark})
    opened.collection(holding.database, OWNER).drop()
