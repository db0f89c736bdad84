"""Driver ``route``: which requests reach a workload.

Target ``process``: a rule of the environment's proxy. Target ``kubernetes``: an Ingress or an HTTPRoute.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import BaseModel

from ....graph.types import DriverDescription
from ...sdk import Context, CreateMode, Document, Driver, Proposal, Result, Status
from ..kubernetes import KubernetesConnection
from . import clustered, process
from .models import IN_CLUSTER, RouteInputs, RouteOutputs


class Route(Driver[RouteInputs, RouteOutputs]):
    """One host and path, and where its requests go."""

    name: ClassVar[str] = "route"
    summary: ClassVar[str] = "which requests reach a workload"
    create_mode: ClassVar[CreateMode] = CreateMode.IDEMPOTENT
    connection: ClassVar[type[BaseModel] | None] = KubernetesConnection
    timeout: ClassVar[float] = 300.0
    plans_live: ClassVar[bool] = True
    Inputs = RouteInputs
    Outputs = RouteOutputs

    def describe(self, static_inputs: Mapping[str, Any]) -> DriverDescription:
        """A cluster needs a connection, and this machine a proxy; each has inputs of its own."""
        inputs = RouteInputs.model_json_schema()
        kind = "kubernetes" if clustered.is_clustered(static_inputs) else None
        if kind is None:
            inputs["required"] = [*inputs["required"], "proxy"]
        for name in IN_CLUSTER if kind is None else ("proxy",):
            del inputs["properties"][name]
        return DriverDescription(inputs, RouteOutputs.model_json_schema(mode="serialization"), kind)

    def ephemeral_runtime(self, inputs: Mapping[str, Any]) -> bool:
        """The rule goes with the proxy's folder."""
        return bool(inputs.get("target", "process") == "process")

    def plan(self, context: Context, planned: Mapping[str, Any]) -> Proposal | None:
        """What the cluster says; of a rule of the proxy the engine decides."""
        return clustered.propose(context, planned) if clustered.is_clustered(planned) else None

    def render(
        self, context: Context, planned: Mapping[str, Any], connection: Mapping[str, Any] | None
    ) -> tuple[Document, ...]:
        """The object of the cluster; of the proxy's rule the inputs."""
        found = clustered.documents(context, planned) if clustered.is_clustered(planned) else None
        return super().render(context, planned, connection) if found is None else found

    def create(self, context: Context, inputs: RouteInputs) -> Result:
        """Write the rule, or apply the object; raises :class:`Conflict` where another resource has it."""
        if inputs.target == "kubernetes":
            return clustered.bring_up(context, inputs)
        return process.bring_up(context, inputs)

    def update(self, context: Context, inputs: RouteInputs) -> Result:
        """The same as :meth:`create`, in one step."""
        return self.create(context, inputs)

    def read(self, context: Context, inputs: RouteInputs | None) -> Result:
        """The rule in the proxy's folder, or the object of the cluster."""
        if inputs is not None and inputs.target == "kubernetes":
            return clustered.read(context, inputs)
        return process.read(context, inputs)

    def delete(self, context: Context) -> None:
        """Remove the rule or delete the object."""
        if context.prior is not None and clustered.is_clustered(context.prior.inputs):
            clustered.remove(context)
            return
        process.remove(context)

    def status(self, context: Context) -> Status:
        """Whether the rule is in the proxy's folder."""
        return process.status(context)
