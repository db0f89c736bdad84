"""Target ``kubernetes``: one Ingress, or one HTTPRoute below a gateway, kept by driver ``kubernetes``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from ....graph.narrow import is_map
from ....graph.values import Value, leaves, text
from ...sdk import Context, Document, PermanentFault, Prior, Proposal, Result
from ..kubernetes import Kubernetes, KubernetesInputs, amiss
from .models import RouteInputs, number

_DRIVER = Kubernetes()
_SERVICE = re.compile(r"([a-z0-9-]+)\.([a-z0-9-]+)\.svc", re.ASCII)
"""The host of an endpoint in a cluster."""


def is_clustered(inputs: Mapping[str, Any]) -> bool:
    """Whether these inputs are for a cluster."""
    return inputs.get("target") == "kubernetes"


def bring_up(context: Context, inputs: RouteInputs) -> Result:
    """Apply the object and wait until a controller takes it."""
    given = _written(inputs)
    return _result(given, _DRIVER.update(_converted(context), _rendered(context, given)))


def read(context: Context, inputs: RouteInputs) -> Result:
    """Whether the object is as it was applied; raises NotFound."""
    given = _written(inputs)
    found = _DRIVER.read(_converted(context), _rendered(context, given))
    return replace(_result(given, found), differs=amiss(found))


def propose(context: Context, planned: Mapping[str, Any]) -> Proposal | None:
    """What the cluster says would come of it; None where the workload's endpoint is not known."""
    manifests = _manifests(context, planned)
    if manifests is None:
        return None
    proposal = _DRIVER.plan(_converted(context), manifests)
    if proposal is None:
        return None
    paths = ("endpoint", "gateway") if proposal.replace_paths else ()
    return replace(proposal, outputs={"url": _url(planned)}, replace_paths=paths)


def documents(context: Context, planned: Mapping[str, Any]) -> tuple[Document, ...] | None:
    """The object; None where the workload's endpoint is not known."""
    manifests = _manifests(context, planned)
    return None if manifests is None else _DRIVER.render(_converted(context), manifests, None)


def remove(context: Context) -> None:
    """Delete the object."""
    _DRIVER.delete(_converted(context))


def _written(inputs: RouteInputs) -> dict[str, Any]:
    return inputs.model_dump(by_alias=True, exclude_none=True)


def _result(given: Mapping[str, Any], made: Result) -> Result:
    outputs: Mapping[str, Any] = dict(made.outputs)
    return Result({"url": _url(given)}, {**made.private, "condition": outputs.get("condition")})


def _rendered(context: Context, given: Mapping[str, Any]) -> KubernetesInputs:
    return KubernetesInputs.model_validate(_manifests(context, given))


def _converted(context: Context) -> Context:
    """The context with its prior as driver ``kubernetes`` would have recorded it."""
    if context.prior is None:
        return context
    given = _manifests(context, context.prior.inputs) or {}
    return replace(context, prior=Prior(given, {}, context.prior.private))


def _manifests(context: Context, inputs: Mapping[str, Any]) -> dict[str, Any] | None:
    endpoint = inputs.get("endpoint")
    if not is_map(endpoint) or leaves([endpoint.get("host"), inputs.get("port"), inputs.get("gateway")]):
        return None
    place = _SERVICE.fullmatch(str(endpoint["host"]))
    if place is None:
        raise PermanentFault(
            f"{endpoint['host']} is no Service of a cluster",
            hint="the definition of type endpoint needs target: kubernetes, too",
        )
    ports = endpoint.get("ports")
    if not is_map(ports):
        return None
    service, namespace = place.groups()
    port = number(ports, inputs.get("port"))
    gateway = inputs.get("gateway")
    made = _http_route(gateway, inputs, service, port) if is_map(gateway) else _ingress(inputs, service, port)
    meta: dict[str, Any] = {"name": context.slug, "labels": {"app.kubernetes.io/managed-by": "bakehouse"}}
    if inputs.get("annotations"):
        meta["annotations"] = inputs["annotations"]
    manifest = {**made, "metadata": meta}
    return {"manifests": [manifest], "namespace": namespace, "wait": inputs.get("wait", True)}


def _ingress(inputs: Mapping[str, Any], service: str, port: Value) -> dict[str, Any]:
    backend = {"service": {"name": service, "port": {"number": port}}}
    rule = {"path": inputs.get("path") or "/", "pathType": "Prefix", "backend": backend}
    spec: dict[str, Any] = {"rules": [{"host": inputs["host"], "http": {"paths": [rule]}}]}
    if inputs.get("class"):
        spec["ingressClassName"] = inputs["class"]
    if inputs.get("tls_secret"):
        spec["tls"] = [{"hosts": [inputs["host"]], "secretName": inputs["tls_secret"]}]
    return {"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "spec": spec}


def _http_route(
    gateway: Mapping[str, Any], inputs: Mapping[str, Any], service: str, port: Value
) -> dict[str, Any]:
    parent = {"name": gateway["name"], "namespace": gateway.get("namespace")}
    parent["sectionName"] = gateway.get("listener")
    path = {"type": "PathPrefix", "value": inputs.get("path") or "/"}
    rule = {"matches": [{"path": path}], "backendRefs": [{"name": service, "port": port}]}
    spec = {
        "parentRefs": [{key: value for key, value in parent.items() if value is not None}],
        "hostnames": [inputs["host"]],
        "rules": [rule],
    }
    return {"apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute", "spec": spec}


def _url(inputs: Mapping[str, Any]) -> Value:
    scheme = inputs.get("scheme") or ("https" if inputs.get("tls_secret") else "http")
    return text([scheme, "://", inputs["host"], inputs.get("path") or "/"])
