"""Objects by what they are called, and manifests read into them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from msgspec import Struct

from ....graph.narrow import is_list, is_map
from ....graph.values import leaves
from ...sdk import PermanentFault

Object = Mapping[str, Any]
"""One object as the API reads and writes it."""


class Identity(Struct, frozen=True, order=True):
    """What an object is called. ``namespace`` is None for objects that belong to no namespace."""

    api_version: str
    kind: str
    namespace: str | None
    name: str

    @property
    def group(self) -> str:
        """The API group, empty for the core."""
        return self.api_version.rpartition("/")[0]

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What stays when a manifest moves to another version of its API."""
        return self.group, self.kind, self.namespace or "", self.name

    def __str__(self) -> str:
        return f"{self.kind} {self.name if self.namespace is None else f'{self.namespace}/{self.name}'}"

    def plain(self) -> dict[str, str | None]:
        """As data for records."""
        return {
            "apiVersion": self.api_version,
            "kind": self.kind,
            "namespace": self.namespace,
            "name": self.name,
        }


def identity(item: Mapping[str, Any]) -> Identity:
    """From the data of a record."""
    return Identity(item["apiVersion"], item["kind"], item["namespace"], item["name"])


def identities(private: Mapping[str, Any]) -> tuple[Identity, ...]:
    """The recorded set."""
    return tuple(identity(item) for item in private.get("objects", ()))


def recorded(objects: Iterable[Identity]) -> dict[str, Any]:
    """The set as private data, in an order of its own."""
    return {"objects": [found.plain() for found in sorted(set(objects), key=_order)]}


def _order(found: Identity) -> tuple[str, str, str, str]:
    return found.api_version, found.kind, found.namespace or "", found.name


def part(found: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """The map of this name inside ``found``, empty where there is none."""
    inner = found.get(name)
    return inner if is_map(inner) else {}


def parts(found: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """The maps in the list of this name inside ``found``, empty where there is none."""
    inner = found.get(name)
    return [item for item in inner if is_map(item)] if is_list(inner) else []


def metadata(manifest: Object) -> Mapping[str, Any]:
    """The metadata of an object, empty where it has none."""
    return part(manifest, "metadata")


def labels(found: Object) -> Mapping[str, str]:
    """The labels of an object."""
    return part(metadata(found), "labels")


def check(manifests: Sequence[Any]) -> None:
    """Raise :class:`PermanentFault` for the first manifest that cannot be one, whatever the cluster."""
    for index, manifest in enumerate(manifests):
        if not is_map(manifest):
            raise PermanentFault(f"manifest-refused: manifests[{index}] is no map")
        name = metadata(manifest).get("name")
        for what, value in (
            ("apiVersion", manifest.get("apiVersion")),
            ("kind", manifest.get("kind")),
            ("metadata.name", name),
        ):
            if leaves(value):
                continue
            if not isinstance(value, str) or not value:
                hint = (
                    "a name made by the server cannot be found again"
                    if metadata(manifest).get("generateName")
                    else None
                )
                raise PermanentFault(f"manifest-refused: manifests[{index}] has no {what}", hint=hint)
