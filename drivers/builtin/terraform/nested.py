"""What a Terraform plan does, object by object, as plain data that reviewers see and an apply can be held to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ....graph.narrow import is_list, is_map
from ....graph.values import HIDDEN
from ...secrets import scrub
from .root import Call

LATER = "(known after apply)"
"""Stands for a value that the apply decides."""

_ACTIONS: Mapping[tuple[str, ...], str] = {
    ("create",): "create",
    ("update",): "update",
    ("delete",): "delete",
    ("delete", "create"): "replace",
    ("create", "delete"): "replace",
    ("forget",): "forget",
    ("create", "forget"): "replace",
    ("read",): "read",
    ("no-op",): "no-op",
}
_TELLING = 4
"""A shorter text stands in others by chance."""

Nested = tuple[Mapping[str, Any], ...]


def nested(plan: Mapping[str, Any], call: Call, secrets: Sequence[str]) -> Nested:
    """The changes below one module, sorted by address; addresses are relative to the module.

    Each is ``{object, action, changes: [{path, before, after}]}``. Values that Terraform marks as sensitive, and those
    that hold such a value or one of ``secrets``, are masked.
    """
    found = [_object(change, call, secrets) for change in _own(plan, call) if action_of(change) not in _QUIET]
    return tuple(sorted(found, key=lambda item: item["object"]))


_QUIET = frozenset({"no-op", "read"})


def hidden_in(plan: Mapping[str, Any]) -> tuple[str, ...]:
    """Every text that the plan marks as sensitive somewhere: providers copy such values into places without a mark."""
    found: set[str] = set()
    for change in plan.get("resource_changes", ()):
        body = change["change"]
        for side in ("before", "after"):
            found |= set(_marked(body.get(side), body.get(f"{side}_sensitive")))
    return tuple(sorted(text for text in found if len(text) >= _TELLING))


def action_of(change: Mapping[str, Any]) -> str:
    """One word for what is done to an object."""
    body = change["change"]
    action = _ACTIONS.get(tuple(body["actions"]), "-".join(body["actions"]))
    return "import" if action in ("no-op", "update") and body.get("importing") else action


def _own(plan: Mapping[str, Any], call: Call) -> Iterator[Mapping[str, Any]]:
    for change in plan.get("resource_changes", ()):
        if f"{change.get('address', '')}".startswith(call.address):
            yield change


def _object(change: Mapping[str, Any], call: Call, secrets: Sequence[str]) -> Mapping[str, Any]:
    body = change["change"]
    action = action_of(change)
    changes: list[dict[str, Any]] = []
    if action != "delete":
        before, after = _Side.of(body, "before"), _Side.of(body, "after")
        changes = [_scrubbed(c, secrets) for c in _changes("", before, after)]
    found = {"object": change["address"].removeprefix(call.address), "action": action, "changes": changes}
    paths = [".".join(map(str, path)) for path in body.get("replace_paths", ())]
    return {**found, "forced_by": sorted(paths)} if paths else found


class _Side:
    """One side of a change: a value, which of it is unknown, which of it is sensitive."""

    def __init__(self, value: Any, unknown: Any, sensitive: Any) -> None:
        self.value, self.unknown, self.sensitive = value, unknown, sensitive

    @classmethod
    def of(cls, body: Mapping[str, Any], side: str) -> _Side:
        unknown = body.get("after_unknown", False) if side == "after" else False
        return cls(body.get(side), unknown, body.get(f"{side}_sensitive", False))

    @property
    def is_open(self) -> bool:
        """Whether it has to be looked into: it is a map or a list and not all of it is unknown or sensitive."""
        whole = self.unknown is True or self.sensitive is True
        return not whole and (is_map(self.value) or is_list(self.value) or _inner(self.unknown))

    @property
    def keys(self) -> list[str]:
        parts = (self.value, self.unknown)
        names = [str(k) for part in parts if is_map(part) for k in part]
        sizes = [len(part) for part in parts if is_list(part)]
        return [*names, *(str(i) for i in range(max(sizes, default=0)))]

    def below(self, key: str) -> _Side:
        return _Side(_part(self.value, key), _part(self.unknown, key), _part(self.sensitive, key))

    @property
    def shown(self) -> Any:
        if self.unknown is True:
            return LATER
        if self.sensitive is True:
            return None if self.value is None else HIDDEN
        return self.value


def _inner(mark: Any) -> bool:
    return (is_map(mark) or is_list(mark)) and bool(mark)


def _changes(path: str, before: _Side, after: _Side) -> Iterator[dict[str, Any]]:
    if before.is_open or after.is_open:
        keys = dict.fromkeys((*before.keys, *after.keys))
        looks = all(side.is_open or side.shown is None for side in (before, after))
        if keys and looks:
            for key in keys:
                yield from _changes(f"{path}.{key}" if path else key, before.below(key), after.below(key))
            return
    if before.value is None and after.value is None and after.unknown is not True:
        return  # what is not given is no less so for being secret
    same = after.unknown is not True and before.value == after.value
    if not same or (before.sensitive is True) != (after.sensitive is True):
        yield {"path": path, "before": before.shown, "after": after.shown}


def _part(container: Any, key: str) -> Any:
    if container is True:
        return True
    if is_map(container):
        return container.get(key)
    if is_list(container) and key.isdigit() and int(key) < len(container):
        return container[int(key)]
    return None


def _marked(value: Any, mark: Any) -> Iterator[str]:
    if mark is True:
        yield from _texts(value)
    elif is_map(mark) or is_list(mark):
        for key in mark if is_map(mark) else map(str, range(len(mark))):
            yield from _marked(_part(value, str(key)), _part(mark, str(key)))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif is_map(value) or is_list(value):
        for item in value.values() if is_map(value) else value:
            yield from _texts(item)


def _scrubbed(value: Any, secrets: Sequence[str]) -> Any:
    if isinstance(value, str):
        return scrub(value, [s for s in secrets if len(s) >= _TELLING])
    if is_map(value):
        return {str(k): _scrubbed(v, secrets) for k, v in value.items()}
    return [_scrubbed(v, secrets) for v in value] if is_list(value) else value
