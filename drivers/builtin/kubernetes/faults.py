"""What a cluster answers, as our faults: one message with the server's own reason, and what helps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from ....graph.narrow import is_list, is_map
from ...sdk import Fault, PermanentFault, TransientFault

_RESTART = 2.0
"""Seconds after which a server that restarts is asked again."""

_PASSING = (408, 425, 429, 500, 502, 503, 504)


_UNTYPED = ("failed to create typed patch object", "unable to convert unstructured object")
"""What the server says with status 500 of a manifest whose values have the wrong type."""


class Refused(PermanentFault):
    """The server refuses what it was asked. ``status`` is the HTTP status, ``details`` what it says beyond its message."""

    def __init__(
        self, message: str, *, status: int, details: Mapping[str, Any] | None = None, hint: str | None = None
    ) -> None:
        super().__init__(message, hint=hint)
        self.status = status
        self.details: Mapping[str, Any] = details or {}

    @property
    def causes(self) -> list[Mapping[str, Any]]:
        """What is wrong with which field."""
        found = self.details.get("causes")
        return [cause for cause in found if is_map(cause)] if is_list(found) else []


class Missing(Refused):
    """There is no such object, or no such kind."""


def answered(status: int, body: bytes, what: str, retry_after: str | None) -> Fault:
    """The fault of an answer that is no success. ``what`` names the object in a few words."""
    said = _status(body)
    message = str(said.get("message") or _text(body) or f"HTTP {status}")
    details: Any = said.get("details")
    known: Mapping[str, Any] = details if is_map(details) else {}
    if status == 401:
        return Refused(
            "cluster-unauthorized: the cluster does not accept the credentials",
            status=status,
            hint="renew them, or the login of the program that the kubeconfig names for them",
        )
    if status == 403:
        return _forbidden(message, what)
    if status == 404:
        return Missing(f"manifest-refused: {what}: {message}", status=status, details=known)
    if status == 409:
        return _conflict(said, message, known, what)
    if status in _PASSING and not any(words in message for words in _UNTYPED):
        return _passing(status, message, what, retry_after)
    if status in (400, 422, 500) or "admission" in message:
        return _invalid(status, message, known, what)
    return Refused(f"manifest-refused: {what}: {message}", status=status, details=known)


def held_by(fault: Refused, manager: str) -> bool:
    """Whether it is a conflict about fields, and with that manager alone."""
    return fault.message.startswith("field-held") and all(_manager(c) == manager for c in fault.causes)


def unreachable(error: Exception, server: str) -> TransientFault:
    """Nobody answers at the server's address."""
    return TransientFault(
        f"cluster-unreachable: the cluster at {server} does not answer: {_reason(error)}",
        retry_after=_RESTART,
        hint="is the address right, and is the cluster reached from here?",
    )


def _forbidden(message: str, what: str) -> Refused:
    if "exceeded quota" in message:
        return Refused(
            f"quota-exceeded: {what}: {message}", status=403, hint="ask for less, or raise the quota"
        )
    if "admission webhook" in message or "ValidatingAdmissionPolicy" in message:
        return _webhook(403, message, {}, what)
    if "is being terminated" in message:
        return Refused(
            f"manifest-refused: {what}: {message}",
            status=403,
            hint="wait until its namespace is gone, then apply again",
        )
    return Refused(
        f"cluster-forbidden: {what}: {message}",
        status=403,
        hint="give the account of the connection this right",
    )


def _conflict(said: Mapping[str, Any], message: str, details: Mapping[str, Any], what: str) -> Fault:
    causes: Any = details.get("causes")
    held = [
        cause for cause in (causes or ()) if is_map(cause) and cause.get("reason") == "FieldManagerConflict"
    ]
    if not held:
        return TransientFault(f"{what}: {message}")
    fields = ", ".join(f"{cause.get('field')} ({_manager(cause)})" for cause in held[:5])
    more = f" and {len(held) - 5} more" if len(held) > 5 else ""
    return Refused(
        f"field-held: {what}: held by another field manager: {fields}{more}",
        status=409,
        details=details,
        hint="leave these fields out of the manifest, or say force: true to take them over",
    )


def _manager(cause: Mapping[str, Any]) -> str:
    """The other manager's name from ``conflict with "NAME" using API``."""
    parts = str(cause.get("message", "")).split('"')
    return parts[1] if len(parts) > 2 else str(cause.get("message"))


def _passing(status: int, message: str, what: str, retry_after: str | None) -> Fault:
    if "failed calling webhook" in message:
        return TransientFault(
            f"webhook-refused: {what}: {message}",
            hint="is the webhook's service running?",
            retry_after=_RESTART,
        )
    seconds = float(retry_after) if retry_after is not None and retry_after.isdigit() else None
    hint = "the cluster has too much to do" if status == 429 else None
    return TransientFault(f"{what}: {message}", retry_after=seconds, hint=hint)


def _invalid(status: int, message: str, details: Mapping[str, Any], what: str) -> Refused:
    if "admission webhook" in message or "ValidatingAdmissionPolicy" in message:
        return _webhook(status, message, details, what)
    if "immutable" in message or "updates to statefulset spec" in message:
        return Refused(
            f"field-immutable: {what}: {message}",
            status=status,
            details=details,
            hint="plan again: it has to be replaced",
        )
    return Refused(f"manifest-refused: {what}: {message}", status=status, details=details)


def _webhook(status: int, message: str, details: Mapping[str, Any], what: str) -> Refused:
    return Refused(
        f"webhook-refused: {what}: {message}",
        status=status,
        details=details,
        hint="change the manifest as the cluster's own rule asks",
    )


def _status(body: bytes) -> Mapping[str, Any]:
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    return found if is_map(found) else {}


def _text(body: bytes) -> str:
    return body.decode("utf-8", "replace").strip()[:300]


def _reason(error: Exception) -> str:
    """The innermost words of a library that wraps errors in errors."""
    inner: BaseException = error
    while True:
        deeper = getattr(inner, "reason", None) or inner.__cause__
        if not isinstance(deeper, BaseException) or deeper is inner:
            break
        inner = deeper
    text = str(inner)
    return text.rpartition(">: ")[2] or type(inner).__name__
