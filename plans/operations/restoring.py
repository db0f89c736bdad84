"""The way back from a deployment: its application and its catalog, from the store instead of from files."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct, field
from msgspec.structs import replace

from ...graph.application import Application
from ...graph.command import command
from ...graph.diagnostics import Diagnostic, Severity
from ...graph.errors import InvalidInput
from ...resolvers.application import load_application_from
from ...resolvers.catalog import Catalog, load_catalog_from
from ..packing import unpacked
from ..state.records import DeploymentRecord, EnvironmentRecord
from ..state.store import StateReader
from .workbench import Workbench


class Restored(Struct, frozen=True):
    """What is planned from instead of the files, for an environment that may have other variables than now.

    ``images`` count as recorded, and ``sources`` say by what, where that is more than a deployment. ``rolled_back_to``
    is the deployment that this goes back to, ``remark`` what the plan says about it.
    """

    application: Application
    catalog: Catalog
    environment: EnvironmentRecord
    images: Mapping[str, str] = field(default_factory=dict[str, str])
    sources: Mapping[str, str] = field(default_factory=dict[str, str])
    rolled_back_to: int | None = None
    remark: Diagnostic | None = None


def application_of(reader: StateReader, digest: str, name: str) -> Application:
    """The application of a snapshot; ``name`` counts where it has no file that says it. Raises InvalidInput, StateError."""
    return load_application_from(_files(reader.blob(digest)), name)


def catalog_of(reader: StateReader, digest: str) -> Catalog:
    """The catalog of a snapshot; raises InvalidInput, StateError."""
    return load_catalog_from(_files(reader.blob(digest)))


def snapshots_of(deployment: DeploymentRecord, environment: str) -> tuple[str, str]:
    """The digests of the application and catalog of a deployment in ``environment``; raises InvalidInput without them."""
    if deployment.application is None or deployment.catalog is None:
        message = f"deployment {deployment.number} ({deployment.kind}) was made from state alone"
        history = command("history", environment=environment)
        raise InvalidInput(Diagnostic("no-snapshot", message, next=history))
    return deployment.application, deployment.catalog


def seeded(bench: Workbench, environment: EnvironmentRecord) -> Restored | None:
    """What a new environment was told to be deployed from first; None where that is the checkout."""
    seed = environment.seed
    if seed is None or seed.application is None:
        return None
    reader = bench.store.reader()
    application = application_of(reader, seed.application, environment.application)
    if seed.catalog is None:
        catalog = bench.catalog(application, environment)
    else:
        catalog = with_connections(bench, catalog_of(reader, seed.catalog), environment)
    message = f"planned from deployment {seed.deployment} of {seed.environment}, which this environment was made from"
    hint = "once a deployment has succeeded here, the files count"
    remark = Diagnostic("planned-from-copy", message, Severity.NOTICE, hint=hint)
    return Restored(application, catalog, environment, seed.images, remark=remark)


def with_connections(bench: Workbench, catalog: Catalog, environment: EnvironmentRecord) -> Catalog:
    """An earlier catalog with the connections of now: where things are is no matter of an earlier deployment."""
    if not catalog.connections():
        return catalog
    present = {c.name: c for c in bench.catalog(bench.application(), environment).connections()}
    first, *others = catalog.layers
    layers = (replace(first, connections=present), *(replace(n, connections={}) for n in others))
    return replace(catalog, layers=layers)


def _files(blob: bytes) -> dict[str, bytes]:
    try:
        return unpacked(blob)
    except ValueError as error:
        raise InvalidInput(
            Diagnostic("snapshot-unreadable", f"a recorded snapshot cannot be read: {error}")
        ) from error
