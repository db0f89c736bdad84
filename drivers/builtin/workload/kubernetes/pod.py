"""The pod of a workload: which containers run beside each other, and which before them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .....graph.narrow import is_map
from ....faults import PermanentFault
from .containers import container
from .contents import Contents
from .naming import Named
from .volumes import Volumes

CHECKSUM = "bakehouse.dev/reads"


def pod(
    workload: Mapping[str, Any], named: Named, contents: Contents, volumes: Volumes, *, claimed: bool
) -> dict[str, Any]:
    """The template of its pods. An annotation changes with whatever they read, so that they are replaced then."""
    bodies: Mapping[str, Any] = workload.get("containers") or {}
    rendered = {name: container(name, bodies[name], contents, volumes) for name in sorted(bodies)}
    first = _before(bodies)
    main = [rendered[name] for name in rendered if name not in first]
    if not main:
        raise PermanentFault(f"every container of workload {named.workload} is to run before another one")
    _add_ports(main[0], workload)
    spec: dict[str, Any] = {"containers": main}
    if first:
        spec["initContainers"] = [_early(rendered[name], bodies[name]) for name in first]
    mounted = volumes.of_pod(contents, claimed=claimed)
    if mounted:
        spec["volumes"] = mounted
    annotations = {**named.copied, **({CHECKSUM: contents.checksum()} if contents.manifests() else {})}
    meta: dict[str, Any] = {"labels": named.labels, **({"annotations": annotations} if annotations else {})}
    return {"metadata": meta, "spec": spec}


def ports(workload: Mapping[str, Any]) -> Mapping[str, Mapping[str, Any]]:
    """The declared service ports by name."""
    service: Any = workload.get("service")
    declared: Any = service.get("ports") if is_map(service) else None
    return declared if is_map(declared) else {}


def _add_ports(main: dict[str, Any], workload: Mapping[str, Any]) -> None:
    """A Score file does not say which container listens; pods share one network, so the first one names them."""
    seen: dict[tuple[int, str], dict[str, Any]] = {}
    for name, port in sorted(ports(workload).items()):
        number, protocol = int(port.get("targetPort") or port["port"]), str(port.get("protocol") or "TCP")
        seen.setdefault((number, protocol), {"containerPort": number, "protocol": protocol, **_name(name)})
    if seen:
        main["ports"] = list(seen.values())


def _name(name: str) -> dict[str, str]:
    """Kubernetes takes at most 15 characters with a letter among them, and no two hyphens together."""
    fits = len(name) <= 15 and any(c.isalpha() for c in name) and "--" not in name
    return {"name": name} if fits else {}


def _before(bodies: Mapping[str, Any]) -> list[str]:
    """Containers that are before another one, each before those that it is before."""
    waits: dict[str, set[str]] = {name: {*(bodies[name].get("before") or {})} for name in sorted(bodies)}
    early = [name for name in waits if waits[name]]
    order: list[str] = []

    def visit(name: str) -> None:
        if name in order or name not in early:
            return
        for other in early:
            if name in waits[other]:
                visit(other)
        order.append(name)

    for name in early:
        visit(name)
    return order


def _early(rendered: dict[str, Any], body: Mapping[str, Any]) -> dict[str, Any]:
    """Run to its end where it has to be complete; else a sidecar, which the next ones wait for until it has started."""
    asked = {str(value["ready"]) for value in body["before"].values()}
    if "complete" in asked:
        return {k: v for k, v in rendered.items() if k not in ("livenessProbe", "readinessProbe")}
    sidecar = {**rendered, "restartPolicy": "Always"}
    probe = rendered.get("readinessProbe") or rendered.get("livenessProbe")
    if "healthy" in asked and probe is not None:
        sidecar["startupProbe"] = probe
    return sidecar
