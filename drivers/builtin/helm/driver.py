"""The driver itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import BaseModel

from ....graph.narrow import is_map
from ....graph.types import DriverDescription
from ...sdk import (
    Context,
    CreateMode,
    Document,
    Driver,
    InputProblem,
    NotDescribed,
    NotFound,
    PermanentFault,
    Proposal,
    Result,
)
from ..kubernetes import KubernetesConnection
from ..kubernetes.models import TakenOutput
from .documents import documents
from .installing import bring, remove
from .models import HelmInputs, HelmOutputs
from .planning import program_of, propose
from .program import Program
from .reading import outputs, seen
from .release import look


class Helm(Driver[HelmInputs, HelmOutputs]):
    """One release. Its private data are the revision that we made last."""

    name: ClassVar[str] = "helm"
    summary: ClassVar[str] = "a Helm chart as a release in a Kubernetes cluster"
    create_mode: ClassVar[CreateMode] = CreateMode.FINDABLE
    connection_kind: ClassVar[str | None] = "kubernetes"
    connection: ClassVar[type[BaseModel] | None] = KubernetesConnection
    timeout: ClassVar[float] = 900.0
    plans_live: ClassVar[bool] = True
    Inputs = HelmInputs
    Outputs = HelmOutputs

    def describe(self, static_inputs: Mapping[str, Any]) -> DriverDescription:
        """The outputs of every release, and those that the definition takes from objects."""
        chart = static_inputs.get("chart")
        files = chart.get("files") if is_map(chart) else None
        if is_map(files) and "Chart.yaml" not in files:
            message = f"the folder {chart['path'] if is_map(chart) else ''} holds no Chart.yaml"
            raise NotDescribed(InputProblem("chart-invalid", message, ("chart",)))
        schema = HelmOutputs.model_json_schema(mode="serialization")
        properties: dict[str, Any] = {**schema["properties"]}
        taken = static_inputs.get("outputs")
        for name, output in taken.items() if is_map(taken) else ():
            secret = TakenOutput.model_validate(output).is_secret
            properties[name] = {"type": "string", "x-secret": True} if secret else {}
        closed = {
            **schema,
            "properties": properties,
            "required": list(properties),
            "additionalProperties": False,
        }
        return DriverDescription(HelmInputs.model_json_schema(), closed, self.connection_kind)

    def plan(self, context: Context, planned: Mapping[str, Any]) -> Proposal | None:
        """The chart as rendered now, against the release's manifest, object by object."""
        return propose(context, planned)

    def render(
        self, context: Context, planned: Mapping[str, Any], connection: Mapping[str, Any] | None
    ) -> tuple[Document, ...]:
        """The values and the chart, as ``helm install`` takes them."""
        return documents(context, planned)

    def create(self, context: Context, inputs: HelmInputs) -> Result:
        """Install the release and wait until it is ready."""
        return _brought(context, inputs)

    def update(self, context: Context, inputs: HelmInputs) -> Result:
        """Upgrade the release and wait until it is ready; where that fails, go back to the revision that was."""
        return _brought(context, inputs)

    def read(self, context: Context, inputs: HelmInputs | None) -> Result:
        """The release as it is; ``condition`` says what differs from its manifest, and whether others upgraded it."""
        if inputs is None:
            raise PermanentFault("the recorded inputs cannot be read")
        program = program_of(context, inputs)
        found = look(program)
        if found is None or found.is_going or not found.is_of(context.uid):
            raise NotFound(f"there is no release {program.namespace}/{program.release} of it")
        told = seen(context, program, inputs, found)
        return Result(told, {"revision": found.revision})

    def find(self, context: Context) -> Result | None:
        """The release of the recorded name, where it carries the token."""
        program = _recorded(context)
        found = None if program is None else look(program)
        if found is None or not found.carries(context.token):
            return None
        return Result({"condition": "found by its token"}, {"revision": found.revision})

    def delete(self, context: Context) -> None:
        """Uninstall the release that carries the token, and wait until its objects are gone."""
        program = _recorded(context)
        if program is not None:
            remove(context, program)


def _brought(context: Context, inputs: HelmInputs) -> Result:
    made = bring(context, inputs)
    told = outputs(context, program_of(context, inputs), inputs, made)
    return Result(told, {"revision": made.revision})


def _recorded(context: Context) -> Program | None:
    """The program about the release of the recorded inputs."""
    if context.prior is None:
        return None
    name, namespace = context.prior.inputs.get("release"), context.prior.inputs.get("namespace")
    return Program(context, str(name or context.slug), str(namespace or "default"))
