"""Whether an object does what it is there for, by what it says of itself. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any

from msgspec import Struct

from .objects import Object, metadata, part, parts


class State(StrEnum):
    """How far an object is."""

    READY = "ready"
    WAITING = "waiting"
    FAILED = "failed"


class Readiness(Struct, frozen=True):
    """How far an object is, and what it waits for or died of."""

    state: State
    text: str = ""


READY = Readiness(State.READY)


def readiness(found: Object) -> Readiness:
    """How far the object is. Kinds without a rule are ready unless a condition ``Ready`` or ``Available`` denies it."""
    if metadata(found).get("deletionTimestamp"):
        return _waiting("it is being deleted")
    if behind(found):
        return _waiting("its controller has not seen the change yet")
    rule = _RULES.get(str(found.get("kind")), _by_conditions)
    return rule(found, part(found, "spec"), part(found, "status"))


def behind(found: Object) -> bool:
    """Whether what the object says of itself is still about a former state of it."""
    observed = part(found, "status").get("observedGeneration")
    generation = metadata(found).get("generation")
    if str(found.get("kind")) in ("Deployment", "StatefulSet", "DaemonSet"):
        return not isinstance(observed, int) or observed < int(generation or 0)
    return isinstance(observed, int) and isinstance(generation, int) and observed < generation


def _deployment(found: Object, spec: Mapping[str, Any], status: Mapping[str, Any]) -> Readiness:
    for condition in conditions(found):
        if condition.get("reason") == "ProgressDeadlineExceeded":
            return Readiness(State.FAILED, f"ProgressDeadlineExceeded: {condition.get('message')}")
        if condition.get("type") == "ReplicaFailure" and condition.get("status") == "True":
            return Readiness(State.FAILED, f"{condition.get('reason')}: {condition.get('message')}")
    asked = int(spec.get("replicas", 1))
    updated, available, all_ = (
        int(status.get(name) or 0) for name in ("updatedReplicas", "availableReplicas", "replicas")
    )
    if updated < asked:
        return _waiting(f"{updated} of {asked} replicas are updated")
    if all_ > updated:
        return _waiting(f"{all_ - updated} old replicas are still there")
    return READY if available >= updated else _waiting(f"{available} of {asked} replicas are available")


def _stateful(found: Object, spec: Mapping[str, Any], status: Mapping[str, Any]) -> Readiness:
    asked = int(spec.get("replicas", 1))
    ready, updated = int(status.get("readyReplicas") or 0), int(status.get("updatedReplicas") or 0)
    strategy = part(spec, "updateStrategy")
    if strategy.get("type") == "OnDelete":
        return READY if ready >= asked else _waiting(f"{ready} of {asked} replicas are ready")
    partition = int(part(strategy, "rollingUpdate").get("partition") or 0)
    if updated < asked - partition:
        return _waiting(f"{updated} of {asked - partition} replicas are updated")
    if not partition and status.get("updateRevision") != status.get("currentRevision"):
        return _waiting("the former revision is still there")
    return READY if ready >= asked else _waiting(f"{ready} of {asked} replicas are ready")


def _daemons(found: Object, spec: Mapping[str, Any], status: Mapping[str, Any]) -> Readiness:
    asked = int(status.get("desiredNumberScheduled") or 0)
    updated, available = (
        int(status.get(name) or 0) for name in ("updatedNumberScheduled", "numberAvailable")
    )
    if part(spec, "updateStrategy").get("type") != "OnDelete" and updated < asked:
        return _waiting(f"{updated} of {asked} pods are updated")
    return READY if available >= asked else _waiting(f"{available} of {asked} pods are available")


def _job(found: Object, spec: Mapping[str, Any], status: Mapping[str, Any]) -> Readiness:
    for condition in conditions(found):
        if condition.get("status") != "True":
            continue
        if condition.get("type") == "Failed":
            return Readiness(State.FAILED, f"{condition.get('reason')}: {condition.get('message')}")
        if condition.get("type") in ("Complete", "Suspended"):
            return READY
    return _waiting("it is not complete")


def _pod(found: Object, spec: Mapping[str, Any], status: Mapping[str, Any]) -> Readiness:
    phase = status.get("phase")
    if phase == "Succeeded":
        return READY
    if phase == "Failed":
        return Readiness(State.FAILED, f"{status.get('reason') or 'Failed'}: {status.get('message') or ''}")
    told = _condition(found, "Ready")
    return READY if told == "True" else _waiting(f"it is {phase or 'not scheduled'}, not ready")


def _claim(found: Object, spec: Mapping[str, Any], status: Mapping[str, Any]) -> Readiness:
    """A claim that is bound by its first pod only cannot be waited for before that pod exists."""
    if status.get("phase") == "Lost":
        return Readiness(State.FAILED, "its volume is lost")
    return READY if status.get("phase") in ("Bound", "Pending") else _waiting("it has no phase yet")


def _service(found: Object, spec: Mapping[str, Any], status: Mapping[str, Any]) -> Readiness:
    if spec.get("type") != "LoadBalancer" or part(status, "loadBalancer").get("ingress"):
        return READY
    return _waiting("it has no address of a load balancer")


def _ingress(found: Object, spec: Mapping[str, Any], status: Mapping[str, Any]) -> Readiness:
    """Without a class nobody may be there who would ever give it an address."""
    if not spec.get("ingressClassName") or part(status, "loadBalancer").get("ingress"):
        return READY
    return _waiting("no controller has given it an address")


def _http_route(found: Object, spec: Mapping[str, Any], status: Mapping[str, Any]) -> Readiness:
    told = [c for parent in parts(status, "parents") for c in parts(parent, "conditions")]
    generation = int(metadata(found).get("generation") or 0)
    current = [c for c in told if c.get("observedGeneration", generation) >= generation]
    denied = [c for c in current if c.get("status") == "False"]
    for condition in denied:
        said = f"{condition.get('reason')}: {condition.get('message')}"
        if condition.get("type") == "Accepted":
            return Readiness(State.FAILED, said)
        if condition.get("type") == "ResolvedRefs":
            return _waiting(said)
    accepted = any(c.get("type") == "Accepted" for c in current)
    return READY if accepted else _waiting("no gateway has accepted it")


def _definition(found: Object, spec: Mapping[str, Any], status: Mapping[str, Any]) -> Readiness:
    for condition in conditions(found):
        if condition.get("type") == "NamesAccepted" and condition.get("status") == "False":
            return Readiness(State.FAILED, f"{condition.get('reason')}: {condition.get('message')}")
    return READY if _condition(found, "Established") == "True" else _waiting("it is not established")


def _namespace(found: Object, spec: Mapping[str, Any], status: Mapping[str, Any]) -> Readiness:
    return READY if status.get("phase") == "Active" else _waiting(f"it is {status.get('phase')}")


def _by_conditions(found: Object, spec: Mapping[str, Any], status: Mapping[str, Any]) -> Readiness:
    for kind in ("Ready", "Available"):
        for condition in conditions(found):
            if condition.get("type") == kind:
                told = condition.get("message") or condition.get("reason") or f"it is not {kind.lower()}"
                return READY if condition.get("status") == "True" else _waiting(str(told))
    return READY


_RULES: Mapping[str, Callable[[Object, Mapping[str, Any], Mapping[str, Any]], Readiness]] = {
    "Deployment": _deployment,
    "StatefulSet": _stateful,
    "DaemonSet": _daemons,
    "Job": _job,
    "CronJob": lambda found, spec, status: READY,
    "Pod": _pod,
    "PersistentVolumeClaim": _claim,
    "Service": _service,
    "Ingress": _ingress,
    "HTTPRoute": _http_route,
    "CustomResourceDefinition": _definition,
    "Namespace": _namespace,
}


def conditions(found: Object) -> list[Mapping[str, Any]]:
    """The conditions that an object tells of itself."""
    return parts(part(found, "status"), "conditions")


def _condition(found: Object, kind: str) -> str | None:
    return next((str(c.get("status")) for c in conditions(found) if c.get("type") == kind), None)


def _waiting(text: str) -> Readiness:
    return Readiness(State.WAITING, text)
