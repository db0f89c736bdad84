"""The schemas of kinds: those that the cluster publishes (OpenAPI v3), kept in a cache, and those of definitions."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import orjson

from ....graph.narrow import is_list, is_map
from ...sdk import Fault
from .checking import Schema, misfits
from .cluster import Cluster
from .objects import Object, part, parts
from .wanted import Wanted

_MOST = 5


class Schemas:
    """What is known of kinds. ``cluster`` is None where it is not in reach; what it published before counts then."""

    def __init__(self, server: str, cluster: Cluster | None, manifests: Iterable[Object] = ()) -> None:
        self._folder = _cache() / hashlib.sha256(server.encode()).hexdigest()[:16]
        self._cluster = cluster
        self._index: Mapping[str, Any] | None = None
        self._documents: dict[str, Mapping[str, Schema] | None] = {}
        self._defined = _definitions(manifests)

    def problem(self, item: Wanted) -> tuple[bool, str | None]:
        """Whether there is a schema, and what does not fit it as the text of a refusal."""
        version, kind = item.identity.api_version, item.kind
        own = self._defined.get((version, kind))
        schemas = {} if own is not None else self._of(version) or {}
        schema = own if own is not None else _of_kind(schemas, version, kind)
        if schema is None:
            return False, None
        written = {name: value for name, value in item.body.items() if name not in _ENVELOPE}
        found = list(misfits(_body(schema), written, schemas))
        if not found:
            return True, None
        more = f"; and {len(found) - _MOST} more" if len(found) > _MOST else ""
        return True, f"manifest-refused: {item.identity}: {'; '.join(found[:_MOST])}{more}"

    def _of(self, version: str) -> Mapping[str, Schema] | None:
        if version not in self._documents:
            self._documents[version] = self._load(version)
        return self._documents[version]

    def _load(self, version: str) -> Mapping[str, Schema] | None:
        path = self._folder / f"{version.replace('/', '_')}.json"
        kept = _read(path)
        recorded: Mapping[str, Schema] | None = kept["schemas"] if kept else None
        if self._cluster is None:
            return recorded
        address = self._address(self._cluster, version)
        if address is None:
            return None
        if kept and kept.get("address") == address:
            return recorded
        with contextlib.suppress(Fault):
            said = self._cluster.ask("GET", address, f"the schemas of {version}")
            schemas: Mapping[str, Schema] = _bare(part(part(said, "components"), "schemas"))
            _write(path, {"address": address, "schemas": schemas})
            return schemas
        return None

    def _address(self, cluster: Cluster, version: str) -> str | None:
        """Where the cluster publishes a version; it changes with the content."""
        if self._index is None:
            self._index = {}
            with contextlib.suppress(Fault):
                self._index = part(cluster.ask("GET", "/openapi/v3", "the published schemas"), "paths")
        place = f"apis/{version}" if "/" in version else f"api/{version}"
        address = part(self._index, place).get("serverRelativeURL")
        return address if isinstance(address, str) else None


_ENVELOPE = ("apiVersion", "kind", "status")


def _body(schema: Schema) -> Schema:
    """The schema without what every object has; metadata of custom kinds are open."""
    asked = schema.get("required")
    required = [name for name in asked if name not in _ENVELOPE] if is_list(asked) else []
    properties = {"metadata": {"type": "object"}, **part(schema, "properties")}
    return {**schema, "required": required, "properties": properties}


def _of_kind(schemas: Mapping[str, Schema], version: str, kind: str) -> Schema | None:
    group, _, name = version.rpartition("/")
    wanted = {"group": group, "version": name, "kind": kind}
    return next((s for s in schemas.values() if wanted in parts(s, "x-kubernetes-group-version-kind")), None)


def _definitions(manifests: Iterable[Object]) -> dict[tuple[str, str], Schema]:
    """The schemas of the kinds that definitions among the manifests add."""
    found: dict[tuple[str, str], Schema] = {}
    for manifest in manifests:
        if manifest.get("kind") != "CustomResourceDefinition":
            continue
        spec = part(manifest, "spec")
        for version in parts(spec, "versions"):
            schema = part(part(version, "schema"), "openAPIV3Schema")
            if schema:
                key = f"{spec.get('group')}/{version.get('name')}", str(part(spec, "names").get("kind"))
                found[key] = schema
    return found


def _bare(value: Any) -> Any:
    """Without the descriptions, which are most of it; a property of that name is a map, and stays."""
    if is_map(value):
        return {
            n: _bare(v) for n, v in value.items() if not (n in ("description", "default") and not is_map(v))
        }
    return [_bare(item) for item in value] if is_list(value) else value


def _cache() -> Path:
    named = os.environ.get("XDG_CACHE_HOME") or str(Path(os.environ.get("HOME", "/")) / ".cache")
    return Path(named) / "bakehouse" / "openapi"


def _read(path: Path) -> Mapping[str, Any] | None:
    try:
        found: Any = orjson.loads(path.read_bytes())
    except (OSError, orjson.JSONDecodeError):
        return None
    return found if is_map(found) and is_map(found.get("schemas")) else None


def _write(path: Path, content: Mapping[str, Any]) -> None:
    """Whole or not at all; what cannot be kept is asked for again."""
    with contextlib.suppress(OSError):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as draft:
            draft.write(orjson.dumps(content))
        Path(draft.name).replace(path)
