"""A workload in a cluster: driver ``kubernetes``, given the rendered manifests in place of the workload."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec.structs import replace

from .....graph.narrow import is_list, is_map
from ....context import Context, Prior, Proposal
from ....document import Document
from ....faults import PermanentFault
from ....result import Result
from ...kubernetes import Kubernetes, KubernetesInputs, amiss
from .manifests import manifests

_DRIVER = Kubernetes()


def bring_up(context: Context, inputs: Mapping[str, Any]) -> Result:
    """Apply all objects and wait until they are ready. Where nothing differs it was asked for as a restart."""
    given = _rendered(context, inputs)
    if given is None:
        raise PermanentFault("the workload is not known")
    converted = _converted(context)
    made = _DRIVER.update(converted, KubernetesInputs.model_validate(given))
    if _is_restart(context, converted, given):
        _DRIVER.restart(replace(converted, prior=Prior(given, {}, made.private)))
    return _result(context, made)


def read(context: Context, inputs: Mapping[str, Any]) -> Result:
    """What is amiss with the objects; raises NotFound where all are gone."""
    given = _rendered(context, inputs)
    if given is None:
        raise PermanentFault("the recorded workload cannot be read")
    found = _DRIVER.read(_converted(context), KubernetesInputs.model_validate(given))
    return replace(_result(context, found), differs=amiss(found))


def propose(context: Context, planned: Mapping[str, Any]) -> Proposal | None:
    """What the cluster says would come of it; None where the workload itself is not known."""
    given = _rendered(context, planned)
    if given is None:
        return None
    proposal = _DRIVER.plan(_converted(context), given)
    return None if proposal is None else replace(proposal, outputs={}, replace_paths=_paths(proposal))


def documents(context: Context, planned: Mapping[str, Any]) -> tuple[Document, ...] | None:
    """The manifests; None where the workload itself is not known."""
    given = _rendered(context, planned)
    return None if given is None else _DRIVER.render(_converted(context), given, None)


def remove(context: Context) -> None:
    """Delete everything that carries the token."""
    _DRIVER.delete(_converted(context))


def logs(context: Context, *, follow: bool, lines: int) -> Iterator[tuple[str, str]]:
    """What the containers of all its pods print."""
    return _DRIVER.logs(_converted(context), follow=follow, lines=lines)


def pause(context: Context) -> None:
    """Scale it to none."""
    _DRIVER.pause(_converted(context))


def resume(context: Context) -> None:
    """Give it the replicas that it had."""
    _DRIVER.resume(_converted(context))


def is_clustered(inputs: Mapping[str, Any]) -> bool:
    """Whether these inputs are for a cluster."""
    return inputs.get("target") == "kubernetes"


def _rendered(context: Context, inputs: Mapping[str, Any]) -> dict[str, Any] | None:
    """Inputs of driver ``kubernetes``, or None where too little is known."""
    workload, profiles = inputs.get("workload"), inputs.get("profiles", ())
    if not is_map(workload) or not is_map(workload.get("containers")) or not is_list(profiles):
        return None
    made = manifests(context, workload, list(profiles), inputs.get("service_account"))
    return {"manifests": made, "namespace": inputs.get("namespace")}


def _converted(context: Context) -> Context:
    """The context with its prior as driver ``kubernetes`` would have recorded it."""
    if context.prior is None:
        return context
    try:
        given = _rendered(context, context.prior.inputs)
    except PermanentFault:
        given = None  # of what cannot be rendered nothing was made
    return replace(context, prior=Prior(given or {}, {}, context.prior.private))


def _is_restart(context: Context, converted: Context, given: Mapping[str, Any]) -> bool:
    """Whether what was made before, and not in this very call, is asked for once more as it is."""
    call = context.prior.private.get("call") if context.prior else None
    made_before = call is not None and call != context.run_dir.name
    return made_before and converted.prior is not None and converted.prior.inputs == given


def _result(context: Context, made: Result) -> Result:
    """No outputs; private: the objects, what is amiss with them, and the call that made them."""
    outputs: Mapping[str, Any] = dict(made.outputs)
    call = {"call": context.run_dir.name}
    return Result({}, {**made.private, "condition": outputs.get("condition"), **call})


def _paths(proposal: Proposal) -> tuple[str, ...]:
    return ("workload",) if proposal.replace_paths else ()
