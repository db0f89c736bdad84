"""What the cluster itself says would come of applying one object."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from ....graph.narrow import is_map
from .applying import taken
from .cluster import Cluster
from .differences import Difference
from .faults import Missing, Refused
from .foreseen import Foreseen, compared
from .markers import Markers
from .marking import is_ours
from .objects import Identity, Object
from .published import Schemas
from .secrecy import hollow, is_secret
from .wanted import Wanted


class DryRun(Struct, frozen=True):
    """Asks about the objects of one resource.

    ``former`` are the recorded manifests by what their objects are called; ``made`` the names of namespaces that this
    resource makes itself, ``absent`` those of namespaces that were found missing. ``schemas`` are asked where the cluster
    cannot be.
    """

    cluster: Cluster
    uid: str
    force: bool
    existing: Mapping[Identity, Object]
    schemas: Schemas
    former: Mapping[tuple[str, str, str, str], Object] = field(default_factory=dict[Any, Any])
    made: Collection[str] = ()
    absent: set[str] = field(default_factory=set[str])

    def foresee(self, item: Wanted) -> Foreseen:
        """What an apply would do to this object. A cluster's refusal is told, not raised."""
        name = item.identity
        if not item.served:
            return unasked(
                item, "create", f"not dry-run: the cluster does not serve {name.kind} yet", self.schemas
            )
        if name.namespace in self.absent:
            return self._homeless(item, "create")
        live = self.existing.get(name) or self.cluster.get(name)
        if live is not None and not is_ours(live, self.uid):
            other = taken(name, live)
            return Foreseen(str(name), "update", refused=other.message, hint=other.hint)
        if live is not None and is_secret(item.body) and live.get("immutable") is True:
            keys = compared(live, live, self.former.get(name.key), item.body)
            return Foreseen(str(name), "replace" if keys else "no-op", keys)
        markers = Markers()
        body = markers.marked(hollow(item.body))
        told = self._asked(item, body, live, markers)
        if told.refused is not None and markers and told.refused.startswith("manifest-refused"):
            return self._bare(item, live, told.refused)
        return _with_left_out(told, name, markers)

    def _asked(self, item: Wanted, body: Object, live: Object | None, markers: Markers) -> Foreseen:
        name = item.identity
        action = "create" if live is None else "update"
        try:
            applied = self.cluster.apply(name, body, force=self.force, dry=True)
        except Missing as fault:
            if name.namespace is None:
                return Foreseen(str(name), action, refused=fault.message, hint=fault.hint)
            self.absent.add(name.namespace)
            return self._homeless(item, action)
        except Refused as fault:
            if live is not None and fault.message.startswith("field-immutable"):
                return Foreseen(str(name), "replace", changes=_immutable(fault, live, markers.restored(body)))
            return Foreseen(str(name), action, refused=fault.message, hint=fault.hint)
        if live is None:
            return Foreseen(str(name), "create")
        changes = compared(live, markers.restored(applied), self.former.get(name.key), item.body)
        return Foreseen(str(name), "update" if changes else "no-op", changes)

    def _homeless(self, item: Wanted, action: str) -> Foreseen:
        """One whose namespace is not there: the server would answer every further question about it late, too."""
        place = item.identity.namespace
        why = "is created by this plan" if place in self.made else "is not there yet"
        return unasked(item, action, f"not dry-run: {place} {why}", self.schemas)

    def _bare(self, item: Wanted, live: Object | None, refused: str) -> Foreseen:
        """Without what is not known, which the server takes no text for; if even that is refused, nothing is sure."""
        markers = Markers()
        told = self._asked(item, markers.bare(hollow(item.body)), live, markers)
        if told.refused is not None:
            note = f"{item.identity}: not dry-run: {refused.partition(': ')[2]}"
            return Foreseen(told.name, told.action, notes=(note,))
        return _with_left_out(told, item.identity, markers)


def unasked(item: Wanted, action: str, note: str, schemas: Schemas) -> Foreseen:
    """An object about which the cluster cannot be asked: its schema alone can say that it would be refused."""
    known, problem = schemas.problem(item)
    unchecked = () if known else (f"not checked: no schema of {item.kind} is at hand",)
    return Foreseen(str(item.identity), action, notes=(note, *unchecked), refused=problem)


def _with_left_out(told: Foreseen, name: Identity, markers: Markers) -> Foreseen:
    """What was not sent is told as what it is: to be known later; without it the server makes something up."""
    if not markers.left_out:
        return told
    places = {_anywhere(path) for path in markers.left_out}
    kept = [c for c in told.changes if not any(_anywhere(c.path).startswith(place) for place in places)]
    before = {_anywhere(c.path): c.before for c in told.changes}
    coming = [Difference(p, before.get(_anywhere(p)), text) for p, text in markers.left_out.items()]
    note = f"{name}: left out of the dry run, because known only later: {', '.join(markers.left_out)}"
    if told.action not in ("no-op", "update"):
        return replace(told, notes=(*told.notes, note))
    return replace(told, action="update", changes=(*kept, *coming), notes=(*told.notes, note))


def _anywhere(path: str) -> str:
    """A path without the keys and numbers of list items."""
    return re.sub(r"\[[^\]]*\]", "[]", path)


def _immutable(fault: Refused, live: Object, body: Object) -> tuple[Difference, ...]:
    paths = [str(cause["field"]) for cause in fault.causes if cause.get("field")]
    return tuple(Difference(path, _at(live, path), _at(body, path)) for path in dict.fromkeys(paths))


def _at(found: Object, path: str) -> Any:
    value: Any = found
    for step in path.split("."):
        value = value.get(step) if is_map(value) else None
    return value
