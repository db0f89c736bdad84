"""The typed resource dependency graph: what one application needs in one environment, and how it is met."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from msgspec import Struct, field

from .address import Address
from .application import Environment
from .dag import Dag
from .diagnostics import Diagnostic, Place
from .types import OutputField
from .values import Value


class Edge(Struct, frozen=True):
    """``source`` depends on ``target``.

    ``uses`` lists which output of the target feeds which input of the source, as dotted paths
    ``(input, output)``; it is empty for an order-only edge. ``why`` says in words what made the edge.
    """

    source: Address
    target: Address
    uses: tuple[tuple[str, str], ...] = ()
    why: str = ""
    place: Place | None = None


class Asking(Struct, frozen=True):
    """One thing that asked for a resource: a line of a file, or the definition of ``owner``; ``why`` says it in words."""

    why: str
    place: Place | None = None
    owner: Address | None = None


class ProfileUse(Struct, frozen=True):
    """A profile that matches a workload, with the criterion that did and its rank.

    ``sets`` are the dotted paths that its defaults give; ``patches`` counts its patches, and ``skipped`` says why they
    are not for what runs the workload, None where they are.
    """

    name: str
    layer: str
    place: Place | None
    criterion: Mapping[str, str]
    rank: tuple[int, ...]
    target: str | None = None
    sets: tuple[str, ...] = ()
    patches: int = 0
    skipped: str | None = None


class Candidate(Struct, frozen=True):
    """A definition that was looked at: which criterion matched with which rank, and why it lost (None: it won)."""

    definition: str
    layer: str
    place: Place | None
    criterion: Mapping[str, str] | None
    rank: tuple[int, ...] | None
    lost: str | None


class Connection(Struct, frozen=True):
    """A cluster, account or server that a driver works with; secrets in ``values`` are references."""

    name: str
    kind: str
    values: Mapping[str, Value]


class Definition(Struct, frozen=True):
    """The definition that meets a need, as far as plan and apply need it.

    ``digest`` is the sha256 of the canonical ``body`` (the ``spec`` as written); ``on_remove`` is what the
    definition or else the environment type says, or None; ``timeout`` is in seconds.
    """

    name: str
    layer: str
    body: Mapping[str, Any]
    digest: str
    place: Place | None = None
    on_remove: str | None = None
    create_first: bool = False
    timeout: float | None = None


class ResourceNode(Struct, frozen=True):
    """One resource: what it is, which definition and driver meet it, and with which inputs.

    In ``inputs`` a reference to another resource's output is an ``Unknown`` leaf. ``outputs`` maps the
    resource's outputs to expressions over the driver's own outputs, which stand as ``Unknown`` leaves with
    this node's address as source; None means that they are the same. ``fields`` are the outputs that others
    may use. ``causes`` are the places that asked for the resource; ``line_of`` finds the one that an input, named by
    its dotted path, comes from. ``asked_by`` says who asked, ``profiles`` what a workload got besides its file, the
    least specific first.
    """

    address: Address
    uid: str
    slug: str
    birth: int
    definition: Definition
    driver: str
    inputs: Mapping[str, Value]
    outputs: Mapping[str, Value] | None
    fields: Mapping[str, OutputField]
    edges: tuple[Edge, ...] = ()
    connection: Connection | None = None
    data_bearing: bool = False
    workload: str | None = None
    causes: tuple[Place, ...] = ()
    metadata: Mapping[str, Any] = field(default_factory=dict[str, Any])
    line_of: Callable[[str], Place | None] | None = None
    asked_by: tuple[Asking, ...] = ()
    profiles: tuple[ProfileUse, ...] = ()

    @property
    def depends_on(self) -> tuple[Address, ...]:
        """The addresses that this node depends on, in the order of its edges."""
        return tuple(dict.fromkeys(e.target for e in self.edges))


class ResourceGraph(Struct, frozen=True):
    """All resources of one application in one environment, in a deterministic topological order.

    ``trace`` answers the matching trace of an address, and ``rivals`` that part of it which holds for the address,
    one and the same tuple for all addresses that are matched alike. ``remarks`` are warnings and notices of the compile.
    ``images`` records, per ``WORKLOAD/CONTAINER``, the image and where it came from.
    """

    application: str
    environment: Environment
    nodes: Mapping[Address, ResourceNode]
    trace: Callable[[Address], tuple[Candidate, ...]]
    rivals: Callable[[Address], tuple[Candidate, ...]] = lambda address: ()
    remarks: tuple[Diagnostic, ...] = ()
    images: Mapping[str, tuple[str, str]] = field(default_factory=dict[str, tuple[str, str]])
    links: Mapping[str, str] = field(default_factory=dict[str, str])

    def __iter__(self) -> Iterator[ResourceNode]:
        return iter(self.nodes.values())

    def __len__(self) -> int:
        return len(self.nodes)

    def dag(self) -> Dag[Address]:
        """The dependencies between the addresses."""
        return Dag({n.address: n.depends_on for n in self})

    def edges(self) -> Iterator[Edge]:
        """All edges, in the order of the nodes."""
        for node in self:
            yield from node.edges
