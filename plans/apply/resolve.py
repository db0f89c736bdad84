"""What a step really has to do once the values it waited for are known. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from msgspec import Struct
from msgspec.structs import replace

from ...graph.address import Address
from ...graph.values import Secret, Unknown, Value, dig, fill
from ..action import Action
from ..change import Change, Target
from ..compare import properties
from ..effective import fingerprint
from ..state.records import ResourceRecord, ResourceStatus
from ..versions import Newest, with_versions


class OutputMissing(Exception):
    """An upstream resource did not give an output that this one needs."""


class Resolved(Struct, frozen=True):
    """A change with its final inputs, and the action that these leave of it."""

    change: Change
    target: Target
    fingerprint: str


Outputs = Callable[[Address], Mapping[str, Value]]
"""Answers the recorded outputs of a resource; KeyError where none are recorded."""


def _final(value: Value, outputs: Outputs, own: Address) -> Value:
    """``value`` with every unknown of another resource replaced; raises :class:`OutputMissing`."""

    def known(leaf: Unknown | Secret) -> Value:
        if isinstance(leaf, Secret) or leaf.source == own:
            return leaf
        try:
            given = outputs(leaf.source)
        except KeyError:
            raise OutputMissing(f"{leaf.source} has no recorded outputs") from None
        try:
            return dig(given, leaf.path)
        except KeyError:
            return None

    return fill(value, known)


def resolve(
    change: Change,
    outputs: Outputs,
    record: ResourceRecord | None,
    newest: Newest,
    traits: tuple[int, frozenset[str]],
) -> Resolved:
    """The change with final inputs; its action only goes down: replace, update, no-op.

    ``traits`` are the driver's behaviour and its immutable inputs. Raises :class:`OutputMissing`.
    """
    behaviour, immutable = traits
    if change.target is None:
        raise ValueError("removals have nothing to resolve")
    inputs = _final(change.target.inputs, outputs, change.address)
    inputs = with_versions(inputs, newest, {} if record is None else record.inputs)
    output_map = _final(change.target.output_map, outputs, change.address)
    connection = change.target.connection
    if connection is not None:
        values = with_versions(connection.values, newest, connection.values)
        connection = replace(connection, values=values)
    target = replace(change.target, inputs=inputs, output_map=output_map, connection=connection)
    print_ = fingerprint(change.driver, behaviour, inputs, connection)
    return Resolved(
        replace(change, action=_action(change, inputs, record, print_, immutable)), target, print_
    )


def _action(
    change: Change,
    inputs: Mapping[str, Value],
    record: ResourceRecord | None,
    print_: str,
    immutable: frozenset[str],
) -> Action:
    if record is None or change.forced or change.action not in (Action.UPDATE, Action.REPLACE):
        return change.action
    if record.fingerprint == print_ and record.status is ResourceStatus.READY:
        return Action.NO_OP
    if change.action is Action.REPLACE and change.conditional and record.driver == change.driver:
        differing = {d.path.split(".", 1)[0] for d in properties(record.inputs, inputs)}
        return Action.REPLACE if differing & immutable else Action.UPDATE
    return change.action
