"""What no two resources of one type may have alike, such as the host and path of routes."""

from __future__ import annotations

from typing import Any

from ...graph.diagnostics import Diagnostic
from ..draft import Draft, DraftNode


def check_uniques(draft: Draft) -> None:
    """Tell resources of one type and class that have all params alike which the type declares as ``unique``.

    A param that is decided later counts as alike only where it is the same output of the same resource.
    """
    seen: dict[Any, DraftNode] = {}
    for node in draft.nodes.values():
        if node.recipe is None or not node.recipe.type.unique:
            continue
        names = node.recipe.type.unique
        key = (node.address.type, node.address.class_, repr([node.params.get(name) for name in names]))
        first = seen.setdefault(key, node)
        if first is not node:
            draft.findings.add(_alike(node, first, names))


def _alike(node: DraftNode, first: DraftNode, names: tuple[str, ...]) -> Diagnostic:
    what = " and ".join(names)
    return Diagnostic(
        "not-unique",
        f"{node.address} has the same {what} as {first.address}",
        place=node.param_place(names[0]),
        address=str(node.address),
        hint=f"change one of them, or remove one: the {what} of a {node.address.type} can be given once",
    )
