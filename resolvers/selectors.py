"""``${select.STEP('type.class#id').….outputs.PATH}``: looking round in the graph, one hop a step."""

from __future__ import annotations

from ..graph.address import Address
from ..graph.diagnostics import did_you_mean
from .draft import Draft, DraftNode
from .placeholders import Placeholder, call
from .render import Unresolved

OWN = "@"


def select(draft: Draft, owner: DraftNode, placeholder: Placeholder) -> list[tuple[Address, tuple[str, ...]]]:
    """The addresses that a selector finds from ``owner``, sorted, each with the output path that is wanted.

    Raises :class:`Unresolved` for a selector that cannot be read, or that names a type which does not exist.
    """
    steps = list(placeholder.path[1:])
    found = {owner.address}
    while steps and call(steps[0]) is not None:
        found = _hop(draft, found, steps.pop(0), owner.address, placeholder)
    if len(steps) < 2 or steps[0] != "outputs" or len(steps) == len(placeholder.path) - 1:
        hint = "write it like ${select.consumers('workload').outputs.NAME}"
        raise Unresolved("bad-selector", f"{placeholder.raw} is no selector", hint)
    return [(address, tuple(steps[1:])) for address in sorted(found)]


def _hop(
    draft: Draft, found: set[Address], step: str, own: Address, placeholder: Placeholder
) -> set[Address]:
    name, argument = call(step) or ("", "")
    if name not in ("dependencies", "consumers"):
        hint = "the steps are dependencies and consumers"
        raise Unresolved("bad-selector", f"{placeholder.raw}: '{name}' is no step", hint)
    ways = draft.view.dependencies if name == "dependencies" else draft.view.consumers
    wanted = _wanted(argument, own, placeholder)
    catalog = draft.request.catalog
    if catalog.type(wanted[0]) is None:
        hint = did_you_mean(wanted[0], [t.name for t in catalog.types()], noun="types")
        raise Unresolved("unknown-type", f"{placeholder.raw}: there is no resource type '{wanted[0]}'", hint)
    return {a for start in found for a in ways.get(start, ()) if _fits(a, wanted)}


def _wanted(argument: str, own: Address, placeholder: Placeholder) -> tuple[str, str | None, str | None]:
    kind, hashed, id_ = argument.partition("#")
    type_, dotted, class_ = kind.partition(".")
    if not type_ or (hashed and not id_) or (dotted and not class_):
        hint = "a step is written like dependencies('type.class#id'); class and id may be left out"
        raise Unresolved("bad-selector", f"{placeholder.raw}: '{argument}' names no type", hint)
    return (
        type_,
        (class_.replace(OWN, own.class_) if dotted else None),
        (id_.replace(OWN, own.id) if hashed else None),
    )


def _fits(address: Address, wanted: tuple[str, str | None, str | None]) -> bool:
    type_, class_, id_ = wanted
    return (
        address.type == type_
        and (class_ is None or address.class_ == class_)
        and (id_ is None or address.id == id_)
    )
