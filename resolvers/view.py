"""The graph as selectors see it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct, field

from ..graph.address import Address

Ways = Mapping[Address, tuple[Address, ...]]


class View(Struct, frozen=True):
    """The edges as they stood before any selector was evaluated, both ways."""

    dependencies: Ways = field(default_factory=dict[Address, tuple[Address, ...]])
    consumers: Ways = field(default_factory=dict[Address, tuple[Address, ...]])

    @classmethod
    def of(cls, edges: Mapping[Address, Iterable[Address]]) -> View:
        """What can be seen from each node, given what it depends on."""
        forward = {source: tuple(targets) for source, targets in edges.items()}
        backward: dict[Address, list[Address]] = {}
        for source, targets in forward.items():
            for target in targets:
                backward.setdefault(target, []).append(source)
        return cls(forward, {target: tuple(found) for target, found in backward.items()})
