"""Whether a driver kept its word: planned values, stable fields, declared outputs. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ...graph.types import OutputField
from ...graph.values import Secret, Text, Unknown, Value, display, leaves
from ..change import Change, Target
from ..compare import equal

_KINDS: Mapping[str, tuple[type, ...]] = {
    "string": (str, Text, Secret),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "object": (dict,),
    "array": (list, tuple),
}


def broken_promises(
    change: Change, target: Target, outputs: Mapping[str, Value], before: Mapping[str, Value]
) -> list[str]:
    """What the driver did other than it said, as sentences; ``before`` are the recorded outputs of an update."""
    return [
        *_declared(change, target, outputs),
        *_planned(change, target, outputs, before),
    ]


def _declared(change: Change, target: Target, outputs: Mapping[str, Value]) -> Iterator[str]:
    name = target.definition.get("name")
    for field in target.fields.values():
        if outputs.get(field.name) is None:
            if not field.optional:
                yield f"driver {change.driver} gave no output '{field.name}', which definition {name} declares"
        elif not _fits(field, outputs[field.name]):
            kind = type(outputs[field.name]).__name__
            yield f"output '{field.name}' of driver {change.driver} is of type {kind}, declared is {field.type}"


def _fits(field: OutputField, value: Value) -> bool:
    if field.type not in _KINDS or isinstance(value, Secret):
        return True
    if isinstance(value, bool) and field.type != "boolean":
        return False
    if isinstance(value, float) and field.type == "integer":
        return value.is_integer()
    return isinstance(value, _KINDS[field.type])


def _planned(
    change: Change, target: Target, outputs: Mapping[str, Value], before: Mapping[str, Value]
) -> Iterator[str]:
    for name, planned in change.outputs.items():
        if name not in outputs or _open(planned) or equal(planned, outputs[name]):
            continue
        if any(isinstance(leaf, Secret) for leaf in leaves(outputs[name])) and not any(
            True for _ in leaves(planned)
        ):
            continue
        old, new = display(planned), display(outputs[name])
        field = target.fields.get(name)
        if field is not None and field.stable and name in before:
            yield f"driver {change.driver} changed its stable output '{name}' from {old!r} to {new!r}"
        else:
            yield f"driver {change.driver} planned output '{name}' as {old!r} and gave {new!r}"


def _open(planned: Value) -> bool:
    """Whether the planned value leaves something to be decided."""
    return any(isinstance(leaf, Unknown) or leaf.version is None for leaf in leaves(planned))
