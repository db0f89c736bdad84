"""What a workload's pods read: one ConfigMap and one Secret, filled as its containers are rendered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct, field

from .....graph.fingerprint import digest
from .....graph.values import Secret, Text, Unknown, Value, fill, has_secret, leaves
from .naming import Named, key_of


class Contents(Struct):
    """Values by their keys: plain ones and those that are, or hold, a secret."""

    named: Named
    texts: dict[str, Value] = field(default_factory=dict[str, Value])
    binaries: dict[str, str] = field(default_factory=dict[str, str])
    secrets: dict[str, Value] = field(default_factory=dict[str, Value])

    @property
    def config_name(self) -> str:
        """The name of the ConfigMap."""
        return f"{self.named.workload}-files"

    @property
    def secret_name(self) -> str:
        """The name of the Secret."""
        return f"{self.named.workload}-secrets"

    def keep_secret(self, value: Value, *parts: str) -> str:
        """Put a value into the Secret; its key."""
        key = key_of(*parts)
        self.secrets[key] = value
        return key

    def keep_file(self, body: Mapping[str, Any], *parts: str) -> tuple[bool, str]:
        """Put the content of a file where it belongs: whether that is the Secret, and its key."""
        key = key_of(*parts)
        if "binaryContent" in body:
            self.binaries[key] = str(body["binaryContent"])
            return False, key
        content = as_text(body.get("content", ""))
        if has_secret(content):
            self.secrets[key] = content
            return True, key
        self.texts[key] = content
        return False, key

    def manifests(self) -> list[dict[str, Any]]:
        """The ConfigMap and the Secret, as far as they hold anything."""
        found: list[dict[str, Any]] = []
        if self.texts or self.binaries:
            parts = {"data": self.texts, "binaryData": self.binaries}
            found.append(self._object("ConfigMap", self.config_name, parts))
        if self.secrets:
            found.append(self._object("Secret", self.secret_name, {"stringData": self.secrets}))
        return found

    def checksum(self) -> Value:
        """What changes whenever a pod would read something else; unknown while any of it is.

        Of secrets the references and versions are taken, never the values.
        """
        everything = [self.texts, self.binaries, self.secrets]
        coming = next((leaf for leaf in leaves(everything) if isinstance(leaf, Unknown)), None)
        if coming is not None:
            return Text((Unknown(coming.source, coming.path, "string"),))
        return digest(fill(everything, _version))[:16]

    def _object(self, kind: str, name: str, parts: Mapping[str, Any]) -> dict[str, Any]:
        meta = {"name": name, "labels": self.named.labels}
        return {"apiVersion": "v1", "kind": kind, "metadata": meta, **{k: v for k, v in parts.items() if v}}


def as_text(value: Value) -> Value:
    """A value as the text that a variable or file holds; what is not known stays a leaf inside text."""
    if isinstance(value, str | Text | Secret):
        return value
    if isinstance(value, Unknown):
        return value if value.type == "string" else Text((value,))
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _version(leaf: Unknown | Secret) -> Value:
    return f"{leaf.store}:{leaf.ref}@{leaf.version}" if isinstance(leaf, Secret) else leaf
