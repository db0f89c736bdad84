"""What exists in a server of one token: seen, completed, dropped."""

from __future__ import annotations

import hashlib

from msgspec import Struct

from ...sdk import Conflict, Context, TransientFault
from ..served import COMPLETE
from .keys import has_keys, remove_keys
from .models import RESERVED
from .session import Session

_COMMANDS = (
    "+@all", "-@admin", "-@dangerous", "+info",
    "-scan", "-randomkey", "-dbsize", "-pubsub",
    "-function", "-script|kill", "-script|flush", "-client|tracking", "-client|unblock",
)  # fmt: skip
"""All but what administers, what shows other users' keys and channels, and what is shared with them."""


_MARK = f"(~{RESERVED}:"
"""What the selector that says whose a user is begins with, in the user's rules."""


def mark(token: str) -> str:
    """A selector without any command, so that it allows nothing, and is left alone by changes of the other rules."""
    return f"{_MARK}{token})"


def claim_key(prefix: str) -> str:
    """The key that holds the token of whose a prefix is."""
    return f"{RESERVED}:prefix:{prefix}"


def verifier(password: str) -> str:
    """What the server checks a password by, computed here so that its clear text is in no command."""
    return f"#{hashlib.sha256(password.encode()).hexdigest()}"


class Holding(Struct, frozen=True):
    """The user and prefix of these names as they are in the server.

    ``rules`` are the user's, None where there is none. ``claim`` is whose the prefix is. ``sharing`` are other users
    that may use just the same keys.
    """

    prefix: str
    user: str
    token: str
    rules: tuple[str, ...] | None
    claim: str | None
    sharing: tuple[str, ...]

    @property
    def user_is_ours(self) -> bool:
        """Whether the user exists and carries our token."""
        return self.rules is not None and _carries(self.rules, self.token)

    @property
    def prefix_is_ours(self) -> bool:
        """Whether the key that holds the prefix for somebody holds our token."""
        return self.claim == self.token

    @property
    def shown(self) -> list[str]:
        """The user's rules without what passwords are checked by."""
        return [rule for rule in self.rules or () if not rule.startswith("#")]

    def condition(self, shown: object, password: str | None) -> str:
        """``complete``, or what is amiss, for people; of recorded rules and password None is not compared."""
        if not self.user_is_ours:
            return f"the user {self.user} is {'missing' if self.rules is None else 'not ours'}"
        if not self.prefix_is_ours:
            return f"the key {claim_key(self.prefix)} is {'missing' if self.claim is None else 'not ours'}"
        if shown is not None and shown != self.shown:
            return f"the rules of the user {self.user} were changed"
        if password is not None and self.rules is not None and verifier(password) not in self.rules:
            return f"the user {self.user} has another password"
        return COMPLETE

    def check(self, context: Context, opened: Session) -> None:
        """Raise :class:`Conflict` where a name or keys are held by somebody who does not carry our token."""
        if self.rules is not None and not self.user_is_ours:
            owner = next((rule.removeprefix(_MARK) for rule in self.rules if rule.startswith(_MARK)), None)
            raise Conflict(
                f"the user {self.user} exists and was not made for this resource",
                owner=owner,
                hint="choose another username, or delete the user",
            )
        if self.claim is not None and not self.prefix_is_ours:
            raise Conflict(
                f"the prefix {self.prefix} belongs to another resource",
                owner=self.claim,
                hint="choose another prefix",
            )
        if self.prefix_is_ours or self.user_is_ours:
            return
        if self.sharing:
            raise Conflict(
                f"the user {self.sharing[0]} uses the prefix {self.prefix}",
                owner=self.sharing[0],
                hint="choose another prefix, or delete that user",
            )
        if has_keys(context, opened, self.prefix):
            raise Conflict(
                f"there are keys that begin with {self.prefix}: and were not made for this resource",
                hint="choose another prefix, or remove the keys",
            )


def look(opened: Session, prefix: str, user: str, token: str) -> Holding:
    """What the server has under these names. From then on :func:`make` sees whether another call was quicker."""
    opened.run("WATCH", claim_key(prefix))
    users = _users(opened)
    own = f"~{prefix}:*"
    return Holding(
        prefix=prefix,
        user=user,
        token=token,
        rules=users.get(user),
        claim=opened.run("GET", claim_key(prefix)),
        sharing=tuple(sorted(name for name, rules in users.items() if own in rules and name != user)),
    )


def name_of(opened: Session, token: str) -> str | None:
    """The user that carries the token."""
    return next((name for name, rules in _users(opened).items() if _carries(rules, token)), None)


def make(opened: Session, holding: Holding, password: str) -> None:
    """Make or complete the user, and hold its prefix, in one step; raises a fault where another call was quicker."""
    prefix = holding.prefix
    own = (f"~{prefix}:*", f"&{prefix}:*", *_COMMANDS)
    made = opened.together(
        ("SET", claim_key(prefix), holding.token),
        ("ACL", "SETUSER", holding.user, "reset", "on", verifier(password), *own, mark(holding.token)),
    )
    if not made:
        raise TransientFault(f"another call works on the prefix {prefix}", retry_after=1.0)


def drop(context: Context, opened: Session, holding: Holding) -> None:
    """Delete the user, which ends its sessions, and the keys of the prefix, as far as they are ours."""
    if holding.user_is_ours:
        keep = () if holding.claim is not None else (("SET", claim_key(holding.prefix), holding.token),)
        if not opened.together(*keep, ("ACL", "DELUSER", holding.user)):
            raise TransientFault(f"another call works on the prefix {holding.prefix}", retry_after=1.0)
    if holding.prefix_is_ours or (holding.user_is_ours and holding.claim is None):
        remove_keys(context, opened, holding.prefix)
        opened.run("DEL", claim_key(holding.prefix))


def persist(context: Context, opened: Session) -> None:
    """Have the server write its users where it reads them when it starts; say so where it has no such place."""
    from redis.exceptions import ResponseError

    for command in (("ACL", "SAVE"), ("CONFIG", "REWRITE")):
        try:
            opened.run(*command)
        except ResponseError:
            continue
        return
    context.progress(
        "the server keeps its users only until it ends: it has no aclfile and no configuration file"
    )


def _carries(rules: tuple[str, ...], token: str) -> bool:
    """The server shows a selector as words, with what it does not allow added."""
    return any(rule in (f"{_MARK}{token}", mark(token)) for rule in rules)


def _users(opened: Session) -> dict[str, tuple[str, ...]]:
    """The rules of each user by its name: words such as ``~orders:*``."""
    lines = [str(line).split() for line in opened.run("ACL", "LIST")]
    return {words[1]: tuple(words[2:]) for words in lines}
