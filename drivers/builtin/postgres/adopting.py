"""A database that exists already and was not made for us: looked at, and marked as ours."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from ...sdk import Conflict, NotFound
from .holding import MARK, mark

if TYPE_CHECKING:
    from .session import Session


class Existing(Struct, frozen=True):
    """A database and the role that owns it, with what their comments say."""

    database: str
    role: str
    superuser: bool
    role_comment: str | None
    database_comment: str | None
    others: tuple[str, ...]

    def check(self, token: str) -> None:
        """Raise :class:`Conflict` where it cannot be ours without harm to somebody else."""
        ours = mark(token)
        for what, comment in (("role", self.role_comment), ("database", self.database_comment)):
            if comment is not None and comment.startswith(MARK) and comment != ours:
                raise Conflict(f"the {what} of {self.database} belongs to another resource", owner=comment)
        if self.superuser:
            raise Conflict(
                f"the database {self.database} is owned by {self.role}, which is a superuser",
                owner=self.role,
                hint=f"make a role for it, then ALTER DATABASE {self.database} OWNER TO that role",
            )
        if self.others:
            raise Conflict(
                f"{self.role}, the owner of {self.database}, owns {', '.join(self.others[:3])}, too",
                owner=self.role,
                hint="give each database an owner of its own",
            )

    @property
    def notes(self) -> tuple[str, ...]:
        """What adopting it means for whoever uses it now."""
        lost = [
            f"the comment of the {what} is replaced"
            for what, comment in (("role", self.role_comment), ("database", self.database_comment))
            if comment is not None and not comment.startswith(MARK)
        ]
        return (
            f"the role {self.role} gets a new password: whoever uses the present one is locked out",
            f"only {self.role} may connect to {self.database} from then on",
            *lost,
        )


def existing(connection: Session, database: str) -> Existing:
    """The database of this name; raises :class:`NotFound`."""
    row = connection.execute(
        "SELECT r.rolname, r.rolsuper, shobj_description(r.oid, 'pg_authid'), shobj_description(d.oid, 'pg_database'),"
        " ARRAY(SELECT o.datname::text FROM pg_database o WHERE o.datdba = r.oid AND o.oid <> d.oid ORDER BY 1)"
        " FROM pg_database d JOIN pg_roles r ON r.oid = d.datdba WHERE d.datname = %s AND NOT d.datistemplate",
        (database,),
    ).fetchone()
    if row is None:
        raise NotFound(
            f"the server has no database {database}", hint="the id is the name of a database in that server"
        )
    return Existing(database, row[0], row[1], row[2], row[3], tuple(row[4]))


def extensions(connection: Session) -> set[str]:
    """What is installed in the database of this session."""
    return {row[0] for row in connection.execute("SELECT extname FROM pg_extension").fetchall()}
