"""A database that exists already and was not made for us: looked at before it becomes ours."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from ...sdk import Conflict, NotFound
from .holding import HOST, MARK, Holding, look, mark
from .models import pattern

if TYPE_CHECKING:
    from .session import Session

_SYSTEM = frozenset({"mysql", "sys", "information_schema", "performance_schema"})


class Existing(Struct, frozen=True):
    """A database, the user that is to have it, and who else has rights on it.

    ``user_hosts`` is from where users of that name may log in, ``user_has`` what such a user may use besides.
    """

    held: Holding
    user_hosts: tuple[str, ...]
    user_has: tuple[str, ...]
    others: tuple[str, ...]

    def check(self, token: str) -> None:
        """Raise :class:`Conflict` where it cannot be ours without harm to somebody else."""
        database, user, ours = self.held.database, self.held.user, mark(token)
        if database in _SYSTEM:
            raise Conflict(f"the database {database} is the server's own", owner="the server")
        for what, found in (
            (f"user {user}", self.held.user_mark),
            (f"database {database}", self.held.comment),
        ):
            if found and found.startswith(MARK) and found != ours:
                raise Conflict(f"the {what} belongs to another resource", owner=found)
        if self.user_hosts not in ((), (HOST,)):
            raise Conflict(
                f"the user {user} is bound to {', '.join(self.user_hosts)}",
                owner=user,
                hint="choose another username; a user of that name is made for it",
            )
        if self.user_has:
            raise Conflict(
                f"the user {user} has rights on {', '.join(self.user_has[:3])}, too",
                owner=user,
                hint="choose another username; a user of that name is made for it",
            )

    @property
    def notes(self) -> tuple[str, ...]:
        """What adopting it means for whoever uses it now."""
        said = [
            f"the user {self.held.user} gets a new password: whoever uses the present one is locked out"
            if self.user_hosts
            else f"the user {self.held.user} is made for it"
        ]
        if self.others:
            said.append(f"these keep their rights on {self.held.database}: {', '.join(self.others)}")
        if self.held.comment and not self.held.comment.startswith(MARK):
            said.append("the comment of the database is replaced")
        return tuple(said)


def existing(opened: Session, database: str, user: str, token: str) -> Existing:
    """The database of this name; raises :class:`NotFound`."""
    held = look(opened, database, user, token)
    if not held.database_exists:
        raise NotFound(
            f"the server has no database {database}", hint="the id is the name of a database in that server"
        )
    hosts = opened.rows("SELECT Host FROM mysql.user WHERE User = BINARY %s ORDER BY Host", user)
    rights = opened.rows("SELECT Db FROM mysql.db WHERE User = BINARY %s ORDER BY Db", user)
    anywhere = opened.rows(
        "SELECT DISTINCT privilege_type FROM information_schema.user_privileges"
        " WHERE grantee = %s AND privilege_type <> 'USAGE'",
        f"'{user}'@'{HOST}'",
    )
    own = (database, pattern(database))
    elsewhere = [str(row[0]) for row in rights if row[0] not in own and not str(row[0]).startswith(MARK)]
    others = opened.rows(
        "SELECT DISTINCT CONCAT(User, '@', Host) FROM mysql.db WHERE Db IN (%s, %s) AND User <> BINARY %s"
        " ORDER BY 1",
        *own,
        user,
    )
    return Existing(
        held,
        tuple(row[0] for row in hosts),
        ("all databases",) if anywhere else tuple(elsewhere),
        tuple(row[0] for row in others),
    )
