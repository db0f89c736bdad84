"""A catalog as it is asked: layers, nearest first."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import TypeVar

from msgspec import Struct, field

from ...graph.diagnostics import Diagnostic
from ...graph.types import ResourceType
from .elsewhere import StaysElsewhere
from .kinds import ConnectionKind, EnvironmentType, Platform, ResourceDefinition, Template, WorkloadProfile
from .snapshot import OWN_ORIGINS, LayerFiles, Snapshot

T = TypeVar("T")


class Layer(Struct, frozen=True, dict=True):
    """What one folder of platform files declares, by name."""

    name: str
    platform: Platform | None = None
    types: Mapping[str, ResourceType] = field(default_factory=dict[str, ResourceType])
    definitions: Mapping[str, ResourceDefinition] = field(default_factory=dict[str, ResourceDefinition])
    environment_types: Mapping[str, EnvironmentType] = field(default_factory=dict[str, EnvironmentType])
    profiles: Mapping[str, WorkloadProfile] = field(default_factory=dict[str, WorkloadProfile])
    connections: Mapping[str, ConnectionKind] = field(default_factory=dict[str, ConnectionKind])
    templates: Mapping[str, Template] = field(default_factory=dict[str, Template])

    @cached_property
    def by_type(self) -> Mapping[str, tuple[ResourceDefinition, ...]]:
        """The definitions by the type that they meet, sorted by name."""
        found: dict[str, list[ResourceDefinition]] = {}
        for name in sorted(self.definitions):
            found.setdefault(self.definitions[name].type, []).append(self.definitions[name])
        return {type_: tuple(definitions) for type_, definitions in found.items()}


class Catalog(Struct, frozen=True, dict=True):
    """The platform's side: the organisation's own layer, its packs, the built-in types.

    A name that several layers declare is answered by the nearest. ``remarks`` are the warnings and notices of
    reading; a catalog with errors is never made.
    """

    layers: tuple[Layer, ...]
    snapshot: Snapshot
    remarks: tuple[Diagnostic, ...] = ()

    @property
    def revision(self) -> str:
        """What this state of the catalog is called.

        The commit of its own layer (``COMMIT`` or ``COMMIT:FOLDER``) where commits hold all its files;
        ``dirty:DIGEST`` where they do not; ``built-in:DIGEST`` where nothing but what is built in is used.
        """
        own = [files.revision for files in self.snapshot.layers if files.origin in OWN_ORIGINS]
        if own and own[0] is not None and None not in own:
            return own[0]
        return f"{'dirty' if own else 'built-in'}:{self.snapshot.digest}"

    @property
    def is_committed(self) -> bool:
        """Whether this very catalog can be read again from commits, or is built in."""
        return not self.revision.startswith("dirty:")

    @property
    def is_built_in(self) -> bool:
        """Whether nothing but what is built in is used, because nobody named a catalog."""
        return not any(files.origin in OWN_ORIGINS for files in self.snapshot.layers)

    @property
    def organization(self) -> str | None:
        """The organisation that kind ``Platform`` names, or None without one."""
        return next((n.platform.organization for n in self.layers if n.platform), None)

    def type(self, name: str) -> ResourceType | None:
        """The resource type of this name."""
        return self._types.get(name)

    def types(self) -> tuple[ResourceType, ...]:
        """All resource types, sorted by name."""
        return tuple(self._types[name] for name in sorted(self._types))

    def environment_type(self, name: str) -> EnvironmentType | None:
        """The environment type of this name."""
        return self._environment_types.get(name)

    def environment_types(self) -> tuple[EnvironmentType, ...]:
        """All environment types in their order, then by name."""
        return tuple(sorted(self._environment_types.values(), key=lambda t: (t.order, t.name)))

    def connection(self, name: str) -> ConnectionKind | None:
        """The connection of this name."""
        return next((n.connections[name] for n in self.layers if name in n.connections), None)

    def connections(self) -> tuple[ConnectionKind, ...]:
        """All connections, sorted by name."""
        found = {name: c for n in reversed(self.layers) for name, c in n.connections.items()}
        return tuple(found[name] for name in sorted(found))

    def templates(self) -> tuple[Template, ...]:
        """All templates, sorted by name."""
        found = _nearest(n.templates for n in self.layers)
        return tuple(found[name] for name in sorted(found))

    def files_of(self, template: Template) -> LayerFiles:
        """The files of the layer that a template comes from."""
        return next(
            f
            for n, f in zip(self.layers, self.snapshot.layers, strict=True)
            if n.templates.get(template.name) is template
        )

    def folder_of(self, definition: ResourceDefinition, text: str) -> tuple[str, Mapping[str, bytes]]:
        """The folder that ``text`` names relative to a definition's file: its path in the layer, and its files by theirs."""
        layer = self._layer_of(definition)
        path = posixpath.normpath(posixpath.join(posixpath.dirname(layer.inner(definition.place.file)), text))
        start = f"{path}/"
        found = {p.removeprefix(start): c for p, c in layer.files.items() if p.startswith(start)}
        return path, found

    def folder_elsewhere(self, definition: ResourceDefinition, location: str) -> Mapping[str, bytes] | None:
        """The files of the folder at an address, by their paths; None where nothing is known of it.

        A catalog that comes from a repository names none of this machine. Raises as :meth:`Elsewhere.folder`.
        """
        if self._layer_of(definition).origin == "git" and "file://" in location:
            raise StaysElsewhere("a catalog from a repository names one of this machine")
        return self.snapshot.elsewhere.folder(location)

    def folders_beside(self, definition: ResourceDefinition) -> tuple[str, ...]:
        """The folders of a definition's layer, as its file would name them."""
        layer = self._layer_of(definition)
        base = posixpath.dirname(layer.inner(definition.place.file)) or "."
        found = {posixpath.relpath(posixpath.dirname(path) or ".", base) for path in layer.files}
        return tuple(sorted(f if f.startswith("../") else f"./{f}" for f in found if f not in (".", "..")))

    def _layer_of(self, definition: ResourceDefinition) -> LayerFiles:
        return next(
            files
            for layer, files in zip(self.layers, self.snapshot.layers, strict=True)
            if layer.definitions.get(definition.name) is definition
        )

    def definitions(self, type_: str | None = None) -> Iterator[ResourceDefinition]:
        """The definitions (of one type), nearest layer first, by name."""
        for layer in self.layers:
            known = layer.by_type
            for found in sorted(known) if type_ is None else (type_,):
                yield from known.get(found, ())

    def profiles(self) -> Iterator[tuple[int, WorkloadProfile]]:
        """Every workload profile with the number of its layer, nearest first, by name."""
        for number, layer in enumerate(self.layers):
            for name in sorted(layer.profiles):
                yield number, layer.profiles[name]

    @cached_property
    def _types(self) -> Mapping[str, ResourceType]:
        return _nearest(n.types for n in self.layers)

    @cached_property
    def _environment_types(self) -> Mapping[str, EnvironmentType]:
        return _nearest(n.environment_types for n in self.layers)


def _nearest(maps: Iterable[Mapping[str, T]]) -> dict[str, T]:
    found: dict[str, T] = {}
    for declared in maps:
        for name, item in declared.items():
            found.setdefault(name, item)
    return found
