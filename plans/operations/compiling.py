"""From the files to the resource graph of one environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ...graph.address import Address
from ...graph.application import Application, Environment
from ...graph.diagnostics import Diagnostic
from ...graph.errors import InvalidInput
from ...graph.identity import Identities, Identity
from ...graph.resources import ResourceGraph
from ...resolvers.catalog import Catalog
from ...resolvers.pipeline import Request, compile_graph
from ..moves import Move, Moves, after_classes, declared, entries_of, followed, misled, relocated
from ..state.records import EnvironmentRecord
from ..state.store import Snapshot
from .workbench import Workbench


@dataclass(frozen=True)
class Compiled:
    """What one environment is to be, and the recorded state that it was compiled against.

    ``snapshot`` is seen after the ``moves``, which nobody has carried out yet.
    """

    application: Application
    catalog: Catalog
    graph: ResourceGraph
    snapshot: Snapshot
    moves: Moves = field(default_factory=dict[Address, Move])


def compile_environment(
    bench: Workbench, environment: EnvironmentRecord, images: Mapping[str, str] | None = None
) -> Compiled:
    """Read the files and compile them; raises InvalidInput with all problems, StateError."""
    reader = bench.store.reader()
    snapshot = reader.snapshot(environment.uid)
    application = bench.application()
    catalog = bench.catalog(application, snapshot.environment)
    last = next((d for d in reader.deployments(environment.uid) if d.images), None)
    entries = entries_of(application)
    described = environment_of(snapshot.environment)
    request = Request(
        application=application,
        catalog=catalog,
        environment=replace(described, images=followed(described.images, entries, application.workloads)),
        identities=identities_of(snapshot),
        drivers=bench.drivers,
        images=images or {},
        recorded_images=followed(last.images if last is not None else {}, entries, application.workloads),
    )
    graph, moves = compile_moved(request, snapshot)
    return Compiled(application, catalog, graph, relocated(snapshot, _places(moves)), moves)


def compile_moved(request: Request, snapshot: Snapshot) -> tuple[ResourceGraph, Moves]:
    """The graph, in which what moved has the identity that it always had, and these moves.

    What only changed its class is seen once there is a graph. That and whatever else the graph shows of the moves is
    compiled again, because identities go into the values. Raises InvalidInput with all problems, among them those of
    the application's entries.
    """
    entries = entries_of(request.application)
    moves, problems = declared(entries, snapshot.resources)
    graph = _compiled(request, snapshot, moves, problems)
    final = after_classes(moves, snapshot.resources, graph.nodes)
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
