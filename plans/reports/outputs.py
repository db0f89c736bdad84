"""The recorded outputs of an environment. Format version 1. Secrets stand as ``***``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ...graph.address import Address
from ...graph.diagnostics import Diagnostic, did_you_mean
from ...graph.errors import InvalidInput
from ...graph.values import Secret, Unknown, Value, display, fill, has_secret
from ..state.records import ResourceRecord, ResourceStatus
from ..state.store import Snapshot

_PUBLIC = frozenset({"dns", "route"})


def outputs(snapshot: Snapshot) -> dict[str, Any]:
    """Every resource that has outputs, by address, and the URLs among them."""
    return {
        "format": 1,
        "kind": "outputs",
        "application": snapshot.environment.application,
        "environment": snapshot.environment.name,
        "serial": snapshot.environment.serial,
        "resources": {str(a): display(r.outputs) for a, r in sorted(snapshot.resources.items()) if r.outputs},
        "urls": urls(snapshot),
    }


def urls(snapshot: Snapshot) -> list[dict[str, str]]:
    """Where people reach the application, sorted by address; each URL once.

    These are the outputs named ``url`` of routes and names; where there are none, of any resource.
    """
    found: dict[str, dict[str, str]] = {}
    for address, record in sorted(snapshot.resources.items()):
        url = url_of(record)
        if url is not None:
            found.setdefault(url.rstrip("/"), {"address": str(address), "type": address.type, "url": url})
    public = [u for u in found.values() if u["type"] in _PUBLIC]
    return [{"address": u["address"], "url": u["url"]} for u in public or found.values()]


def url_of(record: ResourceRecord) -> str | None:
    """The URL of one resource, if it has a usable one."""
    value: Any = _url(record.outputs) or _url(record.driver_outputs)
    if record.status is not ResourceStatus.READY or not isinstance(value, str) or has_secret(value):
        return None
    return value if value.startswith(("http://", "https://")) else None


def _url(values: Mapping[str, Any]) -> Any:
    return values.get("url")


def one(
    snapshot: Snapshot, address: str, output: str | None, reveal: Callable[[Secret], str] | None = None
) -> dict[str, Any]:
    """The outputs of one resource, or one of them; in clear only where ``reveal`` is given and ``output`` is named.

    Raises InvalidInput for what is not recorded.
    """
    record = snapshot.resources.get(Address.parse(address))
    if record is None:
        hint = did_you_mean(address, map(str, snapshot.resources), noun="recorded")
        raise InvalidInput(Diagnostic("unknown-address", f"there is no resource {address}", hint=hint))
    if output is None:
        found = {str(record.address): display(record.outputs)}
        return {**outputs(snapshot), "resources": found, "urls": []}
    if output not in record.outputs:
        message = f"{record.address} has no output '{output[:100]}'"
        hint = did_you_mean(output, record.outputs, noun="known")
        raise InvalidInput(Diagnostic("unknown-output", message, hint=hint))
    value = record.outputs[output]
    shown = display(value) if reveal is None else fill(value, lambda leaf: _clear(leaf, reveal))
    head = {"format": 1, "kind": "output", "address": str(record.address), "output": output}
    return {**head, "value": shown}


def _clear(leaf: Unknown | Secret, reveal: Callable[[Secret], str]) -> Value:
    return leaf if isinstance(leaf, Unknown) else reveal(leaf)
