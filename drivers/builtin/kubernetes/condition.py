"""What is amiss with objects that were applied: gone, or changed by somebody else."""

from __future__ import annotations

from collections.abc import Mapping

from ...result import Result
from .cluster import Cluster
from .differences import Difference, differences
from .faults import Refused
from .models import COMPLETE
from .objects import Identity, Object, metadata
from .secrecy import is_secret
from .wanted import Wanted

_SHOWN = 5


def condition(cluster: Cluster, items: list[tuple[Wanted, Object]], found: Mapping[Identity, Object]) -> str:
    """``complete``, or what differs, for people. ``items`` come with their bodies as they are applied.

    The server itself is asked what applying them once more would change, so that nothing that it fills in or writes in
    another way counts as a difference. No value of a Secret is told.
    """
    told: list[str] = []
    for item, body in items:
        live = found.get(item.identity)
        if live is None:
            told.append(f"{item.identity} is gone")
        elif metadata(live).get("deletionTimestamp"):
            told.append(f"{item.identity} is being deleted")
        else:
            told += _drift(cluster, item.identity, body, live)
    if not told:
        return COMPLETE
    more = f", and {len(told) - _SHOWN} more" if len(told) > _SHOWN else ""
    return "; ".join(told[:_SHOWN]) + more


def _drift(cluster: Cluster, name: Identity, body: Object, live: Object) -> list[str]:
    try:
        applied = cluster.apply(name, body, force=True, dry=True)
    except Refused as fault:
        if fault.status in (401, 403):
            raise
        return [f"{name} cannot be applied any more: {fault.message.partition(': ')[2]}"]
    return [f"{name}: {_told(difference, body)}" for difference in differences(live, applied)]


def _told(difference: Difference, body: Object) -> str:
    if is_secret(body) and difference.path.startswith("data"):
        return f"{difference.path} differs"
    return f"{difference.path} is {_short(difference.before)}, not {_short(difference.after)}"


def _short(value: object) -> str:
    text = "absent" if value is None else str(value)
    return text if len(text) <= 60 else f"{text[:57]}…"


def amiss(found: Result) -> tuple[str, ...]:
    """What a read found amiss, in sentences, for drivers that give other outputs than the condition."""
    told = str(dict(found.outputs)["condition"])
    return () if told == COMPLETE else (told,)
