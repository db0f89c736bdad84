"""What each wanted resource is to be: its inputs with what the resources before it are planned to give."""

from __future__ import annotations

from collections.abc import Mapping

from ..graph.address import Address
from ..graph.resources import ResourceNode
from ..graph.values import Secret, Unknown, Value, fill
from .change import Target
from .effective import fingerprint
from .probe import Probe
from .prospect import look_up
from .state.records import RecordedEdge, ResourceRecord
from .versions import Newest, recorded_connection, with_versions


class Targets:
    """Makes the targets of one graph, in its order. ``planned`` are the outputs planned so far, by address."""

    def __init__(self, probe: Probe, newest: Newest, planned: Mapping[Address, Mapping[str, Value]]) -> None:
        self.made: dict[Address, Target] = {}
        self._probe = probe
        self._newest = newest
        self._planned = planned
        self._definitions: dict[str, Mapping[str, object]] = {}

    def of(self, node: ResourceNode, record: ResourceRecord | None) -> tuple[Target, str]:
        """What the resource is to be, and the fingerprint of that."""
        inputs: Mapping[str, Value] = fill(node.inputs, self._known)
        inputs = with_versions(inputs, self._newest, {} if record is None else record.inputs)
        connection = recorded_connection(node.connection, self._newest, record.connection if record else None)
        traits = self._probe.traits(node.driver, str(node.address))
        target = self.made[node.address] = Target(
            inputs=inputs,
            output_map=self._output_map(node),
            fields=node.fields,
            definition=self._definition(node),
            connection=connection,
            edges=_edges(node),
            on_remove=node.definition.on_remove,
            timeout=node.definition.timeout,
            runtime=self._probe.runtime(node.driver, inputs, str(node.address)),
            asked_by=_asked_by(node),
        )
        return target, fingerprint(node.driver, traits.behaviour, inputs, connection)

    def _known(self, leaf: Unknown | Secret) -> Value:
        return leaf if isinstance(leaf, Secret) else look_up(leaf, self._planned)

    def _output_map(self, node: ResourceNode) -> Mapping[str, Value] | None:
        """The expressions of the outputs, with what they take from other resources as far as it is known."""
        if node.outputs is None:
            return None

        def known(leaf: Unknown | Secret) -> Value:
            if isinstance(leaf, Secret) or leaf.source == node.address:
                return leaf
            return look_up(leaf, self._planned)

        filled: Mapping[str, Value] = fill(node.outputs, known)
        return filled

    def _definition(self, node: ResourceNode) -> Mapping[str, object]:
        found = node.definition
        if found.digest not in self._definitions:
            self._definitions[found.digest] = {"name": found.name, "digest": found.digest, "body": found.body}
        return self._definitions[found.digest]


def _asked_by(node: ResourceNode) -> tuple[Address, ...]:
    """The resources whose definitions ask for it; none where a file does, too."""
    owners = [asking.owner for asking in node.asked_by]
    return tuple(sorted({owner for owner in owners if owner is not None})) if None not in owners else ()


def _edges(node: ResourceNode) -> tuple[RecordedEdge, ...]:
    """The node's direct edges as they are recorded: one per use, or one without names for order only."""
    found = [RecordedEdge(e.target, i, o) for e in node.edges for i, o in (e.uses or (("", ""),))]
    return tuple(dict.fromkeys(found))
