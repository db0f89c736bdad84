"""Driver ``workload``: runs the containers of a Score workload on the target that its definition names.

Target ``process``: each container is one supervised process in the folder of its Score file. It sees its
variables, PATH, HOME, LANG, PORT, PORT_NAME for each port, and BAKEHOUSE_ROOT, below which its files and volumes
lie; images are not used. A process that ends is started again; a container that must be complete before another
is run to its end each time that other is started. ``livenessProbe`` and ``readOnly`` are not acted upon. An update
restarts what changed or does not run; where nothing did, it was asked for as a restart, and all are restarted.

Target ``kubernetes``: the workload becomes objects of a cluster, kept by driver ``kubernetes``. There a restart
replaces the pods.

Target ``compose``: the containers become services of a Compose project, run by the program ``docker``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from pydantic import BaseModel

from ....graph.narrow import is_list, is_map
from ....graph.types import DriverDescription
from ....graph.values import Unknown, Value
from ...sdk import (
    Context,
    CreateMode,
    Document,
    Driver,
    NotFound,
    Proposal,
    Result,
    Status,
)
from ..kubernetes import KubernetesConnection
from ..local.private import system_faults
from .compose import running as composed
from .kubernetes import running as clustered
from .models import WorkloadInputs, WorkloadOutputs
from .process.changes import process_changes
from .process.containers import ContainerProcess, render
from .process.documents import documents
from .process.running import ProcessWorkload


class Workload(Driver[WorkloadInputs, WorkloadOutputs]):
    """One workload. Its record names the programs; which processes those are is seen on the machine."""

    name: ClassVar[str] = "workload"
    summary: ClassVar[str] = "runs the containers of a workload"
    create_mode: ClassVar[CreateMode] = CreateMode.IDEMPOTENT
    connection: ClassVar[type[BaseModel] | None] = KubernetesConnection
    timeout: ClassVar[float] = 300.0
    plans_live: ClassVar[bool] = True
    Inputs = WorkloadInputs
    Outputs = WorkloadOutputs

    def describe(self, static_inputs: Mapping[str, Any]) -> DriverDescription:
        """A cluster needs a connection, and this machine neither namespace nor service account."""
        inputs = WorkloadInputs.model_json_schema()
        kind = "kubernetes" if clustered.is_clustered(static_inputs) else None
        if kind is None:
            del inputs["properties"]["namespace"], inputs["properties"]["service_account"]
        return DriverDescription(inputs, WorkloadOutputs.model_json_schema(mode="serialization"), kind)

    def ephemeral_runtime(self, inputs: Mapping[str, Any]) -> bool:
        """Processes die with the machine."""
        return bool(inputs.get("target", "process") == "process")

    def plan(self, context: Context, planned: Mapping[str, Any]) -> Proposal | None:
        """Which processes are started, restarted or stopped, or objects changed, and what differs in each."""
        if clustered.is_clustered(planned):
            return clustered.propose(context, planned)
        if composed.is_composed(planned):
            return composed.propose(context, planned)
        after = _rendered(planned)
        if after is None:
            return None
        before = _rendered(context.prior.inputs) if context.prior else ()
        nested = process_changes(before or (), after)
        same = context.prior is not None and context.prior.inputs == planned
        return Proposal("no-op" if same else "update", nested=nested)

    def render(
        self, context: Context, planned: Mapping[str, Any], connection: Mapping[str, Any] | None
    ) -> tuple[Document, ...]:
        """Run file and supervisor's settings of each process; the inputs where these depend on what is not known yet."""
        if clustered.is_clustered(planned):
            found = clustered.documents(context, planned)
            return super().render(context, planned, connection) if found is None else found
        if composed.is_composed(planned):
            found = composed.documents(context, planned)
            return super().render(context, planned, connection) if found is None else found
        processes = _rendered(planned)
        if processes is None:
            return super().render(context, planned, connection)
        folder = str(planned["workload"].get("folder") or ".")
        return tuple(documents(processes, folder, context.token))

    @system_faults()
    def create(self, context: Context, inputs: WorkloadInputs) -> Result:
        """Start every process that does not run as it should, or apply all objects, and wait until all are ready."""
        if inputs.target == "kubernetes":
            return clustered.bring_up(context, vars(inputs))
        if inputs.target == "compose":
            return composed.bring_up(context, vars(inputs))
        processes = ProcessWorkload(context, inputs)
        processes.bring_up(restart=False)
        return processes.result()

    @system_faults()
    def update(self, context: Context, inputs: WorkloadInputs) -> Result:
        """Restart what changed or does not run; everything, where nothing of that is so."""
        if inputs.target == "kubernetes":
            return clustered.bring_up(context, vars(inputs))
        if inputs.target == "compose":
            return composed.bring_up(context, vars(inputs))
        processes = ProcessWorkload(context, inputs)
        processes.bring_up(restart=not processes.just_made)
        return processes.result()

    def read(self, context: Context, inputs: WorkloadInputs | None) -> Result:
        """Which processes run, or what is amiss with the objects."""
        if inputs is not None and inputs.target == "kubernetes":
            return clustered.read(context, vars(inputs))
        if inputs is not None and inputs.target == "compose":
            return composed.read(context, vars(inputs))
        private: Mapping[str, Any] = context.prior.private if context.prior else {}
        seen = ProcessWorkload.seen(context)
        if not seen:
            raise NotFound("none of its processes is known on this machine")
        return Result({}, {**private, "processes": seen})

    def delete(self, context: Context) -> None:
        """Stop the processes and remove their folders, or delete all objects."""
        if _was_clustered(context):
            clustered.remove(context)
            return
        if _was_composed(context):
            composed.remove(context)
            return
        ProcessWorkload.remove(context)

    def status(self, context: Context) -> Status:
        """Whether every process runs, and every job was run to its end."""
        return ProcessWorkload.status(context)

    def logs(self, context: Context, *, follow: bool = False, lines: int = 100) -> Iterator[tuple[str, str]]:
        """What the containers printed, as (container, line); in a cluster as (pod/container, line)."""
        if _was_clustered(context):
            return clustered.logs(context, follow=follow, lines=lines)
        if _was_composed(context):
            return composed.logs(context, follow=follow, lines=lines)
        return ProcessWorkload.logs(context, follow=follow, lines=lines)

    @system_faults()
    def pause(self, context: Context) -> None:
        """Stop the processes, whose files and logs stay, or scale to none."""
        if _was_clustered(context):
            clustered.pause(context)
            return
        if _was_composed(context):
            composed.pause(context)
            return
        ProcessWorkload.pause(context)

    @system_faults()
    def resume(self, context: Context) -> None:
        """Start again what was stopped. With target ``compose`` what runs to its end before others start runs once more."""
        if _was_clustered(context):
            clustered.resume(context)
            return
        if _was_composed(context):
            composed.resume(context)
            return
        ProcessWorkload.resume(context)


