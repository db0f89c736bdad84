"""What the nodes of workloads and endpoints are given besides what their definition writes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...graph.address import endpoint_address, workload_address
from ...graph.application import Workload
from ...graph.command import command
from ...graph.diagnostics import Diagnostic
from ...graph.values import Unknown, Value
from ..containers import Containers
from ..draft import Draft, DraftNode
from .deploy import AT_DEPLOY_TIME

PROCESS = "process"


def fill_workloads(draft: Draft) -> None:
    """Give each workload its containers, endpoint and patches, and each endpoint its ports.

    Only what the driver accepts is given, and nothing that the definition writes itself is touched.
    """
    for name in sorted(draft.workloads):
        workload = draft.workloads[name]
        node = draft.nodes[workload_address(name, workload.class_)]
        if node.recipe is not None:
            give(node, _workload_inputs(draft, node, workload))
        endpoint = draft.nodes.get(endpoint_address(name))
        if endpoint is not None and endpoint.recipe is not None:
            ports = {n: dict(p) for n, p in workload.ports.items()}
            give(endpoint, {"ports": ports, "service": _service_name(workload)})


def give(node: DraftNode, further: Mapping[str, Value]) -> None:
    """Add inputs as far as the driver accepts them; what the definition writes itself counts."""
    schema: Mapping[str, Any] = node.recipe.description.inputs if node.recipe else {}
    known = schema.get("properties", {})
    takes_all = schema.get("additionalProperties", True) is not False
    node.inputs = {
        **{key: value for key, value in further.items() if key in known or takes_all},
        **node.inputs,
    }


def _workload_inputs(draft: Draft, node: DraftNode, workload: Workload) -> dict[str, Value]:
    target = node.inputs.get("target")
    containers = Containers(draft, node, workload).filled()
    for name, body in containers.items():
        image = draft.images.get(f"{workload.name}/{name}")
        if image is not None:
            body["image"] = image[0]
        elif body.get("image") == AT_DEPLOY_TIME and target != PROCESS:
            draft.findings.add(_image_missing(workload, name, draft.request.environment.name))
    patches = draft.profiles.get(workload.name, [])
    return {
        "workload": {
            "name": workload.name,
            "folder": workload.folder,
            "metadata": dict(workload.metadata),
            "service": dict(workload.service),
            "containers": containers,
        },
        "endpoint": _endpoint(draft, workload),
        "profiles": [p for p in patches if target is None or p["target"] == target],
    }


def _service_name(workload: Workload) -> str:
    """What a cluster's Service is called."""
    annotations: Any = workload.metadata.get("annotations") or {}
    return str(annotations.get("k8s.score.dev/service-name") or workload.name)


def _endpoint(draft: Draft, workload: Workload) -> dict[str, Value] | None:
    target = endpoint_address(workload.name)
    node = draft.nodes.get(target)
    if node is None or node.recipe is None:
        return None
    known = node.recipe.fields
    return {
        name: Unknown(target, (name,), known[name].type, known[name].secret)
        for name in ("host", "ports")
        if name in known
    }


def _image_missing(workload: Workload, container: str, environment: str) -> Diagnostic:
    setting = command("env", "set", environment=environment)
    return Diagnostic(
        "image-missing",
        f"container '{container}' of workload '{workload.name}' has the image '.', and none was supplied",
        place=workload.places.at("containers", container, "image"),
        address=str(workload_address(workload.name, workload.class_)),
        hint=f"--image {workload.name}/{container}=REF, or {setting} --image {workload.name}/{container}=REF",
    )
