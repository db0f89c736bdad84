"""What a chart makes of values, asked of the program without changing anything."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from ....graph.narrow import is_list, is_map
from ....graph.values import Unknown, has_unknown, leaves
from ..kubernetes.objects import Object
from .chart import Chart
from .complaints import Misfit
from .manifests import events, objects
from .program import Program
from .standins import Standins

_ABOUT_NAMES = ("additional properties", "missing propert")
"""Complaints about a map that hold whatever its values are."""


class Rendered(Struct, frozen=True):
    """The objects that stay, the hooks, and what reviewers should know."""

    objects: tuple[Object, ...]
    hooks: tuple[Object, ...]
    notes: tuple[str, ...] = ()


def rendered(
    program: Program, chart: Chart, values: Mapping[str, Any], standins: Standins, flags: tuple[str, ...]
) -> Rendered:
    """The objects with phrases in the place of stand-ins.

    The chart's schema is asked about everything that is known. Raises the program's faults.
    """
    filled = standins.filled(values)
    notes: tuple[str, ...] = ()
    try:
        text = program.with_chart("template", chart, filled, *flags)
    except Misfit as fault:
        wrong = tuple(place for place in fault.places if not _is_open(values, *place))
        if wrong or not fault.places:
            raise Misfit(_told(wrong) if wrong else fault.message, wrong) from None
        text = program.with_chart("template", chart, filled, "--skip-schema-validation", *flags)
        later = ", ".join(sorted({str(leaf.source) for leaf in leaves(values) if isinstance(leaf, Unknown)}))
        notes = (f"the chart's schema is asked again about values that are known after {later}",)
    found = [standins.restored(item) for item in objects(text)]
    hooks = tuple(item for item in found if events(item))
    return Rendered(tuple(item for item in found if not events(item)), hooks, notes)


def _told(places: tuple[tuple[str, str], ...]) -> str:
    told = "; ".join(f"{pointer or '/'}: {what}" for pointer, what in places)
    return f"values-refused: the chart does not take these values: {told}"


def _is_open(values: Any, pointer: str, what: str) -> bool:
    """Whether a complaint may be about something that only stands for what is known later."""
    found = values
    for step in pointer.strip("/").split("/") if pointer.strip("/") else ():
        name = step.replace("~1", "/").replace("~0", "~")
        if is_map(found) and name in found:
            found = found[name]
        elif is_list(found) and name.isdigit() and int(name) < len(found):
            found = found[int(name)]
        else:
            return has_unknown(found)
    if is_map(found) and any(words in what for words in _ABOUT_NAMES):
        return False
    return has_unknown(found)
