"""Driver ``endpoint``: where the service ports of a workload are reached.

Target ``process``: each declared port is reserved on 127.0.0.1, under its own number if that is free, else as one
of 20000-29999; the reservation is kept until the port is no longer declared.

Target ``kubernetes``: a Service, kept by driver ``kubernetes``.

Target ``compose``: the workload's name in the network of its environment's project; nothing is made.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import BaseModel

from ....graph.address import Address
from ....graph.narrow import is_map
from ....graph.types import DriverDescription
from ....graph.values import Unknown, Value
from ...sdk import Context, CreateMode, Document, Driver, NotFound, Proposal, Result, Status
from ..kubernetes import KubernetesConnection
from ..local.ports import HOST, PortReservations
from . import clustered, composed
from .models import EndpointInputs, EndpointOutputs, ServicePort, reached_by


class Endpoint(Driver[EndpointInputs, EndpointOutputs]):
    """Reserves ports; the planned ones of an update are those held already."""

    name: ClassVar[str] = "endpoint"
    summary: ClassVar[str] = "where a workload's service ports are reached"
    create_mode: ClassVar[CreateMode] = CreateMode.IDEMPOTENT
    connection: ClassVar[type[BaseModel] | None] = KubernetesConnection
    timeout: ClassVar[float] = 30.0
    plans_live: ClassVar[bool] = True
    Inputs = EndpointInputs
    Outputs = EndpointOutputs

    def describe(self, static_inputs: Mapping[str, Any]) -> DriverDescription:
        """A cluster needs a connection; this machine neither namespace nor Service."""
        inputs = EndpointInputs.model_json_schema()
        kind = "kubernetes" if clustered.is_clustered(static_inputs) else None
        if kind is None:
            del inputs["properties"]["namespace"], inputs["properties"]["service"]
        return DriverDescription(inputs, EndpointOutputs.model_json_schema(mode="serialization"), kind)

    def ephemeral_runtime(self, inputs: Mapping[str, Any]) -> bool:
        """Reservations may go with the machine's runtime folder."""
        return bool(inputs.get("target", "process") == "process")

    def plan(self, context: Context, planned: Mapping[str, Any]) -> Proposal | None:
        """Ports that stay are known; only new ones are decided at apply. Those of a Service are as declared."""
        if clustered.is_clustered(planned):
            return clustered.propose(context, planned)
        if composed.is_composed(planned):
            return composed.propose(context, planned)
        if isinstance(planned.get("target"), Unknown):
            return None
        ports = planned.get("ports")
        if not is_map(ports) or not all(is_map(port) for port in ports.values()):
            return None
        source = Address.parse(context.address)
        kept = _prior_ports(context)
        outputs: dict[str, Value] = {}
        for key, port in reached_by(
            {name: ServicePort.model_validate(p) for name, p in ports.items()}
        ).items():
            outputs[key] = kept.get((key, port.reservation), Unknown(source, ("ports", key), "integer"))
        unchanged = context.prior is not None and context.prior.inputs == planned
        return Proposal("no-op" if unchanged else "update", {"host": HOST, "ports": outputs})

    def render(
        self, context: Context, planned: Mapping[str, Any], connection: Mapping[str, Any] | None
    ) -> tuple[Document, ...]:
        """The Service; of this machine's ports there is nothing to show."""
        found = clustered.documents(context, planned) if clustered.is_clustered(planned) else None
        return super().render(context, planned, connection) if found is None else found

    def create(self, context: Context, inputs: EndpointInputs) -> Result:
        """Reserve what is declared and release what no longer is, or apply the Service."""
        if inputs.target == "kubernetes":
            return clustered.bring_up(context, inputs)
        if inputs.target == "compose":
            return composed.result(context, inputs)
        reservations = PortReservations(context.workspace, context.token)
        prior = _prior_ports(context)
        keys = reached_by(inputs.ports)
        given = {
            key: reservations.reserve(
                port.reservation,
                port.number,
                prior=prior.get((key, port.reservation)),
                udp=port.protocol == "UDP",
            )
            for key, port in keys.items()
        }
        reservations.release(set(reservations.held()) - {port.reservation for port in keys.values()})
        private = {"reservations": {key: port.reservation for key, port in keys.items()}}
        return Result(EndpointOutputs(host=HOST, ports=given), private)

    def update(self, context: Context, inputs: EndpointInputs) -> Result:
        """The same as :meth:`create`; ports that were given stay as they are."""
        return self.create(context, inputs)

    def read(self, context: Context, inputs: EndpointInputs | None) -> Result:
        """The ports that are still reserved, or the Service."""
        if inputs is not None and inputs.target == "kubernetes":
            return clustered.read(context, inputs)
        if inputs is not None and inputs.target == "compose":
            return composed.result(context, inputs)
        ports = _recorded_ports(context)
        reservations = PortReservations(context.workspace, context.token)
        left = {key: port for key, port in ports.items() if reservations.holds(port)}
        if ports and not left:
            raise NotFound("no port is reserved any more")
        return Result(EndpointOutputs(host=HOST, ports=left), context.prior.private if context.prior else {})

    def delete(self, context: Context) -> None:
        """Give all ports back, or delete the Service."""
        if context.prior is not None and clustered.is_clustered(context.prior.inputs):
            clustered.remove(context)
            return
        PortReservations(context.workspace, context.token).release()

    def status(self, context: Context) -> Status:
        """Whether every recorded port is still reserved."""
        ports = _recorded_ports(context)
        reservations = PortReservations(context.workspace, context.token)
        lost = sorted({port for port in ports.values() if not reservations.holds(port)})
        return Status(not lost, f"port {lost[0]} is not reserved any more" if lost else "")


def _prior_ports(context: Context) -> dict[tuple[str, str], int]:
    """The ports given before, by key and reservation."""
    if context.prior is None:
        return {}
    made: Mapping[str, str] = context.prior.private.get("reservations", {})
    return {(key, made[key]): port for key, port in _recorded_ports(context).items() if key in made}


def _recorded_ports(context: Context) -> dict[str, int]:
    return dict(context.prior.outputs.get("ports", {})) if context.prior else {}
