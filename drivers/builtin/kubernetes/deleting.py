"""Deletes objects that are ours, and waits until they are gone."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ....graph.narrow import is_list
from ...sdk import Context, PermanentFault
from .cluster import Cluster
from .objects import Identity, Object, metadata, part, parts
from .ordering import FOUNDATIONS, in_order

_SHORTEST = 0.05
_LONGEST = 2.0
_MARGIN = 5.0


def delete(
    context: Context, cluster: Cluster, names: Iterable[Identity], mine: Callable[[Object], bool]
) -> None:
    """Delete those objects that are ``mine``, in the opposite order of applying, and wait for their finalizers.

    Raises :class:`PermanentFault` naming what holds an object when the time is up. What waits for its finalizers holds
    nothing else back, but namespaces and definitions of kinds, which go last.
    """
    wave: list[Identity] = []
    last: list[Identity] = []
    for name in reversed(in_order(names)):
        (last if name.kind in FOUNDATIONS else wave).append(name)
    for group in (wave, last):
        begun = [name for name in group if _begin(cluster, name, mine)]
        _wait(context, cluster, begun, mine)


def _begin(cluster: Cluster, name: Identity, mine: Callable[[Object], bool]) -> bool:
    found = cluster.get(name)
    if found is None or not mine(found):
        return False
    return bool(metadata(found).get("deletionTimestamp")) or cluster.delete(name, str(metadata(found)["uid"]))


def _wait(context: Context, cluster: Cluster, names: list[Identity], mine: Callable[[Object], bool]) -> None:
    pause = _SHORTEST
    while True:
        left = [(name, found) for name in names if (found := cluster.get(name)) is not None and mine(found)]
        if not left:
            return
        name, found = left[0]
        if context.seconds_left <= _MARGIN:
            raise PermanentFault(
                f"deletion-stuck: {name} is not gone: {_holding(found)}",
                hint="see to what its finalizers wait for; the next apply goes on with the deletion",
            )
        context.progress(f"waiting until {name} is gone")
        context.cancelled.wait(pause)
        context.cancelled.check()
        names = [name for name, _ in left]
        pause = min(_LONGEST, pause * 1.5)


def _holding(found: Object) -> str:
    inside = found.get("kind") == "Namespace"
    finalizers = [*_texts(metadata(found)), *(_texts(part(found, "spec")) if inside else ())]
    told = [
        str(condition.get("message"))
        for condition in parts(part(found, "status"), "conditions")
        if inside and condition.get("status") == "True"
    ]
    named = (
        f"it waits for the finalizer {', '.join(finalizers)}" if finalizers else "it is still being deleted"
    )
    return "; ".join([named, *told])


def _texts(found: Object) -> list[str]:
    named = found.get("finalizers")
    return [str(name) for name in named] if is_list(named) else []
