"""All objects of a workload, by the kind that its annotation asks for. Pure; values may still be unknown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .....graph.diagnostics import did_you_mean
from ....context import Context
from ....faults import PermanentFault
from .contents import Contents
from .naming import KIND, SCHEDULE, Named, named
from .patching import patched
from .pod import pod, ports
from .volumes import Volumes

KINDS = ("Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob")


def manifests(
    context: Context, workload: Mapping[str, Any], profiles: list[Any], service_account: Any = None
) -> list[dict[str, Any]]:
    """What is applied for a workload, after the patches of its profiles. Raises :class:`PermanentFault`.

    ``service_account`` is what its pods run as, a name or a value that is not known yet; None for the namespace's own.
    """
    names = named(context, workload)
    kind = names.annotations.get(KIND, "Deployment")
    if kind not in KINDS:
        raise PermanentFault(
            f"workload-kind: {KIND} of workload {names.workload} is {kind}, and none of {', '.join(KINDS)}",
            hint=did_you_mean(kind, KINDS, noun="kinds"),
        )
    contents, volumes = Contents(names), Volumes(names.workload)
    template = pod(workload, names, contents, volumes, claimed=kind == "StatefulSet")
    if service_account is not None:
        template["spec"]["serviceAccountName"] = service_account
    runs = {
        "apiVersion": "batch/v1" if kind in ("Job", "CronJob") else "apps/v1",
        "kind": kind,
        "metadata": {"name": names.workload, "labels": names.labels},
        "spec": _spec(kind, names, template, volumes),
    }
    found = [*contents.manifests(), *_beside(kind, names, workload, volumes), runs]
    return patched(found, profiles)


def _spec(kind: str, names: Named, template: dict[str, Any], volumes: Volumes) -> dict[str, Any]:
    if kind in ("Job", "CronJob"):
        job = {"template": {**template, "spec": {**template["spec"], "restartPolicy": "OnFailure"}}}
        return job if kind == "Job" else {"schedule": _schedule(names), "jobTemplate": {"spec": job}}
    spec: dict[str, Any] = {"selector": {"matchLabels": names.selector}, "template": template}
    if kind == "StatefulSet":
        spec["serviceName"] = f"{names.workload}-headless"
        claims = [{"metadata": {"name": name}, "spec": claim} for name, claim in volumes.claims()]
        if claims:
            spec["volumeClaimTemplates"] = claims
    return spec


def _schedule(names: Named) -> str:
    schedule = names.annotations.get(SCHEDULE)
    if not schedule:
        raise PermanentFault(
            f"workload-kind: workload {names.workload} is a CronJob and does not say when it runs",
            hint=f'write the annotation {SCHEDULE}, such as "0 4 * * *"',
        )
    return schedule


def _beside(kind: str, names: Named, workload: Mapping[str, Any], volumes: Volumes) -> list[dict[str, Any]]:
    """The headless Service of a StatefulSet, else the claims that its volumes ask for."""
    if kind == "StatefulSet":
        listened = [
            {"name": name, "port": port["port"], "protocol": str(port.get("protocol") or "TCP")}
            for name, port in sorted(ports(workload).items())
        ]
        spec: dict[str, Any] = {"clusterIP": "None", "selector": names.selector}
        return [
            _object(
                "Service",
                f"{names.workload}-headless",
                names,
                {**spec, **({"ports": listened} if listened else {})},
            )
        ]
    return [
        _object("PersistentVolumeClaim", f"{names.workload}-{name}", names, dict(claim))
        for name, claim in volumes.claims()
    ]


def _object(kind: str, name: str, names: Named, spec: dict[str, Any]) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": kind,
        "metadata": {"name": name, "labels": names.labels},
        "spec": spec,
    }
