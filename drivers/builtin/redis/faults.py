"""Redis's errors as our faults."""

from __future__ import annotations

import ssl

from ...sdk import Fault, PermanentFault, TransientFault

_PASSING = (
    "LOADING",
    "BUSY",
    "OOM",
    "MASTERDOWN",
    "TRYAGAIN",
    "CLUSTERDOWN",
    "NOREPLICAS",
    "MISCONF",
    "EXECABORT",
)
"""What the server's answer begins with when trying again may help."""


def fault(error: Exception, server: str) -> Fault:
    """The fault of a connection that did not come about or broke, or of a command that failed."""
    from redis import exceptions as of_library

    said = f"{server}: {str(error) or 'no answer'}"
    if isinstance(error, of_library.NoPermissionError):
        return PermanentFault(
            said, hint="the server's user needs ~* &* +@all: it makes other users and their keys"
        )
    if isinstance(error, of_library.AuthenticationError | of_library.AuthorizationError):
        return PermanentFault(said, hint="check username and password of the server or connection")
    if _is_about_tls(error):
        return PermanentFault(
            said, hint="check tls of the server or connection, and the server's certificate"
        )
    if isinstance(error, of_library.ReadOnlyError):
        return PermanentFault(said, hint="give the primary as host, not a replica")
    if isinstance(error, of_library.ConnectionError | of_library.TimeoutError | OSError):
        return TransientFault(
            said,
            retry_after=1.0,
            hint="check that the server runs and host and port, and whether it wants TLS",
        )
    if isinstance(error, _passing_errors()) or str(error).startswith(_PASSING):
        return TransientFault(said)
    return PermanentFault(said)


def _is_about_tls(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLError):
            return True
        error = error.__cause__ or error.__context__
    return False


def _passing_errors() -> tuple[type[Exception], ...]:
    """Those whose first word the library takes off."""
    from redis import exceptions as of_library

    return (of_library.OutOfMemoryError, of_library.ExecAbortError, of_library.TryAgainError)
