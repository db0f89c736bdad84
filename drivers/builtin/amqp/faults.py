"""Answers of RabbitMQ's management API as our faults."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from ...sdk import Fault, PermanentFault, TransientFault

_REASON_LENGTH = 300


def refused(answer: Any, server: str) -> Fault:
    """The fault of an answer (of httpx) that is no success."""
    status = int(answer.status_code)
    said = f"{server} answers {status} {_reason(answer)}".rstrip()
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        return PermanentFault(
            said, hint="check username and password; the user needs the tag administrator in the server"
        )
    if status == HTTPStatus.TOO_MANY_REQUESTS or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return TransientFault(said)
    if status == HTTPStatus.NOT_FOUND or answer.is_redirect:
        return PermanentFault(
            said, hint="check management: it is where the plugin rabbitmq_management listens"
        )
    return PermanentFault(said)


def unreached(error: Exception, server: str) -> Fault:
    """The fault of a request that got no answer."""
    said = str(error) or "no answer in time"
    if "CERTIFICATE_VERIFY_FAILED" in said:
        return PermanentFault(
            f"{server} is not trusted: its certificate cannot be verified",
            hint="give ca, or a certificate that this machine trusts",
        )
    return TransientFault(
        f"{server} cannot be reached: {said}",
        retry_after=1.0,
        hint="check that the server runs with the plugin rabbitmq_management, and host and management",
    )


def not_the_api(server: str) -> Fault:
    """The fault of an answer that is not what the API would say."""
    return PermanentFault(
        f"{server} answers with something that is not RabbitMQ's management API",
        hint="check management: it is where the plugin rabbitmq_management listens",
    )


def _reason(answer: Any) -> str:
    """What the server says about it; nothing of what was sent is in there."""
    try:
        said = answer.json()
        reason = said.get("reason") or said.get("error")
    except (ValueError, AttributeError):
        reason = None
    return " ".join(str(reason or answer.reason_phrase).split())[:_REASON_LENGTH]
