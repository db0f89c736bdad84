"""What exists in a server of one token: seen, completed, dropped."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from ...sdk import Conflict, TransientFault
from ..served import COMPLETE
from .session import Session
from .verifier import ALGORITHM, fits, verifier

MARK = "bakehouse-"
"""What every mark of ours begins with."""

OWNER = "bakehouse.owner"
"""The exchange whose alternate exchange, which never exists, is the mark of whose a virtual host is."""

_ALTERNATE = "alternate-exchange"
_RIGHTS = {"configure": r"^(?!bakehouse\.)", "write": ".*", "read": ".*"}
"""All that a user of ours may do: everything but change that exchange."""


def mark(token: str) -> str:
    """A digest of the token: others in the server see it."""
    return f"{MARK}{hashlib.sha256(token.encode()).hexdigest()[:40]}"


class Holding(Struct, frozen=True):
    """The virtual host and user of these names as they are in the server.

    ``description`` is None where there is no such virtual host, ``owner`` where it has no exchange with a mark. ``tags``
    and ``kept`` (what the password is checked by) are None where there is no such user. ``rights`` are the user's by
    virtual host.
    """

    vhost: str
    user: str
    mark: str
    description: str | None
    owner: str | None
    down: tuple[str, ...]
    tags: tuple[str, ...] | None
    kept: str | None
    rights: Mapping[str, Mapping[str, str]]

    @property
    def vhost_is_ours(self) -> bool:
        """By its exchange; where a call was cut off before that was made, by its description."""
        return self.mark == (self.owner or self.description)

    @property
    def user_is_ours(self) -> bool:
        """Whether the user carries our mark."""
        return self.tags is not None and self.mark in self.tags

    def condition(self, password: str | None) -> str:
        """``complete``, or what is amiss, for people; a password of None is not compared."""
        for what, exists, ours in (
            (f"the virtual host {self.vhost}", self.description is not None, self.vhost_is_ours),
            (f"the user {self.user}", self.tags is not None, self.user_is_ours),
        ):
            if not ours:
                return f"{what} is not ours" if exists else f"{what} is missing"
        if self.owner != self.mark:
            return f"the exchange {OWNER} is missing"
        if self.description != self.mark:
            return f"the description of the virtual host {self.vhost} was changed"
        if self.tags != (self.mark,):
            return f"the user {self.user} has other tags"
        if set(self.rights) != {self.vhost} or self.rights[self.vhost] != _RIGHTS:
            return f"the permissions of the user {self.user} were changed"
        if password is not None and not fits(password, self.kept or ""):
            return f"the user {self.user} has another password"
        if self.down:
            return f"the virtual host does not run on {', '.join(self.down)}"
        return COMPLETE

    def check(self) -> None:
        """Raise :class:`Conflict` where a name is held by something that does not carry our mark."""
        if self.description is not None and not self.vhost_is_ours:
            raise Conflict(
                f"the virtual host {self.vhost} exists and was not made for this resource",
                owner=self.owner or self.description or None,
                hint="choose another vhost, or delete it",
            )
        if self.tags is not None and not self.user_is_ours:
            raise Conflict(
                f"the user {self.user} exists and was not made for this resource",
                owner=next((tag for tag in self.tags if tag.startswith(MARK)), None),
                hint="choose another username, or delete the user",
            )


def look(opened: Session, vhost: str, user: str, token: str) -> Holding:
    """What the server has under these names."""
    host = opened.get("vhosts", vhost)
    exchange = opened.get("exchanges", vhost, OWNER) if host is not None else None
    found = opened.get("users", user)
    rights = opened.get("users", user, "permissions") if found is not None else None
    return Holding(
        vhost=vhost,
        user=user,
        mark=mark(token),
        description=None if host is None else str(host.get("description") or ""),
        owner=None if exchange is None else str(exchange["arguments"].get(_ALTERNATE) or ""),
        down=_down(host),
        tags=None if found is None else _tags(found),
        kept=None if found is None else str(found.get("password_hash") or ""),
        rights={str(one["vhost"]): {part: str(one[part]) for part in _RIGHTS} for one in rights or ()},
    )


def names_of(opened: Session, token: str) -> tuple[str | None, str | None]:
    """The virtual host and the user that carry the token, as far as they exist."""
    ours = mark(token)
    hosts = [str(one["name"]) for one in opened.get("vhosts") or () if one.get("description") == ours]
    users = [str(one["name"]) for one in opened.get("users") or () if ours in _tags(one)]
    return (hosts[0] if hosts else None, users[0] if users else None)


def make_vhost(opened: Session, holding: Holding) -> None:
    """Make or complete the virtual host. Raises :class:`Conflict` where somebody else was quicker."""
    if holding.description != holding.mark:
        made = opened.put("vhosts", holding.vhost, body={"description": holding.mark})
        if holding.description is None and not made and opened.get("exchanges", holding.vhost, OWNER) is None:
            opened.put("vhosts", holding.vhost, body={"description": ""})
            raise Conflict(
                f"the virtual host {holding.vhost} was made by somebody else at the same moment",
                hint="choose another vhost, or delete it",
            )
    claim = {"type": "fanout", "durable": True, "internal": True, "arguments": {_ALTERNATE: holding.mark}}
    if holding.owner != holding.mark and not opened.declare("exchanges", holding.vhost, OWNER, body=claim):
        raise Conflict(
            f"the virtual host {holding.vhost} was made for another resource at the same moment",
            hint="choose another vhost",
        )


def make_user(opened: Session, holding: Holding, password: str) -> None:
    """Make the user, or give it the password and only our tag, and its permissions."""
    kept = holding.kept if holding.kept and fits(password, holding.kept) else verifier(password)
    body = {"password_hash": kept, "hashing_algorithm": ALGORITHM, "tags": holding.mark}
    opened.put("users", holding.user, body=body)
    for vhost in set(holding.rights) - {holding.vhost}:
        opened.delete("permissions", vhost, holding.user)
    opened.put("permissions", holding.vhost, holding.user, body=_RIGHTS)
    found = opened.get("users", holding.user)
    if found is None or _tags(found) != (holding.mark,):
        raise Conflict(
            f"the user {holding.user} was made by somebody else at the same moment",
            hint="choose another username",
        )
    if found.get("password_hash") != kept:
        raise TransientFault(f"another call works on the user {holding.user}", retry_after=1.0)


def drop(opened: Session, holding: Holding) -> None:
    """Delete the user, which ends its connections, and the virtual host with all in it, as far as they are ours."""
    if holding.user_is_ours:
        opened.delete("users", holding.user)
    if holding.vhost_is_ours:
        opened.delete("vhosts", holding.vhost)


def _down(vhost: Mapping[str, Any] | None) -> tuple[str, ...]:
    """The nodes of the server on which a virtual host does not run."""
    states: Mapping[str, str] = {} if vhost is None else vhost.get("cluster_state", {})
    return tuple(sorted(node for node, state in states.items() if state != "running"))


def _tags(user: Mapping[str, Any]) -> tuple[str, ...]:
    """A list, or in servers before 3.9 a text with commas."""
    said = user.get("tags") or ()
    return tuple(said.split(",")) if isinstance(said, str) else tuple(str(tag) for tag in said)
