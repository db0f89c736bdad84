"""The driver itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from pydantic import BaseModel

from ....graph.narrow import is_map
from ....graph.types import DriverDescription
from ...sdk import (
    Context,
    CreateMode,
    Document,
    Driver,
    Fault,
    Imported,
    NotFound,
    PermanentFault,
    Proposal,
    Result,
)
from .adopting import described, named
from .applying import apply, claim
from .cluster import Cluster
from .condition import condition
from .deleting import delete
from .documents import documents
from .following import follow as followed
from .logs import last_lines
from .marking import carries, is_ours
from .models import COMPLETE, KubernetesConnection, KubernetesInputs, KubernetesOutputs, TakenOutput
from .objects import Identity, identities, recorded
from .outputs import taken_outputs
from .pausing import pause, restart, resume
from .planning import foreseen_now, missing, propose
from .reviewed import check_reviewed
from .secrecy import opened
from .seeing import ours
from .session import cluster
from .waiting import wait_ready
from .wanted import Wanted, recorded_objects, wanted


class Kubernetes(Driver[KubernetesInputs, KubernetesOutputs]):
    """Objects of a cluster. Its private data are the identities of all that may exist."""

    name: ClassVar[str] = "kubernetes"
    summary: ClassVar[str] = "any objects of a Kubernetes cluster, from manifests"
    create_mode: ClassVar[CreateMode] = CreateMode.FINDABLE
    connection_kind: ClassVar[str | None] = "kubernetes"
    connection: ClassVar[type[BaseModel] | None] = KubernetesConnection
    timeout: ClassVar[float] = 600.0
    plans_live: ClassVar[bool] = True
    Inputs = KubernetesInputs
    Outputs = KubernetesOutputs

    def describe(self, static_inputs: Mapping[str, Any]) -> DriverDescription:
        """The outputs that the definition takes from objects, and ``condition``."""
        taken = static_inputs.get("outputs")
        properties: dict[str, Any] = {"condition": {"type": "string"}}
        for name, output in taken.items() if is_map(taken) else ():
            secret = TakenOutput.model_validate(output).is_secret
            properties[name] = {"type": "string", "x-secret": True} if secret else {}
        schema = {
            "type": "object",
            "properties": properties,
            "required": list(properties),
            "additionalProperties": False,
        }
        return DriverDescription(KubernetesInputs.model_json_schema(), schema, self.connection_kind)

    def plan(self, context: Context, planned: Mapping[str, Any]) -> Proposal | None:
        """What the cluster says would come of it, object by object, without a secret sent to it."""
        return propose(context, planned)

    def render(
        self, context: Context, planned: Mapping[str, Any], connection: Mapping[str, Any] | None
    ) -> tuple[Document, ...]:
        """The manifests in the order in which they are applied, one file each, as ``kubectl apply -f`` takes them."""
        return documents(context, planned) or super().render(context, planned, connection)

    def create(self, context: Context, inputs: KubernetesInputs) -> Result:
        """Apply all objects and wait until they are ready."""
        return _bring(context, inputs)

    def update(self, context: Context, inputs: KubernetesInputs) -> Result:
        """Apply all objects, wait until they are ready, and delete those that are not named any more."""
        return _bring(context, inputs, all_there=True)

    def read(self, context: Context, inputs: KubernetesInputs | None) -> Result:
        """The objects as they are; ``condition`` says what applying them again would change."""
        if inputs is None:
            raise PermanentFault("the recorded inputs cannot be read")
        with cluster(context) as there:
            items = wanted(context, there, inputs.manifests, inputs.namespace)
            names = [item.identity for item in items]
            found = ours(there, context.uid, names)
            if names and not found:
                raise NotFound("none of its objects is there any more")
            bodies = [(item, opened(item.body, context.reveal)) for item in items]
            told = condition(there, bodies, found)
            if told == COMPLETE:
                taken = taken_outputs(context, inputs.outputs, found)
            else:
                former: Mapping[str, Any] = context.prior.outputs if context.prior else {}
                taken = {name: former[name] for name in inputs.outputs if name in former}
        return Result({"condition": told, **taken}, recorded({*names, *_recorded(context)}))

    def find(self, context: Context) -> Result | None:
        """The objects that carry the token, among those recorded and those that the inputs name."""
        with cluster(context) as there:
            names = {*_recorded(context), *_planned(context, there)}
            found = [
                name for name, item in ours(there, context.uid, names).items() if carries(item, context.token)
            ]
        return Result({"condition": "found by its token"}, recorded(found)) if found else None

    def delete(self, context: Context) -> None:
        """Delete every object that carries the token, and wait until all are gone."""
        with cluster(context) as there:
            names = {*_recorded(context), *_planned(context, there)}
            delete(context, there, names, lambda found: carries(found, context.token))

    def import_(self, context: Context, external_id: str, planned: Mapping[str, Any]) -> Imported:
        """The objects called ``KIND/NAME`` (several with commas), as far as the manifests speak of them."""
        with cluster(context) as there:
            return described(context, there, external_id, planned)

    def adopt(self, context: Context, external_id: str, inputs: KubernetesInputs) -> Result:
        """Take these objects over as they are asked for; what the manifests name besides must not exist."""
        return _bring(context, inputs, external_id)

    def restart(self, context: Context) -> None:
        """Replace the pods of what was recorded, which stays as it is otherwise, and wait until they are ready."""
        with cluster(context) as there:
            restart(context, there, _recorded(context))

    def logs(self, context: Context, *, follow: bool = False, lines: int = 100) -> Iterator[tuple[str, str]]:
        """What the containers of its pods print; a source is ``POD/CONTAINER``."""
        with cluster(context) as there:
            names = _recorded(context)
            yield from (
                followed(context, there, names, lines) if follow else last_lines(context, there, names, lines)
            )

    def pause(self, context: Context) -> None:
        """Scale what runs to none; Jobs and CronJobs are suspended."""
        with cluster(context) as there:
            pause(context, there, _recorded(context))

    def resume(self, context: Context) -> None:
        """Give everything the replicas that it had, and wait until they are ready."""
        with cluster(context) as there:
            resume(context, there, _recorded(context))


def _bring(
    context: Context, inputs: KubernetesInputs, adopting: str | None = None, *, all_there: bool = False
) -> Result:
    with cluster(context) as there:
        items = wanted(context, there, inputs.manifests, inputs.namespace)
        names = [item.identity for item in items]
        nobodys = named(items, adopting) if adopting is not None else ()
        existing = claim(context, there, items, adopting=nobodys)
        if context.reviewed:
            now = foreseen_now(context, there, items, existing, inputs.force)
            check_reviewed(context.reviewed, [*now, *(missing(items, existing) if all_there else ())])
        widened = recorded({*names, *_recorded(context)})
        context.keep(widened)
        try:
            apply(context, there, items, existing, force=inputs.force)
            if inputs.wait:
                wait_ready(context, there, names)
            _prune(context, there, names)
            taken = taken_outputs(context, inputs.outputs, _live(context, there, inputs, items))
        except Fault as fault:
            fault.partial = fault.partial or Result({}, widened)
            raise
    return Result({"condition": COMPLETE, **taken}, recorded(names))


def _prune(context: Context, there: Cluster, names: list[Identity]) -> None:
    kept = {name.key for name in names}
    gone = [name for name in _recorded(context) if name.key not in kept]
    delete(context, there, gone, lambda found: is_ours(found, context.uid))


def _live(
    context: Context, there: Cluster, inputs: KubernetesInputs, items: list[Wanted]
) -> Mapping[Identity, Any]:
    if not inputs.outputs:
        return {}
    return ours(there, context.uid, [item.identity for item in items])


def _recorded(context: Context) -> tuple[Identity, ...]:
    return identities(context.prior.private) if context.prior else ()


def _planned(context: Context, there: Cluster) -> list[Identity]:
    """What the recorded inputs name: of a create that was cut off they are all that is known."""
    if context.prior is None:
        return []
    return [item.identity for item in recorded_objects(context, there, context.prior.inputs)]
