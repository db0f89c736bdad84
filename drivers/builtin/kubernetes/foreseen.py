"""What an apply would do to one object, for people."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from msgspec import Struct

from ....graph.narrow import is_map
from ....graph.values import Value, display
from .differences import Difference, differences
from .marking import GENERATION, TOKEN
from .objects import Identity, Object, labels, metadata, part
from .secrecy import changed_keys, is_secret

HIDDEN = "***"


class Foreseen(Struct, frozen=True):
    """``action`` is ``create``, ``update``, ``replace``, ``delete``, or ``no-op`` for what stays as it is.

    ``notes`` and ``refused`` are sentences for reviewers, ``hint`` what helps against the latter.
    """

    name: str
    action: str
    changes: tuple[Difference, ...] = ()
    notes: tuple[str, ...] = ()
    refused: str | None = None
    hint: str | None = None

    def plain(self) -> dict[str, Any]:
        """As data of a plan."""
        changes = [{"path": c.path, "before": c.before, "after": c.after} for c in self.changes]
        return {"object": self.name, "action": self.action, "changes": changes}


def compared(before: Object, after: Object, former: Object | None, planned: Object) -> tuple[Difference, ...]:
    """What differs between an object and what is to come of it; of a Secret's data only the names.

    Those whose reference or version is another than in the ``former`` manifest count as changed.
    """
    found = [d for d in differences(_shown(before), _shown(after)) if not _is_mark(d)]
    if is_secret(planned):
        found = [d for d in found if d.path.split(".", 1)[0] not in ("data", "stringData")]
        found += _keys(before, planned, former)
    return tuple(Difference(d.path, display(d.before), display(d.after)) for d in found)


def deleted(name: Identity) -> Foreseen:
    """One that is not named any more."""
    return Foreseen(str(name), "delete")


def later(manifest: Value) -> Foreseen:
    """One that cannot be told apart from others before something else was applied."""
    told: Any = display(manifest)
    if not is_map(told):
        return Foreseen(str(told), "create")
    name: Any = metadata(told).get("name")
    place: Any = metadata(told).get("namespace")
    return Foreseen(f"{told.get('kind')} {f'{place}/{name}' if place else name}", "create")


def _shown(found: Object) -> Object:
    """Without the labels that say which generation it is: a replacement changes them, and nobody reads that."""
    kept = {name: value for name, value in labels(found).items() if name not in (GENERATION, TOKEN)}
    return {**found, "metadata": {**metadata(found), "labels": kept}}


def _is_mark(difference: Difference) -> bool:
    return difference.path == "metadata.labels.'bakehouse.dev/uid'"


def _keys(before: Object, planned: Object, former: Object | None) -> Iterable[Difference]:
    there = {*part(before, "data"), *part(before, "stringData")}
    asked = {*part(planned, "data"), *part(planned, "stringData")}
    earlier = {*part(former, "data"), *part(former, "stringData")} if former is not None else set[str]()
    for name in sorted(asked - there):
        yield Difference(f"data.{name}", None, HIDDEN)
    for name in sorted((earlier - asked) & there):
        yield Difference(f"data.{name}", HIDDEN, None)
    for name in changed_keys(former, planned) if former is not None else ():
        if name in there:
            yield Difference(f"data.{name}", HIDDEN, f"{HIDDEN} (changed)")
