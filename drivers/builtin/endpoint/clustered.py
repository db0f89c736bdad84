"""An endpoint in a cluster: one Service before the workload's pods, by driver ``kubernetes``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from ....graph.address import Address
from ....graph.narrow import is_map
from ....graph.values import Value, leaves
from ...sdk import Context, Document, Prior, Proposal, Result
from ..kubernetes import Kubernetes, KubernetesInputs, amiss
from ..workload.kubernetes.naming import Named
from .models import EndpointInputs, ServicePort, reached_by

_DRIVER = Kubernetes()


def is_clustered(inputs: Mapping[str, Any]) -> bool:
    """Whether these inputs are for a cluster."""
    return inputs.get("target") == "kubernetes"


def bring_up(context: Context, inputs: EndpointInputs) -> Result:
    """Apply the Service."""
    given = rendered(context, inputs.model_dump(by_alias=True, exclude_none=True))
    assert given is not None
    made = _DRIVER.update(_converted(context), KubernetesInputs.model_validate(given))
    return Result(_outputs(context, inputs), {**made.private, "condition": dict(made.outputs)["condition"]})


def read(context: Context, inputs: EndpointInputs) -> Result:
    """Whether the Service is as it was applied; raises NotFound."""
    given = rendered(context, inputs.model_dump(by_alias=True, exclude_none=True))
    assert given is not None
    found = _DRIVER.read(_converted(context), KubernetesInputs.model_validate(given))
    private = {**found.private, "condition": dict(found.outputs)["condition"]}
    return Result(_outputs(context, inputs), private, differs=amiss(found))


def propose(context: Context, planned: Mapping[str, Any]) -> Proposal | None:
    """What the cluster says would come of it, with the outputs, which are known before; None where ports are not."""
    given = rendered(context, planned)
    if given is None:
        return None
    proposal = _DRIVER.plan(_converted(context), given)
    known = not leaves([planned.get("namespace"), planned.get("service")])
    outputs = _outputs(context, EndpointInputs.model_validate(dict(planned))) if known else {}
    paths = ("ports",) if proposal is not None and proposal.replace_paths else ()
    return None if proposal is None else replace(proposal, outputs=outputs, replace_paths=paths)


def documents(context: Context, planned: Mapping[str, Any]) -> tuple[Document, ...] | None:
    """The Service; None where its ports are not known."""
    given = rendered(context, planned)
    return None if given is None else _DRIVER.render(_converted(context), given, None)


def remove(context: Context) -> None:
    """Delete the Service."""
    _DRIVER.delete(_converted(context))


def rendered(context: Context, inputs: Mapping[str, Any]) -> dict[str, Any] | None:
    """The inputs of driver ``kubernetes`` for a Service; None where its ports are not known."""
    declared = inputs.get("ports")
    if not is_map(declared) or leaves(declared):
        return None
    workload, around = Address.parse(context.address).id, context.workspace
    named = Named(workload, around.application, around.environment, around.environment_uid, {})
    listened: dict[tuple[int, str], dict[str, Any]] = {}
    for name, body in sorted(declared.items()):
        port = ServicePort.model_validate(body)
        entry = {"name": name, "port": port.port, "targetPort": port.number, "protocol": port.protocol}
        listened.setdefault((port.port, port.protocol), entry)
    service: Value = inputs.get("service") or workload
    manifest = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": service, "labels": named.labels},
        "spec": {"selector": named.selector, "ports": list(listened.values())},
    }
    return {"manifests": [manifest], "namespace": inputs.get("namespace")}


def _converted(context: Context) -> Context:
    """The context with its prior as driver ``kubernetes`` would have recorded it."""
    if context.prior is None:
        return context
    return replace(
        context, prior=Prior(rendered(context, context.prior.inputs) or {}, {}, context.prior.private)
    )


def _outputs(context: Context, inputs: EndpointInputs) -> dict[str, Any]:
    """The name that pods reach it by, also from other namespaces, and the ports of the Service."""
    service = inputs.service or Address.parse(context.address).id
    host = f"{service}.{inputs.namespace or 'default'}.svc"
    return {"host": host, "ports": {key: port.port for key, port in reached_by(inputs.ports).items()}}
