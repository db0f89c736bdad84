"""Values as plain JSON for what is stored: plans, state, snapshots; and back.

``{"$unknown": {from, path, type}}``, ``{"$secret": {store, ref}, "version": v}`` and ``{"$text": [...]}`` stand
for the leaves; a map of the user's that has a key starting with ``$`` is written as ``{"$map": [[key, value], …]}``.
"""

from __future__ import annotations

from typing import Any

from .address import Address
from .narrow import is_list, is_map
from .values import Secret, Text, Unknown, Value


def encode(value: Value) -> Any:
    """Plain JSON that :func:`decode` turns back into an equal value."""
    if value is None or isinstance(value, str | int | float):
        return value
    if is_map(value):
        if any(k.startswith("$") for k in value):
            return {"$map": [[k, encode(v)] for k, v in sorted(value.items())]}
        return {k: encode(v) for k, v in value.items()}
    if is_list(value):
        return [encode(v) for v in value]
    return _leaf(value)


def _leaf(value: Value) -> dict[str, Any]:
    if isinstance(value, Unknown):
        body: dict[str, Any] = {"from": str(value.source), "path": list(value.path), "type": value.type}
        return {"$unknown": {**body, "secret": True} if value.secret else body}
    if isinstance(value, Secret):
        return {"$secret": {"store": value.store, "ref": value.ref}, "version": value.version}
    if isinstance(value, Text):
        return {"$text": [p if isinstance(p, str) else _leaf(p) for p in value.parts]}
    raise TypeError(f"{type(value).__name__} is no value")


def decode(data: Any) -> Value:
    """The value that :func:`encode` wrote; raises KeyError, TypeError or ValueError for anything else."""
    if is_list(data):
        return [decode(v) for v in data]
    if not is_map(data):
        return data
    if len(data) <= 2:
        if "$unknown" in data:
            body = data["$unknown"]
            return Unknown(
                Address.parse(body["from"]), tuple(body["path"]), body["type"], body.get("secret", False)
            )
        if "$secret" in data:
            return Secret(data["$secret"]["store"], data["$secret"]["ref"], data["version"])
        if "$text" in data:
            return Text(tuple(p if isinstance(p, str) else decode(p) for p in data["$text"]))
        if "$map" in data:
            return {k: decode(v) for k, v in data["$map"]}
    return {k: decode(v) for k, v in data.items()}
