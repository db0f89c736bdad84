"""The verb *rollback*: a plan from the snapshots of an earlier deployment."""

from __future__ import annotations

from ...graph.diagnostics import Diagnostic, Severity
from ..rolling import at, choose
from ..state.records import DeploymentRecord, EnvironmentRecord
from .planning import Planned, make_plan
from .restoring import Restored, application_of, catalog_of, snapshots_of, with_connections
from .workbench import PlanOptions, Workbench


def choose_target(bench: Workbench, environment: EnvironmentRecord, number: int | None) -> DeploymentRecord:
    """The deployment to go back to; raises InvalidInput for one that there is not, or that did not succeed."""
    return choose(bench.store.reader().deployments(environment.uid), number, environment.name)


def plan_rollback(
    bench: Workbench, environment: EnvironmentRecord, target: DeploymentRecord, options: PlanOptions
) -> Planned:
    """Plan from the snapshots of ``target``: application files, catalog, images and plain variables.

    Data, secret versions and connections are those of now. Raises as :func:`make_plan` does.
    """
    reader = bench.store.reader()
    present = reader.snapshot(environment.uid).environment
    application, catalog = snapshots_of(target, environment.name)
    restored = Restored(
        application=application_of(reader, application, environment.application),
        catalog=with_connections(bench, catalog_of(reader, catalog), present),
        environment=at(present, target),
        images=target.images,
        rolled_back_to=target.number,
        remark=_remark(target),
    )
    return make_plan(bench, environment, options, restored)


def _remark(target: DeploymentRecord) -> Diagnostic:
    when = f"deployment {target.number} of {target.started[:16].replace('T', ' ')} by {target.actor}"
    return Diagnostic(
        "planned-from-earlier",
        f"this goes back to {when}",
        Severity.NOTICE,
        hint="data, secrets and connections stay as they are now",
    )
