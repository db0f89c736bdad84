"""Hides what a secret went into, whatever a template made of it. Pure.

A chart is rendered twice, with the secrets and with something else in their place. What then differs, be it an encoding or
a digest, comes of a secret, or of chance. It compares as what it is, and is shown as what must not be seen.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ....graph.narrow import is_list, is_map
from ....graph.values import HIDDEN
from ..kubernetes.differences import Difference
from ..kubernetes.objects import Object, part
from ..kubernetes.secrecy import is_secret


@dataclass(frozen=True, eq=False)
class Hidden:
    """A value that compares as itself, also with one that is not hidden, and is never shown."""

    value: Any

    def __eq__(self, other: object) -> bool:
        return bool(self.value == (other.value if isinstance(other, Hidden) else other))

    def __hash__(self) -> int:
        return hash(str(self.value))

    def __str__(self) -> str:
        return HIDDEN

    __repr__ = __str__


def masked(real: Any, twin: Any) -> Any:
    """``real`` with everything hidden that is another in ``twin``, or is not there."""
    if is_map(real) and is_map(twin):
        return {
            name: masked(item, twin[name]) if name in twin else hidden(item) for name, item in real.items()
        }
    if is_list(real) and is_list(twin) and len(real) == len(twin):
        return [masked(item, other) for item, other in zip(real, twin, strict=True)]
    return real if real == twin else hidden(real)


def hidden(value: Any) -> Any:
    """``value`` with every leaf hidden, so that its shape still can be compared."""
    if is_map(value):
        return {name: hidden(item) for name, item in value.items()}
    if is_list(value):
        return [hidden(item) for item in value]
    return value if isinstance(value, Hidden) else Hidden(value)


def without_data(found: Object) -> Object:
    """A Secret with its data hidden; anything else as it is."""
    return {**found, "data": hidden(part(found, "data"))} if is_secret(found) else found


def shown(difference: Difference) -> Difference:
    """A difference as it may be seen by anybody."""
    before, after = _shown(difference.before), _shown(difference.after)
    if _is_hidden(difference.before) and _is_hidden(difference.after) and after == before:
        after = f"{HIDDEN} (changed)"
    return Difference(difference.path, before, after)


def _shown(value: Any) -> Any:
    if isinstance(value, Hidden):
        return HIDDEN
    if is_map(value):
        return {name: _shown(item) for name, item in value.items()}
    return [_shown(item) for item in value] if is_list(value) else value


def _is_hidden(value: Any) -> bool:
    return any(_leaves(value))


def _leaves(value: Any) -> Iterator[bool]:
    if is_map(value) or is_list(value):
        for item in value.values() if is_map(value) else value:
            yield from _leaves(item)
    else:
        yield isinstance(value, Hidden)
