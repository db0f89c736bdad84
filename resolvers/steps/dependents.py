"""The edges of what is provisioned together with something."""

from __future__ import annotations

from ...graph.address import Address
from ..catalog import CoProvision
from ..draft import Draft, DraftNode
from ..expand import provisioned_address
from ..view import View


def link_dependents(draft: Draft) -> None:
    """``copyDependents`` for all, seeing the edges as they were before; then ``dependsOnCurrent`` for all."""
    pairs = [
        (node, part, draft.nodes[target])
        for node in draft.nodes.values()
        if node.recipe is not None
        for part in node.recipe.definition.co_provision
        if (target := provisioned_address(node.address, part)) in draft.nodes
    ]
    if any(part.copy_dependents for _, part, _ in pairs):
        _copy(draft, pairs)
    for owner, part, new in pairs:
        if part.depends_on_current:
            new.link(owner.address, f"provisioned after {owner.address}", part.place)


def _copy(draft: Draft, pairs: list[tuple[DraftNode, CoProvision, DraftNode]]) -> None:
    consumers = View.of({address: node.edges for address, node in draft.nodes.items()}).consumers
    provisioned: dict[Address, set[Address]] = {}
    for owner, _, new in pairs:
        provisioned.setdefault(owner.address, set()).add(new.address)
    for owner, part, new in pairs:
        if not part.copy_dependents:
            continue
        for address in consumers.get(owner.address, ()):
            if address not in provisioned[owner.address]:
                why = f"depends on {owner.address}, which {new.address} comes with"
                draft.nodes[address].link(new.address, why, part.place)
