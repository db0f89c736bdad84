"""The verbs *pause* and *resume*: what runs in an environment is stopped or started again; data and ports are kept."""

from __future__ import annotations

from ..action import Action
from ..pausing import switching
from ..plan import Origin, Plan
from ..probe import Probe
from ..rolling import PAUSE, RESUME
from ..state.records import DeploymentStatus, EnvironmentRecord, ResourceRecord
from ..state.store import StateReader
from .workbench import Workbench


def plan_pause(bench: Workbench, environment: EnvironmentRecord) -> Plan:
    """The plan that pauses everything whose driver can pause, users first; raises StateError, DriverMissing."""
    return _plan(bench, environment, Action.PAUSE)


def plan_resume(bench: Workbench, environment: EnvironmentRecord) -> Plan:
    """The plan that resumes what was paused, users last; raises StateError, DriverMissing."""
    return _plan(bench, environment, Action.RESUME)


def _plan(bench: Workbench, environment: EnvironmentRecord, action: Action) -> Plan:
    reader = bench.store.reader()
    snapshot = reader.snapshot(environment.uid)
    probe = Probe(bench.drivers, bench.workspace(environment))

    def offers(record: ResourceRecord, operation: str) -> bool:
        return probe.driver(record.driver, str(record.address)).offers(operation)

    origin = Origin(bench.now(), bench.actor, snapshot.environment.serial, kind=action.label)
    return switching(snapshot, reader.store_id, origin, action, offers)


def is_done(reader: StateReader, environment: EnvironmentRecord) -> bool:
    """Whether the newest deployment paused the environment to the end, so that there is nothing to carry on with."""
    last = next(iter(reader.deployments(environment.uid)), None)
    return last is not None and last.kind == PAUSE and last.status is DeploymentStatus.SUCCEEDED


def is_half_resumed(reader: StateReader, environment: EnvironmentRecord) -> bool:
    """Whether the newest resumption did not start everything: what it left out may still stand still."""
    switches = (d for d in reader.deployments(environment.uid) if d.kind in (PAUSE, RESUME))
    last = next(switches, None)
    return last is not None and last.kind == RESUME and last.status is not DeploymentStatus.SUCCEEDED
