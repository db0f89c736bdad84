"""Applies objects in order, so that at every moment all that may exist is recorded."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from itertools import groupby

from ...sdk import Conflict, Context
from .cluster import Cluster
from .deleting import delete
from .marking import is_ours
from .objects import Identity, Object, labels, metadata
from .ordering import FOUNDATIONS
from .secrecy import opened
from .seeing import ours
from .waiting import wait_ready
from .wanted import Wanted


def claim(
    context: Context, cluster: Cluster, items: Iterable[Wanted], *, adopting: Collection[Identity] = ()
) -> Mapping[Identity, Object]:
    """What exists already of the objects, all of it ours. Reads only.

    Raises :class:`Conflict` for one that was not made for this resource, before anything is touched; those of
    ``adopting`` may be nobody's.
    """
    asked = [item.identity for item in items if item.served]
    found = dict(ours(cluster, context.uid, asked))
    for name in asked:
        if name in found:
            continue
        other = cluster.get(name)
        if other is None:
            continue
        if not is_ours(other, context.uid) and not (name in adopting and not owner(other)):
            raise taken(name, other)
        found[name] = other
    return found


def taken(name: Identity, found: Object) -> Conflict:
    """The fault of an object that is somebody else's."""
    who = owner(found)
    whose = f"belongs to {who}" if who else "was not made for this resource"
    return Conflict(
        f"object-taken: {name} exists and {whose}",
        owner=who,
        hint="choose another name, delete it, or adopt it (adopt: in bakehouse.yaml)",
    )


def owner(found: Object) -> str | None:
    """Another resource that an object belongs to, or None where it is nobody's."""
    uid = labels(found).get("bakehouse.dev/uid")
    return None if uid is None else f"the resource {uid}"


def apply(
    context: Context,
    cluster: Cluster,
    items: list[Wanted],
    existing: Mapping[Identity, Object],
    *,
    force: bool,
) -> None:
    """Apply all objects in their order; namespaces and definitions of kinds are waited for before what follows."""
    leaving = [name for name, found in existing.items() if metadata(found).get("deletionTimestamp")]
    if leaving:
        delete(context, cluster, leaving, lambda found: is_ours(found, context.uid))
    for foundation, group in groupby(items, key=lambda item: item.kind in FOUNDATIONS):
        stage = list(group)
        for item in stage:
            context.cancelled.check()
            cluster.apply(item.identity, opened(item.body, context.reveal), force=force)
        context.progress(f"applied {_count(stage)}")
        if foundation:
            wait_ready(context, cluster, [item.identity for item in stage])


def _count(stage: list[Wanted]) -> str:
    return str(stage[0].identity) if len(stage) == 1 else f"{len(stage)} objects"
