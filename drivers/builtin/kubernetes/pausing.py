"""Stops what runs without taking its data away, and starts it again as it was."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from ...sdk import Context, NotFound
from .cluster import Cluster
from .objects import Identity, Object, metadata, part
from .seeing import ours
from .waiting import wait_ready

REPLICAS = "bakehouse.dev/paused-replicas"
"""The annotation that keeps how many replicas a paused object had."""

RESTARTED = "bakehouse.dev/restarted"
"""The annotation of pods that tells those of one restart from those of another."""

_ROLLED = ("Deployment", "StatefulSet", "DaemonSet")
_SCALED = ("Deployment", "StatefulSet", "ReplicaSet")
_SUSPENDED = ("Job", "CronJob")

Change = Callable[[Identity, Object], dict[str, Any] | None]


def pause(context: Context, cluster: Cluster, names: Iterable[Identity]) -> None:
    """Scale to none and suspend. Kinds that know neither, such as DaemonSet, go on."""
    _change(context, cluster, names, _paused)


def resume(context: Context, cluster: Cluster, names: Iterable[Identity]) -> None:
    """Undo :func:`pause`, and wait until what was paused is ready."""
    wait_ready(context, cluster, _change(context, cluster, names, _resumed))


def restart(context: Context, cluster: Cluster, names: Iterable[Identity]) -> None:
    """Have all pods replaced, as ``kubectl rollout restart`` does, and wait until the new ones are ready."""
    noted = {"metadata": {"annotations": {RESTARTED: context.run_dir.name}}}

    def change(name: Identity, found: Object) -> dict[str, Any] | None:
        return {"spec": {"template": noted}} if name.kind in _ROLLED else None

    wait_ready(context, cluster, _change(context, cluster, names, change))


def _change(context: Context, cluster: Cluster, names: Iterable[Identity], change: Change) -> list[Identity]:
    found = ours(cluster, context.uid, names)
    if not found:
        raise NotFound("none of its objects is there any more")
    changed: list[Identity] = []
    for name, item in found.items():
        body = change(name, item)
        if body is not None:
            cluster.patch(name, body)
            changed.append(name)
    return changed


def _paused(name: Identity, found: Object) -> dict[str, Any] | None:
    spec = part(found, "spec")
    if name.kind in _SUSPENDED:
        return None if spec.get("suspend") else {"spec": {"suspend": True}}
    if name.kind not in _SCALED or spec.get("replicas") == 0:
        return None
    kept = {REPLICAS: str(spec.get("replicas", 1))}
    return {"metadata": {"annotations": kept}, "spec": {"replicas": 0}}


def _resumed(name: Identity, found: Object) -> dict[str, Any] | None:
    if name.kind in _SUSPENDED:
        return {"spec": {"suspend": False}} if part(found, "spec").get("suspend") else None
    kept = part(metadata(found), "annotations").get(REPLICAS)
    if name.kind not in _SCALED or kept is None:
        return None
    return {"metadata": {"annotations": {REPLICAS: None}}, "spec": {"replicas": int(kept)}}
