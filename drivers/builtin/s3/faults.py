"""Answers of a store, and errors of the library, as our faults."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from ...sdk import Fault, PermanentFault, TransientFault

_DENIED = frozenset(
    {
        "AccessDenied", "AuthFailure", "ExpiredToken", "InvalidAccessKeyId", "InvalidClientTokenId",
        "SignatureDoesNotMatch", "UnrecognizedClientException", "AccessDeniedException",
    }
)  # fmt: skip

_PASSING = frozenset(
    {
        "ConcurrentModification", "InternalError", "InternalFailure",
        "OperationAborted", "RequestTimeout", "ServiceUnavailable", "SlowDown", "Throttling", "ThrottlingException",
    }
)  # fmt: skip

_CLOCK = frozenset({"RequestTimeTooSkewed", "RequestExpired"})
_UNREACHED = (
    "EndpointConnectionError", "ConnectTimeoutError", "ReadTimeoutError", "ConnectionClosedError",
    "ProxyConnectionError", "HTTPClientError",
)  # fmt: skip


def code_of(error: Any) -> str:
    """The store's word for what went wrong, such as ``NoSuchBucket``."""
    return str(error.response.get("Error", {}).get("Code", ""))


def answered(error: Any, store: str) -> Fault:
    """The fault of a request that the store refused."""
    code, status = code_of(error), error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    said = f"{store} answers {code}: {error.response.get('Error', {}).get('Message', '')}".rstrip(": ")
    if code in _CLOCK:
        return PermanentFault(said, hint="set the clocks of both machines")
    if code in _DENIED or status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        return PermanentFault(
            said, hint="check the key of the server or connection, and that it may make buckets and users"
        )
    if (
        code in _PASSING
        or status == HTTPStatus.TOO_MANY_REQUESTS
        or status >= HTTPStatus.INTERNAL_SERVER_ERROR
    ):
        return TransientFault(said)
    return PermanentFault(said)


def unanswered(error: Exception, store: str) -> Fault:
    """The fault of a request without an answer that the library understands."""
    kinds = {kind.__name__ for kind in type(error).__mro__}
    if "SSLError" in kinds:
        return PermanentFault(
            f"{store} is not trusted: {error}", hint="give the store a certificate that this machine trusts"
        )
    if kinds.intersection(_UNREACHED):
        return TransientFault(
            f"{store} cannot be reached: {error}",
            retry_after=1.0,
            hint="check endpoint and iam of the server or connection, and that the store runs",
        )
    return PermanentFault(f"{store}: {error}", hint="check that endpoint is that of a store that speaks S3")
