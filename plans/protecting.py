"""Which definitions protect their objects by what the catalog says now, whatever was recorded. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from ..resolvers.catalog.layers import Catalog
from .removal import PROTECT


def protecting(catalog: Catalog, environment_type: str, recorded: Iterable[str]) -> frozenset[str]:
    """Their names: those that say ``protect`` themselves, or say nothing where the environment type does.

    A rule that was made stricter counts at once, and not only after an apply that records it. ``recorded`` are the names of
    the definitions that were used so far; of those that the catalog does not have any more the environment type decides.
    """
    found = catalog.environment_type(environment_type)
    inherited = None if found is None else found.on_remove
    nearest = {d.name: d for d in reversed(tuple(catalog.definitions()))}
    gone = {name for name in recorded if name not in nearest} if inherited == PROTECT else set[str]()
    return frozenset(gone | {name for name, d in nearest.items() if (d.on_remove or inherited) == PROTECT})