def _was_clustered(context: Context) -> bool:
    return context.prior is not None and clustered.is_clustered(context.prior.inputs)


def _was_composed(context: Context) -> bool:
    return context.prior is not None and composed.is_composed(context.prior.inputs)


def _rendered(planned: Mapping[str, Any]) -> tuple[ContainerProcess, ...] | None:
    """The processes as far as they can be told at plan time, or None where they depend on what is not known yet."""
    if isinstance(planned.get("target"), Unknown):
        return None
    workload, endpoint = planned.get("workload"), planned.get("endpoint")
    profiles = planned.get("profiles", ())
    if not is_map(workload) or not is_map(workload.get("containers")) or not is_list(profiles):
        return None
    ports: Any = endpoint.get("ports") if is_map(endpoint) else {}
    known: Mapping[str, Value] = ports if is_map(ports) else _later(ports, workload)
    return render(workload, known, profiles)


def _later(ports: Value, workload: Mapping[str, Any]) -> dict[str, Value]:
    """Every declared port as a part of the one unknown value that stands for all of them."""
    service: Any = workload.get("service")
    declared: Any = service.get("ports") if is_map(service) else None
    if not isinstance(ports, Unknown) or not is_map(declared):
        return {}
    return {name: Unknown(ports.source, (*ports.path, name), "integer") for name in declared}
