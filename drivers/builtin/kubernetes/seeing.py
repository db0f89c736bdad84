"""The objects of a resource as the cluster has them, asked for kind by kind instead of one by one."""

from __future__ import annotations

from collections.abc import Iterable

from .cluster import Cluster
from .faults import Refused
from .marking import is_ours, selector
from .objects import Identity, Object, metadata


def ours(cluster: Cluster, uid: str, among: Iterable[Identity]) -> dict[Identity, Object]:
    """Those of ``among`` that carry the uid; one question for each kind and namespace.

    An account that may not list a kind is asked for each object by its name.
    """
    asked = set(among)
    found: dict[Identity, Object] = {}
    for version, kind, namespace in sorted(
        {(i.api_version, i.kind, i.namespace) for i in asked}, key=lambda place: (*place[:2], place[2] or "")
    ):
        served = cluster.kind(version, kind)
        if served is None:
            continue
        try:
            items = list(cluster.select(served, namespace, selector(uid)))
        except Refused as fault:
            if fault.status != 403:
                raise
            items = _one_by_one(
                cluster, uid, [i for i in asked if (i.kind, i.namespace) == (kind, namespace)]
            )
        for item in items:
            name = Identity(version, kind, namespace, str(metadata(item).get("name")))
            if name in asked:
                found[name] = item
    return found


def _one_by_one(cluster: Cluster, uid: str, names: Iterable[Identity]) -> list[Object]:
    found = [cluster.get(name) for name in names]
    return [item for item in found if item is not None and is_ours(item, uid)]
