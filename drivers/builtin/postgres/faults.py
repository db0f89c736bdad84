"""PostgreSQL's errors as our faults.

Only the server's primary message is passed on: details and contexts quote statements, and those hold verifiers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...sdk import Conflict, Fault, PermanentFault, TransientFault

if TYPE_CHECKING:
    import psycopg

_PASSING = ("08", "53", "57P", "40")
"""Classes of states that pass: connection lost, out of a resource, shutting down or starting, serialization."""

_PASSING_STATES = frozenset({"55006", "55P03", "57014"})
"""Object in use, lock not available, statement cancelled by its timeout."""

_TAKEN = frozenset({"42710", "42P04", "23505"})
"""Duplicate role, duplicate database, and the same seen by an index."""

_REFUSALS = (
    "authentication failed",
    "no pg_hba.conf entry",
    "does not exist",
    "permission denied",
    "not permitted to log in",
    "does not support SSL",
    "SSL error",
    "certificate",
    "no password supplied",
    "requires authentication",
)
"""What a server says when trying again is useless; the client library keeps no state code while connecting."""


def connecting(error: psycopg.Error, server: str) -> Fault:
    """The fault of a connection that did not come about."""
    said = _last_line(str(error))
    if any(refusal in said for refusal in _REFUSALS):
        return PermanentFault(
            f"{server} refuses the connection: {said}",
            hint="check username, password and database of the server or connection, and its pg_hba.conf",
        )
    return TransientFault(
        f"{server} cannot be reached: {said}",
        retry_after=1.0,
        hint="check that the server runs and host and port",
    )


def working(error: psycopg.Error, server: str) -> Fault:
    """The fault of a statement that failed."""
    state = error.sqlstate or ""
    said = f"{server}: {error.diag.message_primary or _last_line(str(error))}"
    if state in _TAKEN:
        return Conflict(said, hint="choose another name, or remove what holds it")
    if state == "53100":
        return TransientFault(said, retry_after=10.0, hint="free some space on the server's disk")
    if not state or state.startswith(_PASSING) or state in _PASSING_STATES:
        return TransientFault(said)
    if state == "42501":
        return PermanentFault(
            said, hint="the server's role needs CREATEROLE and CREATEDB (and what the extensions ask for)"
        )
    if state == "2BP01":
        return PermanentFault(
            said, hint="the role owns objects in other databases: reassign or drop them, then try again"
        )
    return PermanentFault(f"{said} (state {state})")


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    telling = [line for line in lines if "FATAL" in line or "failed" in line or "refused" in line]
    return (telling or lines or ["no answer"])[-1]
