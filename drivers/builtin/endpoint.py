"""Driver ``endpoint``: where the service ports of a workload are reached.

Target ``process``: each declared port is reserved on 127.0.0.1, under its own number if that is free, else as one
of 20000-29999; the reservation is kept until the port is no longer declared.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from ...graph.address import Address
from ...graph.narrow import is_map
from ...graph.values import Unknown, Value
from ..sdk import Context, CreateMode, Driver, NotFound, Proposal, Result, Status, stable
from .local.ports import HOST, PortReservations

Number = Field(ge=1, le=65535)


class ServicePort(BaseModel):
    """One declared port; ``target_port`` is what the container listens at, by default ``port``."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    port: int = Number
    target_port: int | None = Field(None, alias="targetPort", ge=1, le=65535)
    protocol: Literal["TCP", "UDP"] = "TCP"

    @property
    def number(self) -> int:
        """The number that the program listens at by default."""
        return self.target_port or self.port

    @property
    def reservation(self) -> str:
        """What names the reservation: declarations of one number and protocol share it."""
        return f"{self.number}/{self.protocol}"


class EndpointInputs(BaseModel):
    """The declared ports by name."""

    model_config = ConfigDict(extra="forbid")

    target: Literal["process"] = "process"
    ports: dict[str, ServicePort] = Field(default_factory=dict[str, ServicePort])


class EndpointOutputs(BaseModel):
    """``ports`` gives the actual number by name, and by declared number as text where no name is that number."""

    host: str = stable()
    ports: dict[str, int]


class Endpoint(Driver[EndpointInputs, EndpointOutputs]):
    """Reserves ports; the planned ones of an update are those held already."""

    name: ClassVar[str] = "endpoint"
    summary: ClassVar[str] = "where a workload's service ports are reached"
    create_mode: ClassVar[CreateMode] = CreateMode.IDEMPOTENT
    timeout: ClassVar[float] = 30.0
    Inputs = EndpointInputs
    Outputs = EndpointOutputs

    def ephemeral_runtime(self, inputs: Mapping[str, Any]) -> bool:
        """Reservations may go with the machine's runtime folder."""
        return bool(inputs.get("target", "process") == "process")

    def plan(self, context: Context, planned: Mapping[str, Any]) -> Proposal | None:
        """Ports that stay are known; only new ones are decided at apply."""
        ports = planned.get("ports")
        if not is_map(ports) or not all(is_map(port) for port in ports.values()):
            return None
        source = Address.parse(context.address)
        kept = _prior_ports(context)
        outputs: dict[str, Value] = {}
        for key, port in _keys({name: ServicePort.model_validate(p) for name, p in ports.items()}).items():
            outputs[key] = kept.get((key, port.reservation), Unknown(source, ("ports", key), "integer"))
        unchanged = context.prior is not None and context.prior.inputs == planned
        return Proposal("no-op" if unchanged else "update", {"host": HOST, "ports": outputs})

    def create(self, context: Context, inputs: EndpointInputs) -> Result:
        """Reserve what is declared, release what no longer is."""
        reservations = PortReservations(context.workspace, context.token)
        prior = _prior_ports(context)
        keys = _keys(inputs.ports)
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
        """The ports that are still reserved."""
        ports = _recorded_ports(context)
        reservations = PortReservations(context.workspace, context.token)
        left = {key: port for key, port in ports.items() if reservations.holds(port)}
        if ports and not left:
            raise NotFound("no port is reserved any more")
        return Result(EndpointOutputs(host=HOST, ports=left), context.prior.private if context.prior else {})

    def delete(self, context: Context) -> None:
        """Give all ports back."""
        PortReservations(context.workspace, context.token).release()

    def status(self, context: Context) -> Status:
        """Whether every recorded port is still reserved."""
        ports = _recorded_ports(context)
        reservations = PortReservations(context.workspace, context.token)
        lost = sorted({port for port in ports.values() if not reservations.holds(port)})
        return Status(not lost, f"port {lost[0]} is not reserved any more" if lost else "")


def _keys(ports: Mapping[str, ServicePort]) -> dict[str, ServicePort]:
    """By what each port can be asked for: its name first, then its number, then the number it is listened at."""
    found = dict(sorted(ports.items()))
    for port in [*found.values()]:
        found.setdefault(str(port.port), port)
    for port in [*found.values()]:
        found.setdefault(str(port.number), port)
    return found


def _prior_ports(context: Context) -> dict[tuple[str, str], int]:
    """The ports given before, by key and reservation."""
    if context.prior is None:
        return {}
    made: Mapping[str, str] = context.prior.private.get("reservations", {})
    return {(key, made[key]): port for key, port in _recorded_ports(context).items() if key in made}


def _recorded_ports(context: Context) -> dict[str, int]:
    return dict(context.prior.outputs.get("ports", {})) if context.prior else {}
