"""MariaDB's errors as our faults.

Texts about syntax are not passed on: they quote statements, and those may hold what a password is checked by.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...sdk import Conflict, Fault, PermanentFault, TransientFault

if TYPE_CHECKING:
    import pymysql

_TAKEN = frozenset({1007, 1396})
"""The database exists, the user exists."""

_PASSING = frozenset(
    {
        1040, 1041, 1053, 1077, 1129, 1158, 1159, 1160, 1161, 1203, 1205, 1213, 1226, 1317, 1927, 1969,
        2002, 2003, 2006, 2013, 2055,
    }
)  # fmt: skip
"""Too many connections, stopping, a broken network, a lock, a limit, the deadline; from 2000 on those of the client."""

_DENIED = frozenset({1044, 1045, 1142, 1143, 1227, 1370, 1410, 1698})
_DISK_FULL = 1021
_SYNTAX = frozenset({1064, 1149})
_NO_TLS = 2026
_REFUSED = frozenset({1044, 1045, 1130, 1251, 1698, 2059, 2061, _NO_TLS})


def connecting(error: pymysql.Error | OSError, server: str) -> Fault:
    """The fault of a connection that did not come about."""
    code, said = _parts(error)
    if code in _REFUSED:
        return PermanentFault(
            f"{server} refuses the connection: {said}",
            hint="check username, password and tls of the server or connection, and from where that user may log in",
        )
    return TransientFault(
        f"{server} cannot be reached: {said}",
        retry_after=1.0,
        hint="check that the server runs and host and port",
    )


def working(error: pymysql.Error | OSError, server: str) -> Fault:
    """The fault of a statement that failed."""
    code, text = _parts(error)
    said = f"{server}: {'it refuses the syntax of a statement' if code in _SYNTAX else text}"
    if code in _TAKEN:
        return Conflict(said, hint="choose another name, or remove what holds it")
    if code == _DISK_FULL:
        return TransientFault(said, retry_after=10.0, hint="free some space on the server's disk")
    if not code or code in _PASSING:
        return TransientFault(said)
    if code in _DENIED:
        return PermanentFault(
            said,
            hint="the server's user needs ALL PRIVILEGES ON *.* WITH GRANT OPTION, or what of it is used",
        )
    return PermanentFault(f"{said} (error {code})")


def _parts(error: pymysql.Error | OSError) -> tuple[int, str]:
    """The error's number (0: none) and text."""
    if isinstance(error, OSError):
        return 0, error.strerror or str(error) or "no answer"
    code = error.args[0] if error.args and isinstance(error.args[0], int) else 0
    text = str(error.args[1]) if len(error.args) > 1 else str(error)
    return code, text.strip() or "the connection is lost"
