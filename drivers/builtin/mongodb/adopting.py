"""A database that exists already and was not made for us: looked at before it becomes ours."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from ...sdk import Conflict, NotFound
from .holding import Holding, is_mark, look, roles_of
from .models import SYSTEM

if TYPE_CHECKING:
    from .session import Session


class Existing(Struct, frozen=True):
    """A database, the user that is to have it, and the other users of that database."""

    held: Holding
    others: tuple[str, ...]

    def check(self) -> None:
        """Raise :class:`Conflict` where it cannot be ours without harm to somebody else."""
        database, user = self.held.database, self.held.user
        for what, owner in ((f"user {user}", self.held.user_mark), (f"database {database}", self.held.owner)):
            if owner is not None and owner != self.held.mark:
                raise Conflict(f"the {what} belongs to another resource", owner=owner)
        elsewhere = sorted(
            name for name, _ in self.held.roles or () if name != database and not is_mark(name)
        )
        if elsewhere:
            raise Conflict(
                f"the user {user} has roles on {', '.join(elsewhere[:3])}, too",
                owner=user,
                hint="choose another username; a user of that name is made for it",
            )

    @property
    def notes(self) -> tuple[str, ...]:
        """What adopting it means for whoever uses it now."""
        said = [
            f"the user {self.held.user} is made for it"
            if self.held.roles is None
            else f"the user {self.held.user} gets a new password: whoever uses the present one is locked out"
        ]
        if self.others:
            said.append(f"these keep their roles on {self.held.database}: {', '.join(self.others)}")
        return tuple(said)


def existing(opened: Session, database: str, user: str, token: str) -> Existing:
    """The database of this name; raises :class:`NotFound`, and :class:`Conflict` for one of the server's own."""
    if database.lower() in SYSTEM:
        raise Conflict(f"the database {database} is the server's own", owner="the server")
    held = look(opened, database, user, token)
    if not held.collections:
        raise NotFound(
            f"the server has no database {database}", hint="the id is the name of a database in that server"
        )
    users = opened.run(database, "usersInfo", 1)["users"]
    others = sorted(
        str(one["user"])
        for one in users
        if one["user"] != user and any(name == database for name, _ in roles_of(one))
    )
    return Existing(held, tuple(others))
