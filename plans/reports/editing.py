"""What was changed in an application's files, or would be. Format version 1."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import unified_diff
from typing import Any

from ...resolvers.catalog import Catalog
from ...resolvers.placeholders import write as placeholder
from ..operations.editing import Edit, Offer, Settled
from ..report import diagnostic


def edited(edit: Edit, settled: Settled, *, written: bool) -> dict[str, Any]:
    """The document of an edit: every file with its difference, and how to use the resources that came."""
    return {
        "format": 1,
        "kind": "edit",
        "application": settled.application.name,
        "written": written,
        "files": [_file(edit, path) for path in sorted(edit.after)],
        "resources": [_resource(offer, settled.catalog) for offer in edit.offers],
        "next": list(edit.next),
        "remarks": [diagnostic(d) for d in settled.remarks],
    }


def _file(edit: Edit, path: str) -> dict[str, Any]:
    before, after = edit.before[path], edit.after[path]
    action = "created" if before is None else "removed" if after is None else "changed"
    return {"path": path, "action": action, "diff": list(_diff(path, before, after))}


def _diff(path: str, before: bytes | None, after: bytes | None) -> Iterator[str]:
    old, new = ((c or b"").decode("utf-8", "replace").splitlines() for c in (before, after))
    names = [path if c is not None else "/dev/null" for c in (before, after)]
    yield from unified_diff(old, new, names[0], names[1], lineterm="")


def _resource(offer: Offer, catalog: Catalog) -> dict[str, Any]:
    type_ = catalog.type(offer.type)
    fields = type_.output_fields() if type_ is not None else {}
    own = {"name": offer.name, "type": offer.type, "workload": offer.workload}
    is_volume = {"source", "claimSpec"} & set(fields)
    places = [()] if is_volume else [(name,) for name in fields]
    return {**own, "placeholders": [placeholder(("resources", offer.name, *p)) for p in places]}
