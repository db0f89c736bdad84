"""Volumes of a pod: its files, and what resources of type ``volume`` give."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct, field

from .....graph.fingerprint import digest_bytes
from .....graph.narrow import is_map
from .....graph.values import Unknown, Value
from ....faults import PermanentFault
from .contents import Contents

_FOREIGN = re.compile(r"[^a-z0-9-]+")
_LONGEST = 40
"""Characters of a resource's name in the name of its volume, which has 63 at most."""


class Volumes(Struct):
    """Filled as containers are rendered. Containers that mount one resource share one volume.

    A volume is called after its resource, so that the claim made for it, and the data there, stay with that resource
    whatever else is mounted.
    """

    workload: str
    files: dict[str, dict[str, int]] = field(default_factory=dict[str, dict[str, int]])
    _sources: dict[str, Value] = field(default_factory=dict[str, Value])

    def add_file(self, volume: str, key: str, mode: int) -> None:
        """A file of the ConfigMap or Secret behind a volume, with its mode."""
        self.files.setdefault(volume, {})[key] = mode

    def mounts(self, asked: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        """The mounts of a container."""
        for target, body in sorted(asked.items()):
            name = self._name(str(body.get("source") or target))
            self._sources[name] = body.get("volume")
            mount: dict[str, Any] = {"name": name, "mountPath": target}
            if body.get("path"):
                mount["subPath"] = body["path"]
            if body.get("readOnly"):
                mount["readOnly"] = True
            yield mount

    def of_pod(self, contents: Contents, *, claimed: bool) -> list[dict[str, Any]]:
        """The volumes of the pod; ``claimed`` says that templates of a StatefulSet stand for those with a claim."""
        found = [self._of_files(name, contents) for name in sorted(self.files)]
        for name, source in self._sources.items():
            claim = _claim(source)
            if claim is None:
                found.append({"name": name, **_source(source)})
            elif not claimed:
                found.append(
                    {"name": name, "persistentVolumeClaim": {"claimName": f"{self.workload}-{name}"}}
                )
        return found

    def claims(self) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Name and spec of each volume that asks for a claim of its own."""
        for name, source in self._sources.items():
            claim = _claim(source)
            if claim is not None:
                yield name, claim

    def _name(self, resource: str) -> str:
        """What the volume of a resource is called; part of a digest tells apart what comes to the same letters."""
        own = resource.removeprefix(f"{self.workload}.")
        plain = _FOREIGN.sub("-", own.lower()).strip("-")[:_LONGEST].rstrip("-")
        mark = "" if plain == own else f"-{digest_bytes(resource.encode())[:6]}"
        return f"volume-{plain}{mark}"

    def _of_files(self, name: str, contents: Contents) -> dict[str, Any]:
        items = [{"key": key, "path": key, "mode": mode} for key, mode in sorted(self.files[name].items())]
        if name == "files":
            return {"name": name, "configMap": {"name": contents.config_name, "items": items}}
        return {"name": name, "secret": {"secretName": contents.secret_name, "items": items}}


def _claim(source: Value) -> Mapping[str, Any] | None:
    claim: Any = source.get("claimSpec") if is_map(source) else None
    return claim if is_map(claim) else None


def _source(source: Value) -> Mapping[str, Any]:
    """What stands behind a volume: a source as Kubernetes writes it, or the name of a claim."""
    given: Any = source.get("source") if is_map(source) else source
    if is_map(given):
        return given
    if isinstance(given, str | Unknown):
        return {"persistentVolumeClaim": {"claimName": given}}
    raise PermanentFault(
        "a volume has neither source nor claimSpec",
        hint="its definition gives source (a claim's name, or a source such as {emptyDir: {}}) or claimSpec",
    )
