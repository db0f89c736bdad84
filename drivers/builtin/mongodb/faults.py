"""MongoDB's errors as our faults."""

from __future__ import annotations

import ssl

from ....graph.narrow import is_map
from ...sdk import Conflict, Fault, PermanentFault, TransientFault

NO_SUCH_COMMAND = 59
WRONG_LOGIN = 18
USER_EXISTS = 51003
NO_SUCH_USER = 11
_DENIED = frozenset({13, 8000})
"""Not allowed, also as servers of clouds say it."""
_OTHER_CASE = 13297
"""There is a database whose name differs in case only."""
_NOT_PRIMARY = frozenset({10058, 10107, 13435, 13436})
_PASSING = frozenset({6, 7, 50, 89, 91, 112, 189, 202, 262, 317, 9001, 11600, 11602, 14031})
"""No host, the deadline, the network, stopping, a write conflict, stepping down, a full disk."""

_TLS_MISTAKES = (
    "CERTIFICATE_VERIFY_FAILED",
    "WRONG_VERSION_NUMBER",
    "record layer failure",
    "UNSUPPORTED_PROTOCOL",
    "ALERT_PROTOCOL_VERSION",
    "ALERT_HANDSHAKE_FAILURE",
    "ALERT_UNKNOWN_CA",
    "ALERT_BAD_CERTIFICATE",
    "CERTIFICATE_REQUIRED",
    "UNRECOGNIZED_NAME",
)
"""What OpenSSL says of a handshake that will fail the next time, too; no name of a host that the library writes in small
letters can hold one. A reset, an end, or a time that ran out during a handshake is none."""

NEEDED = (
    "the server's user needs the role root in the database admin, or userAdminAnyDatabase, readWriteAnyDatabase"
    " and dbAdminAnyDatabase"
)


def fault(error: Exception, server: str) -> Fault:
    """The fault of a connection that did not come about or broke, or of a command that failed."""
    from pymongo import errors as of_library

    reason = _reason(error)
    said = f"{server}: {reason}"
    if isinstance(error, of_library.OperationFailure):
        return _refused(error.code or 0, said)
    code = _code(error) if isinstance(error, of_library.NotPrimaryError) else 0
    if code in _NOT_PRIMARY:
        return _refused(code, said)
    # One that the library did not wrap is of reading ``ca``.
    if isinstance(error, ssl.SSLError) or any(mistake in reason for mistake in _TLS_MISTAKES):
        return PermanentFault(said, hint="check tls and ca of the server or connection, and its certificate")
    if isinstance(error, of_library.ConnectionFailure | of_library.WTimeoutError | OSError):
        return TransientFault(
            said,
            retry_after=1.0,
            hint="check that the server runs and host and port, and whether it wants TLS",
        )
    return PermanentFault(said)


def _refused(code: int, said: str) -> Fault:
    if code == WRONG_LOGIN:
        return PermanentFault(said, hint="check username and password of the server or connection")
    if code in _DENIED:
        return PermanentFault(said, hint=NEEDED)
    if code in (USER_EXISTS, _OTHER_CASE):
        return Conflict(said, hint="choose another name, or remove what holds it")
    if code in _NOT_PRIMARY:
        return PermanentFault(said, hint="give the primary as host, not a secondary")
    if code in _PASSING:
        return TransientFault(said)
    return PermanentFault(f"{said} (error {code})")


def _code(error: Exception) -> int:
    """The number that the server gave its refusal, or 0."""
    details = getattr(error, "details", None)
    code = details.get("code") if is_map(details) else None
    return code if isinstance(code, int) else 0


def _reason(error: Exception) -> str:
    """What the server or the library says about it, without what the library adds of its settings."""
    details = getattr(error, "details", None)
    said = details.get("errmsg") if is_map(details) else None
    text = str(said or error).partition(", Timeout: ")[0].partition(" (configured timeouts")[0]
    return text.strip() or "no answer"
