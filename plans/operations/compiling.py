"""From the files to the resource graph of one environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ...graph.application import Application, Environment
from ...graph.identity import Identities, Identity
from ...graph.resources import ResourceGraph
from ...resolvers.catalog import Catalog
from ...resolvers.pipeline import Request, compile_graph
from ..rolling import recorded_images
from ..state.records import EnvironmentRecord
from ..state.store import Snapshot
from .restoring import Restored, seeded
from .workbench import Workbench


@dataclass(frozen=True)
class Compiled:
    """What one environment is to be, and the recorded state that it was compiled against."""

    application: Application
    catalog: Catalog
    graph: ResourceGraph
    snapshot: Snapshot
    source: Restored

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
    snapshot = bench.store.reader().snapshot(environment.uid)
    source = restored or seeded(bench, snapshot.environment) or _read(bench, snapshot.environment)
    request = Request(
        application=source.application,
        catalog=source.catalog,
        environment=environment_of(source.environment),
        identities=identities_of(snapshot),
        drivers=bench.drivers,
        images=images or {},
        recorded_images=source.images,
    )
    return Compiled(source.application, source.catalog, compile_graph(request), snapshot, source)


def _read(bench: Workbench, environment: EnvironmentRecord) -> Restored:
    """What the files say now, with the images that were recorded last, or that a new environment was given."""
    application = bench.application()
    catalog = bench.catalog(application, environment)
    recorded = recorded_images(bench.store.reader().deployments(environment.uid))
    if recorded is None and environment.seed is not None:
        recorded = environment.seed.images
    return Restored(application, catalog, environment, recorded or {})


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
