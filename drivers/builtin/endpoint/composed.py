"""An endpoint in a Compose project: nothing is made, because services reach each other by name. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ....graph.address import Address
from ....graph.narrow import is_map
from ....graph.values import leaves
from ...sdk import Context, Proposal, Result
from .models import EndpointInputs, ServicePort, reached_by


def is_composed(inputs: Mapping[str, Any]) -> bool:
    """Whether these inputs are for a container engine."""
    return inputs.get("target") == "compose"


def propose(context: Context, planned: Mapping[str, Any]) -> Proposal | None:
    """The outputs, which are known before; None where the ports are not."""
    ports = planned.get("ports")
    if not is_map(ports) or leaves(ports):
        return None
    same = context.prior is not None and context.prior.inputs == planned
    declared = {name: ServicePort.model_validate(port) for name, port in ports.items()}
    return Proposal("no-op" if same else "update", _outputs(context, declared))


def result(context: Context, inputs: EndpointInputs) -> Result:
    """The workload's name in the project's network, and the ports that its containers listen at: none is translated."""
    return Result(_outputs(context, inputs.ports))


def _outputs(context: Context, ports: Mapping[str, ServicePort]) -> dict[str, Any]:
    numbers = {key: port.number for key, port in reached_by(ports).items()}
    return {"host": Address.parse(context.address).id, "ports": numbers}
