"""From the files to the resource graph of one environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ...graph.application import Application, Environment
from ...graph.identity import Identities, Identity
from ...graph.resources import ResourceGraph
from ...resolvers.catalog import Catalog
from ...resolvers.pipeline import Request, compile_graph
from ..state.records import EnvironmentRecord
from ..state.store import Snapshot
from .images import images_for
from .workbench import Workbench


@dataclass(frozen=True)
class Compiled:
    """What one environment is to be, and the recorded state that it was compiled against."""

    application: Application
    catalog: Catalog
    graph: ResourceGraph
    snapshot: Snapshot


def compile_environment(
    bench: Workbench, environment: EnvironmentRecord, images: Mapping[str, str] | None = None
) -> Compiled:
    """Read the files and compile them; raises InvalidInput with all problems, StateError."""
    reader = bench.store.reader()
    snapshot = reader.snapshot(environment.uid)
    application = bench.application()
    catalog = bench.catalog(application, snapshot.environment)
    recorded = images_for(reader, snapshot.environment, catalog, application)
    request = Request(
        application=application,
        catalog=catalog,
        environment=environment_of(snapshot.environment),
        identities=identities_of(snapshot),
        drivers=bench.drivers,
        images=images or {},
        recorded_images={key: found.image for key, found in recorded.items()},
        image_sources={key: found.source for key, found in recorded.items()},
    )
    return Compiled(application, catalog, compile_graph(request), snapshot)


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
