"""PostgreSQL's failures in our words: each kind has a code of its own, and none tells a password."""

from __future__ import annotations

import re
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy.exc import DBAPIError, IntegrityError

from ....drivers.secrets import scrub
from ..failures import state_error
from ..store import StateError
from .body import Unreadable

_LOGIN = ("28P01", "28000")
_REFUSALS = ("authentication failed", "no password supplied", "no pg_hba.conf entry")
_BY_STATE = {
    "42501": ("state-forbidden", "the role may not use the tables: {why}"),
    "25006": ("state-read-only", "the database takes no writes: {why}"),
    "53100": ("state-full", "the server's disk is full; nothing of this step was recorded"),
    "55P03": ("state-busy", "another process writes to it for too long: {why}"),
    "57014": ("state-busy", "another process writes to it for too long: {why}"),
    "XX001": ("state-corrupt", "the server finds the data damaged: {why}"),
    "XX002": ("state-corrupt", "the server finds an index damaged: {why}"),
    "42P01": ("state-corrupt", "a table of the state is missing: {why}"),
    "42703": ("state-corrupt", "a table is there that is not the state's: {why}"),
}
_CODES_BY_TEXT = {
    "state-pooler": (re.compile("statement pooling mode"), "its pooler lets no transaction through: {why}"),
    "state-parameter": (
        re.compile("unsupported startup parameter"),
        "a pooler does not pass on what the URL asks for: {why}",
    ),
    "state-tls": (
        re.compile(
            "certificate verify failed|root certificate file|server certificate for|does not support SSL"
            "|(?i:SSL error)(?!.*unexpected eof)"
        ),
        "there is no secure connection to it: {why}",
    ),
}
"""What poolers and libpq say without a state of SQL."""

_HINTS = {
    "state-unreachable": "look whether the server runs and can be reached; then the same command again goes on",
    "state-login": "look at user and password: in the URL, in PGPASSWORD, or in the file that PGPASSFILE names",
    "state-no-database": "let the administrator make it: CREATE DATABASE NAME OWNER USER",
    "state-pooler": "let the pooler work in transaction mode or session mode (pool_mode), or connect to the server itself",
    "state-parameter": "leave the parameter out of the URL: what it sets can be set for the role, with ALTER ROLE",
    "state-tls": "look at sslmode and sslrootcert of the URL, and at the server's certificate and its name",
    "state-forbidden": "let the administrator allow it: CREATE SCHEMA NAME AUTHORIZATION USER",
    "state-read-only": "connect to the primary server, not to a replica",
    "state-full": "make room; then run the same command again",
    "state-busy": "run the command again",
    "state-corrupt": "restore the database from a backup of its own, such as one of pg_dump",
}


@contextmanager
def translated(shown: str, secrets: Sequence[str]) -> Generator[None]:
    """Raise failures of the database as StateError; broken constraints are the caller's business."""
    try:
        yield
    except Unreadable as error:
        raise _error("state-corrupt", shown, f"the record of {error} is damaged") from error
    except IntegrityError:
        raise
    except DBAPIError as error:
        raise _told(shown, error, secrets) from None


def _told(shown: str, error: DBAPIError, secrets: Sequence[str]) -> StateError:
    cause: Any = error.orig
    why = scrub(_first_line(cause), secrets)
    state = getattr(cause, "sqlstate", None)
    if state in _BY_STATE:
        code, what = _BY_STATE[state]
        return _error(code, shown, what.format(why=why))
    if state in _LOGIN or any(sign in why for sign in _REFUSALS):
        return _error("state-login", shown, f"the server does not let this user in: {why}")
    if state == "3D000" or ('database "' in why and "does not exist" in why):
        return _error("state-no-database", shown, f"the server has no such database: {why}")
    if 'role "' in why and "does not exist" in why:
        return _error("state-login", shown, f"the server does not know this user: {why}")
    for code, (sign, what) in _CODES_BY_TEXT.items():
        if sign.search(why):
            return _error(code, shown, what.format(why=why))
    return _error("state-unreachable", shown, f"it cannot be reached: {why}")


def _error(code: str, shown: str, what: str) -> StateError:
    return state_error(code, f"the state {shown}: {what}", _HINTS[code])


def _first_line(error: Any) -> str:
    lines = [line for line in str(error).strip().split("\n") if line.strip()]
    return lines[0].strip() if lines else type(error).__name__
