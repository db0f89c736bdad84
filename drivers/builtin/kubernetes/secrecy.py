"""Secrets in manifests: opened for kind Secret alone, and only to be applied."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

from ....graph.narrow import is_list, is_map
from ....graph.values import Secret, Text, Unknown, Value, fill, has_secret
from ...sdk import PermanentFault
from .objects import Object, part

_HOLDS = ("data", "stringData")


def is_secret(manifest: Object) -> bool:
    """Whether it is of the one kind that may hold secrets."""
    return manifest.get("kind") == "Secret" and manifest.get("apiVersion") == "v1"


def check_secrets(manifest: Object, what: str) -> None:
    """Raise :class:`PermanentFault` where a secret stands in a place that anybody with access to the cluster may read."""
    rest = {name: value for name, value in manifest.items() if not (is_secret(manifest) and name in _HOLDS)}
    found = _place(rest)
    if found is not None:
        raise PermanentFault(
            f"secret-in-manifest: {what}: {found} holds a secret",
            hint="put it into an object of kind Secret, and refer to that (secretKeyRef)",
        )


def opened(manifest: Object, reveal: Callable[[Secret], str]) -> Object:
    """The manifest with its secrets in clear, and with ``stringData`` as ``data``.

    As text it would be merged by the server into data that nobody owns, and never be removed again.
    """
    if not is_secret(manifest):
        return manifest

    def answer(leaf: Unknown | Secret) -> Value:
        return reveal(leaf) if isinstance(leaf, Secret) else leaf

    filled = {name: fill(value, answer) if name in _HOLDS else value for name, value in manifest.items()}
    return _as_data(filled, lambda text: base64.b64encode(text.encode()).decode())


def hollow(manifest: Object) -> Object:
    """The manifest as it may be shown and sent while planning: with the names of its secret data, and no value."""
    if not is_secret(manifest):
        return manifest
    names = [name for held in _HOLDS for name in part(manifest, held)]
    rest = {name: value for name, value in manifest.items() if name not in _HOLDS}
    return {**rest, **({"data": dict.fromkeys(names, "")} if names else {})}


def changed_keys(before: Object, after: Object) -> list[str]:
    """The names of secret data whose value or version differs between two manifests, references compared."""
    if not (is_secret(before) and is_secret(after)):
        return []
    old = {name: value for held in _HOLDS for name, value in part(before, held).items()}
    new = {name: value for held in _HOLDS for name, value in part(after, held).items()}
    return sorted(name for name in new.keys() & old.keys() if new[name] != old[name])


def _as_data(manifest: Object, encode: Callable[[str], str]) -> Object:
    texts = part(manifest, "stringData")
    if "stringData" not in manifest:
        return manifest
    rest = {name: value for name, value in manifest.items() if name != "stringData"}
    data = {**part(manifest, "data"), **{name: encode(str(value)) for name, value in texts.items()}}
    return {**rest, "data": data}


def _place(value: Any, path: str = "") -> str | None:
    """Where the first secret is, with dots."""
    if isinstance(value, Secret | Text | Unknown):
        return path if has_secret(value) else None
    if is_map(value):
        inner: list[tuple[str, Any]] = list(value.items())
    else:
        inner = [(str(index), item) for index, item in enumerate(value)] if is_list(value) else []
    for name, item in inner:
        found = _place(item, f"{path}.{name}" if path else name)
        if found is not None:
            return found
    return None
