"""Reads a catalog: the organisation's own folder, its packs, the built-in types."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from ...graph.diagnostics import Diagnostic, Findings, Severity, did_you_mean
from ...graph.errors import InvalidInput
from ...graph.narrow import is_map
from ...graph.types import ResourceType
from ..git import Mirrors
from ..report import FileFindings
from ..sealed import EncryptedFiles
from ..secrets import SecretRules
from ..source import Document, parse_all
from .elsewhere import Elsewhere
from .folder import counts
from .kinds import (
    ConnectionKind,
    EnvironmentType,
    Kind,
    Pack,
    Platform,
    ResourceDefinition,
    Template,
    WorkloadProfile,
)
from .layers import Catalog, Layer
from .reading import read_document
from .schemas import DATA
from .snapshot import LayerFiles, Snapshot
from .sources import Source, Sources, identity

LOCAL_PACK = "bakehouse/local"
"""The built-in pack for one machine: used when no catalog is set, or when it is listed."""

_BUILT_IN_PACKS: Mapping[str, Path] = {
    LOCAL_PACK: DATA / "local",
    "bakehouse/aws": DATA / "aws",
    "bakehouse/kubernetes": DATA / "kubernetes",
}
BUILT_IN_PACKS = frozenset(_BUILT_IN_PACKS)
"""The names of the packs that are built in, which are there to be overruled."""

_TYPES = "bakehouse"


def load_catalog(source: Source | None = None, mirrors: Mirrors | None = None) -> Catalog:
    """Read the catalog that lies at ``source``, or without one the pack for one machine.

    ``mirrors`` keep what comes from repositories; without them only folders can be read. Raises
    :class:`InvalidInput` with all problems of all files.
    """
    findings = Findings()
    own = list(_with_packs(source, Sources(mirrors), findings)) if source else [_built_in(LOCAL_PACK)]
    return _catalog(Snapshot((*own, _types()), Elsewhere(mirrors)), findings)


def load_catalog_from(files: Mapping[str, bytes]) -> Catalog:
    """Read a catalog again from what ``Snapshot.files`` gave, without any other file; raises as :func:`load_catalog`."""
    try:
        snapshot = Snapshot.of(files)
    except ValueError as problem:
        raise InvalidInput(Diagnostic("catalog-snapshot-unreadable", str(problem))) from None
    return _catalog(snapshot, Findings())


def _built_in(pack: str) -> LayerFiles:
    return LayerFiles(pack, pack, _data(_BUILT_IN_PACKS[pack]), origin=pack)


def _types() -> LayerFiles:
    return LayerFiles(_TYPES, f"{_TYPES}/types", _data(DATA / "types"), origin="types")


def _data(folder: Path) -> dict[str, bytes]:
    """Every file of a layer that ships with the program: its YAML, and the modules that its definitions name."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def _with_packs(source: Source, sources: Sources, findings: Findings) -> Iterator[LayerFiles]:
    """The catalog's own layer and after it, in order, the packs that it and they list, each once."""
    waiting: list[Source | str] = [source]
    seen: set[object] = set()
    while waiting:
        current = waiting.pop(0)
        key = current if isinstance(current, str) else identity(current)
        if key in seen:
            continue
        seen.add(key)
        if isinstance(current, str):
            yield _built_in(current)
            continue
        name, layer = sources.read(current, findings)
        platform = _platform(layer.files, layer.shown)
        yield replace(layer, name=platform.name if platform else name)
        packs = [_pack(p, current, sources, findings) for p in platform.packs] if platform else []
        waiting[0:0] = [p for p in packs if p is not None]


def _pack(pack: Pack, owner: Source, sources: Sources, findings: Findings) -> Source | str | None:
    if pack.source is None:
        if pack.name in _BUILT_IN_PACKS:
            return pack.name
        hint = did_you_mean(pack.name, _BUILT_IN_PACKS, noun="built-in packs") + "; others need a source"
        message = f"there is no built-in pack '{pack.name}'"
        findings.add(Diagnostic("unknown-pack", message, place=pack.place, hint=hint))
        return None
    try:
        return sources.pack(pack, owner)
    except InvalidInput as problem:
        findings.extend(problem.diagnostics)
        return None


def _platform(files: Mapping[str, bytes], shown: str) -> Platform | None:
    """The head of a layer, read ahead of all else; problems are told when the layer is read."""
    for path, content in files.items():
        if b"Platform" not in content or not counts(path):
            continue
        for document in _documents(content, f"{shown}/{path}", Findings()):
            if is_map(document.data) and document.data.get("kind") == "Platform":
                found = read_document(document, "", Findings())
                if isinstance(found, Platform):
                    return found
    return None


def _documents(content: bytes, shown: str, findings: Findings) -> tuple[Document, ...]:
    try:
        return parse_all(content, shown)
    except InvalidInput as problem:
        findings.extend(problem.diagnostics)
        return ()


def _catalog(snapshot: Snapshot, findings: Findings) -> Catalog:
    rules = SecretRules(EncryptedFiles(snapshot.nearest, snapshot.names))
    layers = tuple(_layer(files, rules, findings) for files in snapshot.layers)
    if findings.errors:
        raise InvalidInput(findings.errors)
    return Catalog(layers, snapshot, findings.remarks)


def _layer(files: LayerFiles, rules: SecretRules, findings: Findings) -> Layer:
    groups: dict[type[Any], dict[str, Any]] = {kind: {} for kind in _GROUPS}
    for path, content in files.files.items():
        if not counts(path):
            continue
        own = FileFindings(files.place(path))
        for document in _documents(content, files.place(path), own):
            kind = read_document(document, files.name, own, path.count("/"), rules)
            if isinstance(kind, ConnectionKind) and not files.binding:
                _not_binding(kind, own)
            elif kind is not None:
                _keep(kind, groups[type(kind)], own)
        findings.extend(own.all())
    platforms: dict[str, Platform] = groups[Platform]
    _one_head(list(platforms.values()), findings)
    return Layer(
        files.name,
        next(iter(platforms.values()), None),
        groups[ResourceType],
        groups[ResourceDefinition],
        groups[EnvironmentType],
        groups[WorkloadProfile],
        groups[ConnectionKind],
        groups[Template],
    )


_GROUPS = (
    Platform,
    ResourceType,
    ResourceDefinition,
    EnvironmentType,
    WorkloadProfile,
    ConnectionKind,
    Template,
)


def _keep(kind: Kind, group: dict[str, Any], findings: Findings) -> None:
    other = group.get(kind.name)
    if other is None:
        group[kind.name] = kind
        return
    message = f"the name '{kind.name}' is taken by {other.place}"
    findings.add(
        Diagnostic("duplicate-name", message, place=kind.place, hint="give one of them another name")
    )


def _one_head(platforms: list[Platform], findings: Findings) -> None:
    for extra in platforms[1:]:
        message = f"a catalog has one kind Platform, and {platforms[0].place} has it already"
        findings.add(Diagnostic("duplicate-platform", message, place=extra.place))


def _not_binding(kind: ConnectionKind, findings: Findings) -> None:
    findings.add(
        Diagnostic(
            "connection-not-read",
            f"connection '{kind.name}' is not read: this catalog was chosen by the application",
            Severity.NOTICE,
            place=kind.place,
            hint="connections count only in a catalog that the store names",
        )
    )
