"""From the files to the resource graph of one environment."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct, field
from msgspec.structs import replace

from ...graph.address import Address
from ...graph.application import Application, Environment
from ...graph.diagnostics import Diagnostic
from ...graph.errors import InvalidInput
from ...graph.identity import Identities, Identity
from ...graph.resources import ResourceGraph
from ...resolvers.catalog import Catalog
from ...resolvers.pipeline import Request, compile_graph
from ..moves import Move, Moves, after_classes, declared, entries_of, followed, misled, relocated, returned
from ..state.records import EnvironmentRecord
from ..state.store import Snapshot
from .images import images_for
from .restoring import Restored, seeded
from .workbench import Workbench


class Compiled(Struct, frozen=True):
    """What one environment is to be, and the recorded state that it was compiled against.

    ``snapshot`` is seen after the ``moves``, which nobody has carried out yet.
    """

    application: Application
    catalog: Catalog
    graph: ResourceGraph
    snapshot: Snapshot
    source: Restored
    read: str
    moves: Moves = field(default_factory=dict[Address, Move])

    @property
    def environment(self) -> EnvironmentRecord:
        """The environment as it was compiled: what is recorded, or what a rollback makes of it."""
        return self.source.environment


def compile_environment(
    bench: Workbench,
    environment: EnvironmentRecord,
    images: Mapping[str, str] | None = None,
    restored: Restored | None = None,
) -> Compiled:
    """Read the files, or take what was ``restored`` instead, and compile that.

    Raises InvalidInput with all problems, StateError.
    """
    read = bench.now()
    snapshot = bench.store.reader().snapshot(environment.uid)
    source = restored or seeded(bench, snapshot.environment) or _read(bench, snapshot.environment)
    entries, workloads = entries_of(source.application), source.application.workloads
    described = environment_of(source.environment)
    request = Request(
        application=source.application,
        catalog=source.catalog,
        environment=replace(described, images=followed(described.images, entries, workloads)),
        identities=identities_of(snapshot),
        drivers=bench.drivers,
        images=images or {},
        recorded_images=followed(source.images, entries, workloads),
        image_sources=followed(source.sources, entries, workloads),
    )
    graph, moves = compile_moved(request, snapshot)
    seen = relocated(snapshot, _places(moves))
    return Compiled(source.application, source.catalog, graph, seen, source, read, moves)


def _read(bench: Workbench, environment: EnvironmentRecord) -> Restored:
    """What the files say now, with the images that were recorded last, or that a new environment was given."""
    application = bench.application()
    catalog = bench.catalog(application, environment)
    found = images_for(bench.store.reader(), environment, catalog, application)
    images = {key: recorded.image for key, recorded in found.items()}
    sources = {key: recorded.source for key, recorded in found.items()}
    seed = environment.seed
    if seed is not None:
        images = {**seed.images, **images}
        sources = {**dict.fromkeys(seed.images, f"copied from {seed.environment}"), **sources}
    return Restored(application, catalog, environment, images, sources)


def compile_moved(request: Request, snapshot: Snapshot) -> tuple[ResourceGraph, Moves]:
    """The graph, in which what moved has the identity that it always had, and these moves.

    What went back to where it was born, or only changed its class, is seen once there is a graph. That and whatever else
    the graph shows of the moves is compiled again, because identities go into the values. Raises InvalidInput with all
    problems, among them those of the application's entries.
    """
    entries = entries_of(request.application)
    moves, problems = declared(entries, snapshot.resources, snapshot.environment.name)
    graph = _compiled(request, snapshot, moves, problems)
    led = returned(moves, snapshot.resources, graph.nodes, snapshot.environment.uid)
    final = after_classes(led, snapshot.resources, graph.nodes)
    problems = [*problems, *misled(entries, moves, final, graph.nodes)]
    if problems:
        raise InvalidInput(problems)
    if {m.source: m.target for m in moves.values()} != {m.source: m.target for m in final.values()}:
        graph = _compiled(request, snapshot, final, [])
    return graph, final


def _compiled(
    request: Request, snapshot: Snapshot, moves: Moves, problems: list[Diagnostic]
) -> ResourceGraph:
    seen = relocated(snapshot, _places(moves))
    try:
        return compile_graph(replace(request, identities=identities_of(seen)))
    except InvalidInput as error:
        raise type(error)((*problems, *error.diagnostics)) from None


def _places(moves: Moves) -> dict[Address, Address]:
    return {m.source: m.target for m in moves.values()}


def environment_of(record: EnvironmentRecord) -> Environment:
    """A registered environment as the graph sees it."""
    return Environment(
        name=record.name,
        type=record.type,
        uid=record.uid,
        variables=record.variables,
        images=record.images,
        expires=record.expires,
        paused=record.paused,
        slug=record.slug,
    )


def identities_of(snapshot: Snapshot) -> Identities:
    """Uids and slugs of what is recorded, and the birth counts for what is not."""
    return Identities(
        application=snapshot.environment.application,
        environment=snapshot.environment.name,
        environment_uid=snapshot.environment.uid,
        recorded={a: Identity(r.uid, r.slug, r.birth) for a, r in snapshot.resources.items()},
        births=snapshot.births,
    )
