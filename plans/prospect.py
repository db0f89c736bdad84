"""Outputs before they exist: what a change will give as far as that is known at plan time. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from ..graph.address import Address
from ..graph.types import OutputField
from ..graph.values import Secret, Unknown, Value, dig, fill, leaves


def mapped(
    output_map: Mapping[str, Value] | None,
    fields: Collection[str],
    driver_outputs: Mapping[str, Value],
    own: Address,
) -> dict[str, Value]:
    """The outputs of a resource from its driver's own; what the driver did not give is left out.

    Leaves of ``output_map`` whose source is ``own`` stand for driver outputs; others are kept. Without a map
    the declared ``fields`` are taken as they are, all outputs where the type declares none.
    """
    if output_map is None:
        return {k: v for k, v in driver_outputs.items() if not fields or k in fields}
    found: dict[str, Value] = {}
    for name, expression in output_map.items():
        try:
            found[name] = fill(expression, lambda leaf: _own(leaf, driver_outputs, own))
        except KeyError:
            continue
    return found


def _own(leaf: Unknown | Secret, driver_outputs: Mapping[str, Value], own: Address) -> Value:
    if isinstance(leaf, Secret) or leaf.source != own:
        return leaf
    return dig(driver_outputs, leaf.path)


def to_come(fields: Mapping[str, OutputField], own: Address) -> dict[str, Value]:
    """Every declared output as unknown."""
    return {f.name: Unknown(own, (f.name,), f.type, f.secret) for f in fields.values()}


def after_create(
    fields: Mapping[str, OutputField],
    output_map: Mapping[str, Value] | None,
    proposed: Mapping[str, Value],
    own: Address,
) -> dict[str, Value]:
    """Planned outputs of a create or replacement: those that the driver proposes, the others unknown."""
    known = mapped(output_map, fields, proposed, own)
    return {**to_come(fields, own), **{n: v for n, v in known.items() if not _waits_for(v, own)}}


def after_update(
    fields: Mapping[str, OutputField], planned: Mapping[str, Value], recorded: Mapping[str, Value]
) -> dict[str, Value]:
    """Planned outputs of an update: stable fields keep their recorded value unless the driver proposes one."""
    found = dict(planned)
    for field in fields.values():
        if field.stable and field.name in recorded:
            found[field.name] = recorded[field.name]
    return found


def after_rotation(
    fields: Mapping[str, OutputField], recorded: Mapping[str, Value], which: str, own: Address
) -> dict[str, Value]:
    """Planned outputs of a rotation: the secrets rotated are unknown, everything else stays."""
    found = dict(recorded)
    for field in fields.values():
        if field.secret and which in ("*", field.name):
            found[field.name] = Unknown(own, (field.name,), field.type, True)
    return found


def look_up(leaf: Unknown, planned: Mapping[Address, Mapping[str, Value]]) -> Value:
    """The planned value of a reference; an optional output that is absent is null."""
    value: Value = planned.get(leaf.source)
    if value is None:
        return leaf
    for index, step in enumerate(leaf.path):
        if isinstance(value, Unknown):
            return Unknown(value.source, (*value.path, *leaf.path[index:]), leaf.type, leaf.secret)
        try:
            value = dig(value, (step,))
        except KeyError:
            return None
    return value


def _waits_for(value: Value, own: Address) -> bool:
    return any(isinstance(leaf, Unknown) and leaf.source == own for leaf in leaves(value))
