"""The graph while it grows: what the steps of a compile share and add to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct, field

from ..graph.address import Address
from ..graph.application import Places, Workload
from ..graph.diagnostics import Diagnostic, Place
from ..graph.identity import Identity
from ..graph.resources import ProfileUse
from ..graph.values import Value
from .match import Matcher
from .once import Once
from .positions import pointer
from .profiles import Origin
from .recipe import Recipe
from .recipes import Recipes
from .render import Path, Unresolved
from .request import Request
from .surroundings import Surroundings
from .view import View


class Declaration(Struct, eq=False):
    """One place that asks for a resource: a workload, the application, or the definition of ``owner``.

    ``places`` answers for the params, relative to what declares them.
    """

    name: str
    why: str
    params: Mapping[str, Any]
    metadata: Mapping[str, Any]
    place: Place | None
    places: Places | None
    workload: str | None = None
    owner: DraftNode | None = None
    params_path: Path = ("params",)


class DraftEdge(Struct, eq=False):
    """That one node depends on another: the first reason that was found."""

    why: str
    place: Place | None


class DraftNode(Struct, eq=False):
    """A resource that is being compiled. ``recipe`` is None where nothing meets it; that was told already."""

    address: Address
    identity: Identity
    depth: int
    declarations: list[Declaration] = field(default_factory=list[Declaration])
    recipe: Recipe | None = None
    dependencies: dict[str, Address] = field(default_factory=dict[str, Address])
    edges: dict[Address, DraftEdge] = field(default_factory=dict[Address, DraftEdge])
    endpoint_of: str | None = None
    params: dict[str, Value] = field(default_factory=dict[str, Value])
    params_from: Declaration | None = None
    inputs: Mapping[str, Value] = field(default_factory=dict[str, Value])
    outputs: Mapping[str, Value] | None = None

    @property
    def place(self) -> Place | None:
        """Where the resource was first asked for."""
        return self.declarations[0].place if self.declarations else None

    def param_place(self, *path: str | int) -> Place | None:
        """Where a param was given, or where the resource was asked for if nobody gave any."""
        given = self.params_from
        if given is None or given.places is None:
            return (given or self.declarations[0]).place
        return given.places.at(*given.params_path, *path)

    @property
    def workload(self) -> str | None:
        """The workload that asked for it, where exactly one did."""
        found = {d.workload for d in self.declarations if d.owner is None}
        return found.pop() if len(found) == 1 else None

    @property
    def metadata(self) -> Mapping[str, Any]:
        """The first metadata that came with a declaration."""
        for declaration in self.declarations:
            if declaration.metadata:
                return declaration.metadata
        return {}

    def link(self, target: Address, why: str, place: Place | None) -> None:
        """Depend on ``target``; a second reason for the same edge changes nothing."""
        if target not in self.edges:
            self.edges[target] = DraftEdge(why, place)

    def chain(self) -> list[Address]:
        """The node and those whose definitions asked for it, from the first request down."""
        found: list[Address] = []
        node: DraftNode | None = self
        while node is not None and len(found) < 200:
            found.append(node.address)
            node = node.declarations[0].owner if node.declarations else None
        return found[::-1]


class Draft(Struct, eq=False):
    """One compile under way. Steps read and extend it; nothing outside a compile ever sees it.

    ``workloads`` are the workloads as they will run, after profiles; ``origins`` says which of their parts a profile
    gave, ``profiles`` holds the patches, and ``uses`` tells of both; ``names`` leads from a declarer (a workload,
    or None for the application) and the name of a resource there to its address. ``example`` says that it is no
    application's, but one definition tried alone.
    """

    request: Request
    surroundings: Surroundings
    matcher: Matcher
    recipes: Recipes
    findings: Once
    workloads: dict[str, Workload] = field(default_factory=dict[str, Workload])
    profiles: dict[str, list[dict[str, Any]]] = field(default_factory=dict[str, list[dict[str, Any]]])
    uses: dict[Address, tuple[ProfileUse, ...]] = field(default_factory=dict[Address, tuple[ProfileUse, ...]])
    origins: dict[str, dict[Path, Origin]] = field(default_factory=dict[str, dict[Path, Origin]])
    images: dict[str, tuple[str, str]] = field(default_factory=dict[str, tuple[str, str]])
    nodes: dict[Address, DraftNode] = field(default_factory=dict[Address, DraftNode])
    view: View = field(default_factory=View)
    names: dict[str | None, dict[str, Address]] = field(default_factory=dict[str | None, dict[str, Address]])
    example: bool = False

    def unresolved(
        self, problem: Unresolved, node: DraftNode | None, places: Places | None, path: Path
    ) -> None:
        """Keep what is wrong with a placeholder that stands at ``path`` of something with ``places``."""
        where = places.at(*path) if places else node.place if node else None
        self.findings.add(
            Diagnostic(
                problem.code,
                problem.message,
                place=where,
                pointer=pointer(path) if places else None,
                address=str(node.address) if node else None,
                hint=problem.hint,
            )
        )

    def declare(self, address: Address, declaration: Declaration, depth: int = 0) -> DraftNode:
        """The node at an address, made where it is new, with one more declaration."""
        node = self.nodes.get(address)
        if node is None:
            node = self.nodes[address] = DraftNode(address, self.request.identities.of(address), depth)
        node.declarations.append(declaration)
        return node
