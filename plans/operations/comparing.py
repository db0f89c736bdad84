"""The verb *diff*: deployments, environments and plans, compiled again from what was recorded of them."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from ...graph.application import Application, Environment
from ...graph.command import command
from ...graph.diagnostics import Diagnostic
from ...graph.errors import InvalidInput
from ...graph.identity import Identities
from ...resolvers.application import load_application_from
from ...resolvers.catalog import Catalog, load_catalog_from
from ...resolvers.pipeline import Request, compile_graph
from ..contrast import Side
from ..packing import unpacked
from ..parts import invalid
from ..plan import Plan
from ..rolling import DESTROY, current
from ..state.records import DeploymentRecord, EnvironmentRecord
from .compiling import environment_of, identities_of
from .restoring import application_of, catalog_of, snapshots_of
from .workbench import Workbench


class _Made(Struct, frozen=True):
    """What one side is compiled from, and the digest of its files."""

    application: Application
    catalog: Catalog
    environment: Environment
    identities: Identities
    digest: str | None


def side_of_deployment(
    bench: Workbench, environment: EnvironmentRecord, deployment: DeploymentRecord
) -> Side:
    """What a deployment was to make of its environment; raises InvalidInput, StateError."""
    title = f"deployment {deployment.number} of {environment.name}"
    if deployment.kind == DESTROY:
        return Side(f"{title} (destroy)")
    reader = bench.store.reader()
    application, catalog = snapshots_of(deployment, environment.name)
    then = (
        environment if deployment.variables is None else replace(environment, variables=deployment.variables)
    )
    made = _Made(
        application_of(reader, application, environment.application),
        catalog_of(reader, catalog),
        environment_of(replace(then, images={})),
        identities_of(reader.snapshot(environment.uid)),
        application,
    )
    return _side(bench, title, made, dict(deployment.images))


def side_of_environment(bench: Workbench, environment: EnvironmentRecord) -> Side:
    """What the last deployment of an environment was to make of it; raises InvalidInput where there is none."""
    last = current(bench.store.reader().deployments(environment.uid))
    if last is None:
        message = f"{environment.name} was never deployed, so there is nothing to compare"
        raise InvalidInput(
            Diagnostic("nothing-deployed", message, next=command("plan", environment=environment.name))
        )
    side = side_of_deployment(bench, environment, last)
    return replace(side, title=f"{environment.name} (deployment {last.number})")


def side_of_plan(bench: Workbench, plan: Plan, shown: str) -> Side:
    """What a plan is to make of its environment, which need not be of this store; raises InvalidInput."""
    title = f"{shown} ({plan.environment})"
    origin = plan.origin
    if origin.application is None or origin.catalog is None:
        return Side(title)
    environment = Environment(
        plan.environment, plan.environment_type, plan.environment_uid, origin.variables or {}
    )
    try:
        files = unpacked(plan.blobs[origin.application])
        rules = unpacked(plan.blobs[origin.catalog])
    except (KeyError, ValueError) as error:
        raise invalid(shown, "plan-unreadable", "it does not hold what it was planned from") from error
    made = _Made(
        load_application_from(files, plan.application),
        load_catalog_from(rules),
        environment,
        _identities(bench, plan),
        origin.application,
    )
    return _side(bench, title, made, {container: image for container, (image, _) in origin.images.items()})


def _identities(bench: Workbench, plan: Plan) -> Identities:
    reader = bench.store.reader()
    if any(e.uid == plan.environment_uid for e in reader.environments(plan.application)):
        return identities_of(reader.snapshot(plan.environment_uid))
    return Identities(plan.application, plan.environment, plan.environment_uid)


def _side(bench: Workbench, title: str, made: _Made, images: dict[str, str]) -> Side:
    request = Request(
        application=made.application,
        catalog=made.catalog,
        environment=made.environment,
        identities=made.identities,
        drivers=bench.drivers,
        recorded_images=images,
    )
    graph = compile_graph(request)
    revision = made.catalog.revision
    return Side(title, graph.nodes, images, made.environment.variables, revision, made.digest)
