"""Which properties differ between two values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ..graph.narrow import is_list, is_map
from ..graph.values import Unknown, Value, leaves
from .change import PropertyDiff


def properties(before: Mapping[str, Value], after: Mapping[str, Value]) -> tuple[PropertyDiff, ...]:
    """The differing properties in sorted order; maps are compared deep, lists of equal length by element.

    An unknown counts as different from everything but an equal unknown.
    """
    return tuple(_maps(before, after, ""))


def _maps(before: Mapping[str, Value], after: Mapping[str, Value], prefix: str) -> Iterator[PropertyDiff]:
    for key in sorted({*before, *after}):
        path = f"{prefix}{_escape(key)}"
        if key not in before:
            yield PropertyDiff(path, after=after[key], added=True)
        elif key not in after:
            yield PropertyDiff(path, before=before[key], removed=True)
        else:
            yield from _values(before[key], after[key], path)


def _values(before: Value, after: Value, path: str) -> Iterator[PropertyDiff]:
    if before is after or equal(before, after):
        return
    if is_map(before) and is_map(after):
        yield from _maps(before, after, f"{path}.")
    elif is_list(before) and is_list(after) and len(before) == len(after):
        for index, (old, new) in enumerate(zip(before, after, strict=True)):
            yield from _values(old, new, f"{path}.{index}")
    else:
        yield PropertyDiff(path, before=before, after=after)


def equal(before: Value, after: Value) -> bool:
    """Equality of values in which ``1`` and ``True`` differ, and ``1`` and ``1.0`` do not."""
    if isinstance(before, bool) or isinstance(after, bool):
        return before is after
    if is_map(before) and is_map(after):
        return before.keys() == after.keys() and all(equal(v, after[k]) for k, v in before.items())
    if is_list(before) and is_list(after):
        return len(before) == len(after) and all(equal(a, b) for a, b in zip(before, after, strict=True))
    return bool(before == after)


def undecided(diff: PropertyDiff) -> bool:
    """Whether the property may turn out unchanged once its unknowns are known."""
    return (
        not diff.added and not diff.removed and any(isinstance(leaf, Unknown) for leaf in leaves(diff.after))
    )


def _escape(key: str) -> str:
    return key.replace("\\", "\\\\").replace(".", "\\.")


def differs(before: Mapping[str, Value], after: Mapping[str, Value]) -> bool:
    """Whether two descriptions of one object differ in anything that was known, secrets not looked at."""
    return any(not _unsure(d) for d in properties(before, after))


def _unsure(diff: PropertyDiff) -> bool:
    return any(True for side in (diff.before, diff.after) for _ in leaves(side))
