"""The inputs and outputs of every node: its definition's expressions with all placeholders resolved."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...graph.values import Value
from ..draft import Draft, DraftNode
from ..scopes import PlatformScope, Site
from ..view import View

_INPUTS = frozenset({"select"})
_OUTPUTS = frozenset({"select", "outputs"})


def fill_inputs(draft: Draft) -> None:
    """Resolve what definitions write. Selectors see the graph as it is now, without the edges that they add."""
    recipes = {id(n.recipe): n.recipe for n in draft.nodes.values() if n.recipe is not None}
    if any(recipe.selects for recipe in recipes.values()):
        draft.view = View.of({address: node.edges for address, node in draft.nodes.items()})
    for node in draft.nodes.values():
        if node.recipe is None:
            continue
        definition = node.recipe.definition
        site = Site(draft, node, definition.places, ("inputs",))
        made: dict[str, Value] = site.render(definition.inputs, PlatformScope(site, node, _INPUTS).answer)
        node.inputs = {**made, **node.recipe.carried}
        if node.recipe.type.variables_as_outputs:
            continue
        if definition.outputs is not None:
            node.outputs = _outputs(draft, node, definition.outputs)


def _outputs(draft: Draft, node: DraftNode, written: Mapping[str, Any]) -> Mapping[str, Value]:
    definition = node.recipe.definition if node.recipe else None
    site = Site(draft, node, definition.places if definition else None, ("outputs",))
    made: Mapping[str, Value] = site.render(written, PlatformScope(site, node, _OUTPUTS).answer)
    return made
