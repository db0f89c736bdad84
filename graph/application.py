"""The developer's side: an application, its workloads, and what they ask for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from msgspec import Struct, field

from .address import DEFAULT_CLASS
from .diagnostics import Diagnostic, Place


class Places(Protocol):
    """Finds the spot of a value in the file that it was read from."""

    def at(self, *path: str | int) -> Place:
        """The place of the value at ``path``, or of its nearest existing ancestor."""
        ...


class ResourceRequest(Struct, frozen=True):
    """A need as declared: ``postgres`` of class ``default``, with params that may hold placeholders as text.

    ``workload`` is None for a resource of the application itself (``spec.shared``). ``id`` is what was
    written, or None. Equal requests of two workloads with one id are one resource.
    """

    name: str
    type: str
    workload: str | None
    class_: str = DEFAULT_CLASS
    id: str | None = None
    params: Mapping[str, Any] = field(default_factory=dict[str, Any])
    metadata: Mapping[str, Any] = field(default_factory=dict[str, Any])
    place: Place | None = None
    places: Places | None = None
    """Positions relative to the resource: ``places.at("params", "x")``."""


class Workload(Struct, frozen=True):
    """One Score file after its list forms were upgraded and its file sources read.

    ``metadata``, ``service`` and ``containers`` are the plain data of the file (Score specification), with
    defaults left out; file contents stand under ``content`` or ``binaryContent`` and never under ``source``.
    ``folder`` is the Score file's folder relative to the application's root, in POSIX form.
    """

    name: str
    metadata: Mapping[str, Any]
    containers: Mapping[str, Any]
    service: Mapping[str, Any]
    resources: Mapping[str, ResourceRequest]
    file: str
    folder: str
    places: Places

    @property
    def annotations(self) -> Mapping[str, str]:
        """The workload's annotations."""
        found: Mapping[str, str] = self.metadata.get("annotations", {})
        return found

    @property
    def class_(self) -> str:
        """The resource class of the workload's node: annotation ``bakehouse.dev/class``."""
        return self.annotations.get("bakehouse.dev/class", DEFAULT_CLASS)

    @property
    def ports(self) -> Mapping[str, Mapping[str, Any]]:
        """The declared service ports by name."""
        found: Mapping[str, Mapping[str, Any]] = self.service.get("ports", {})
        return found


class Application(Struct, frozen=True):
    """Everything that the developers wrote: workloads by name and shared resources by name.

    ``platform`` is the catalog source as written, with its place; ``moved``, ``adopt`` and ``links`` are as
    written in ``bakehouse.yaml``. ``sources`` maps every file read to its bytes, for the snapshot. ``overrides``
    names what was laid upon the Score files for this run. ``remarks`` are the warnings and notices of the reading.
    """

    name: str
    workloads: Mapping[str, Workload]
    shared: Mapping[str, ResourceRequest] = field(default_factory=dict[str, ResourceRequest])
    platform: str | None = None
    moved: tuple[Mapping[str, str], ...] = ()
    adopt: tuple[Mapping[str, str], ...] = ()
    links: Mapping[str, str] = field(default_factory=dict[str, str])
    sources: Mapping[str, bytes] = field(default_factory=dict[str, bytes])
    overrides: tuple[str, ...] = ()
    place: Place | None = None
    places: Places | None = None
    remarks: tuple[Diagnostic, ...] = ()


class Environment(Struct, frozen=True):
    """Where an application is to run.

    ``uid`` is minted once; ``variables`` are the values set for this environment; ``images`` pins images by
    ``WORKLOAD/CONTAINER``; ``expires`` is an ISO 8601 instant or None. ``slug`` is what it is called in other systems where
    it was renamed since it was made.
    """

    name: str
    type: str
    uid: str
    variables: Mapping[str, Any] = field(default_factory=dict[str, Any])
    images: Mapping[str, str] = field(default_factory=dict[str, str])
    expires: str | None = None
    paused: bool = False
    slug: str | None = None

    @property
    def ephemeral(self) -> bool:
        """Whether the environment was created with an expiry."""
        return self.expires is not None
