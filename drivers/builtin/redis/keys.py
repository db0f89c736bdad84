"""Keys of a prefix, in every database of a server; each step is small, so that the server serves others meanwhile."""

from __future__ import annotations

from collections.abc import Iterator

from ...sdk import Context, TransientFault
from .session import Session

_STEP = "1000"
"""How many keys the server looks at in one step."""


def has_keys(context: Context, opened: Session, prefix: str) -> bool:
    """Whether any key begins with the prefix and a colon."""
    return any(True for _ in _found(context, opened, prefix))


def remove_keys(context: Context, opened: Session, prefix: str) -> None:
    """Remove those keys; where the deadline comes first, a :class:`TransientFault` says so, and a repeat goes on."""
    for keys in _found(context, opened, prefix):
        opened.run("UNLINK", *keys)


def _found(context: Context, opened: Session, prefix: str) -> Iterator[list[str]]:
    """Keys by and by, while the database that they are in is selected; at the end it is the first one again."""
    databases = [name.removeprefix("db") for name in opened.run("INFO", "keyspace")]
    try:
        for database in databases:
            opened.run("SELECT", database)
            cursor = "0"
            while True:
                context.cancelled.check()
                if context.seconds_left <= 0:
                    raise TransientFault(f"not all keys of {prefix} were looked through in time")
                cursor, keys = _step(opened, cursor, prefix)
                if keys:
                    yield keys
                if cursor == "0":
                    break
    finally:
        opened.run("SELECT", "0")


def _step(opened: Session, cursor: str, prefix: str) -> tuple[str, list[str]]:
    following, keys = opened.run("SCAN", cursor, "MATCH", f"{prefix}:*", "COUNT", _STEP)
    return str(following), list(keys)
