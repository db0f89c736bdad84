"""What differs between two states that an application was, is, or is to be in. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct, field

from ..graph.address import Address
from ..graph.resources import ResourceNode
from ..graph.values import Value
from .change import PropertyDiff
from .compare import properties


class Side(Struct, frozen=True):
    """One of the two: what it is called, the resources that it asks for, and what it was made from.

    ``application`` is the digest of the files. A side on which nothing is left has no resources.
    """

    title: str
    nodes: Mapping[Address, ResourceNode] = field(default_factory=dict[Address, ResourceNode])
    images: Mapping[str, str] = field(default_factory=dict[str, str])
    variables: Mapping[str, Value] = field(default_factory=dict[str, Value])
    catalog: str | None = None
    application: str | None = None


class Contrast(Struct, frozen=True):
    """The differences from ``before`` to ``after``; ``changed`` are the properties of resources that both have."""

    before: Side
    after: Side
    removed: tuple[Address, ...]
    added: tuple[Address, ...]
    changed: Mapping[Address, tuple[PropertyDiff, ...]]
    images: tuple[PropertyDiff, ...]
    variables: tuple[PropertyDiff, ...]

    @property
    def is_empty(self) -> bool:
        """Whether both ask for the same and are made from the same."""
        told = (self.removed, self.added, self.changed, self.images, self.variables)
        same = (self.before.catalog, self.before.application) == (self.after.catalog, self.after.application)
        return same and not any(told)


def contrast(before: Side, after: Side) -> Contrast:
    """Compare two sides; an output that is known only after an apply equals the same output of the same resource."""
    both = sorted(before.nodes.keys() & after.nodes.keys())
    changed = {a: properties(_looks(before.nodes[a]), _looks(after.nodes[a])) for a in both}
    return Contrast(
        before,
        after,
        removed=tuple(sorted(before.nodes.keys() - after.nodes.keys())),
        added=tuple(sorted(after.nodes.keys() - before.nodes.keys())),
        changed={a: found for a, found in changed.items() if found},
        images=properties(before.images, after.images),
        variables=properties(before.variables, after.variables),
    )


def _looks(node: ResourceNode) -> dict[str, Value]:
    connection = None if node.connection is None else node.connection.name
    looks = {"definition": node.definition.name, "driver": node.driver, "connection": connection}
    return {**looks, "inputs": node.inputs}
