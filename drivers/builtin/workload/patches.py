"""Patches of profiles on rendered objects of any target: merges and JSON patches. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct

from ....graph.narrow import is_list, is_map
from ....graph.values import Secret, leaves
from ...faults import PermanentFault

_KEYED = ("containers", "initContainers", "env", "volumes", "ports")

Object = dict[str, Any]


class Patchable(Struct, frozen=True):
    """What a target's objects are: the target's name, and how an object is called."""

    target: str
    name: Callable[[Mapping[str, Any]], Any]

    def told(self, objects: Mapping[str, Object]) -> str:
        """The objects that there are, by kind."""
        kinds: dict[str, list[str]] = {}
        for found in objects.values():
            kinds.setdefault(str(found.get("kind")), []).append(str(self.name(found)))
        listed = "; ".join(
            f"objects of kind {kind} named {', '.join(names)}" for kind, names in kinds.items()
        )
        return f"there are {listed}"

    def matches(self, found: Object, wanted: Mapping[str, Any]) -> bool:
        """Whether an object is one that a patch is about."""
        return all((self.name(found) if k == "name" else found.get(k)) == v for k, v in wanted.items())


def patched(
    objects: Mapping[str, Object], profiles: list[Any] | tuple[Any, ...], about: Patchable
) -> dict[str, Object]:
    """The objects by their keys after the patches of all profiles for this target, in their order.

    Raises :class:`PermanentFault` for a patch that matches no object, cannot be made, or takes a secret away.
    """
    found = dict(objects)
    for profile in profiles:
        if profile.get("target") != about.target:
            continue
        for number, patch in enumerate(profile.get("patches") or ()):
            where = f"patch {number + 1} of profile {profile.get('name')}"
            for name in _matching(found, patch, where, about):
                found[name] = _one(found[name], patch, where, about)
    return found


def merge(value: Any, change: Any, key: str = "") -> Any:
    """``change`` over ``value``: maps deep, null deletes, lists replaced except those whose items have a known key."""
    if is_map(value) and is_map(change):
        merged = {k: v for k, v in value.items() if k not in change}
        merged |= {k: merge(value.get(k), v, k) for k, v in change.items() if v is not None}
        return merged
    field = "name" if key in _KEYED else "mountPath" if key == "volumeMounts" else ""
    if field and is_list(value) and is_list(change):
        return _merge_items(value, change, field)
    return change


def apply_operation(value: Any, operation: Mapping[str, Any]) -> Any:
    """One operation of a JSON patch (add, replace, remove); raises KeyError where its path leads nowhere."""
    kind = operation.get("op")
    if kind not in ("add", "replace", "remove"):
        raise KeyError(f"operation {kind!r} is none of add, replace, remove")
    path = str(operation.get("path", ""))
    if not path.startswith("/"):
        raise KeyError(f"path {path!r} does not begin with /")
    steps = [step.replace("~1", "/").replace("~0", "~") for step in path[1:].split("/")]
    return _at(value, steps, str(kind), operation.get("value"))


def _matching(
    objects: Mapping[str, Object], patch: Mapping[str, Any], where: str, about: Patchable
) -> list[str]:
    wanted: Mapping[str, Any] = patch.get("object") or {}
    found = [key for key, item in objects.items() if about.matches(item, wanted)]
    if not found:
        raise PermanentFault(f"{where} matches no object", hint=about.told(objects))
    return found


def _one(found: Object, patch: Mapping[str, Any], where: str, about: Patchable) -> Object:
    after: Any = found
    try:
        if "merge" in patch:
            after = merge(after, patch["merge"])
        for operation in patch.get("json") or ():
            after = apply_operation(after, operation)
    except KeyError as error:
        raise PermanentFault(f"{where} cannot be made: {error.args[0]}") from error
    if not is_map(after) or (after.get("kind"), about.name(after)) != (found["kind"], about.name(found)):
        raise PermanentFault(f"{where} changes the object's kind or name")
    if _secrets(found) - _secrets(after):
        raise PermanentFault(f"{where} removes a reference to a secret")
    return dict(after)


def _secrets(value: Any) -> set[Secret]:
    return {leaf for leaf in leaves(value) if isinstance(leaf, Secret)}


def _merge_items(value: Any, change: Any, field: str) -> list[Any]:
    merged: dict[Any, Any] = {item.get(field): item for item in value if is_map(item)}
    for item in change:
        key = item.get(field) if is_map(item) else None
        merged[key] = merge(merged.get(key), item)
    return [*merged.values()]


def _at(value: Any, steps: list[str], kind: str, given: Any) -> Any:
    step, rest = steps[0], steps[1:]
    if is_map(value):
        return _in_map(dict(value), step, rest, kind, given)
    if is_list(value):
        return _in_list([*value], step, rest, kind, given)
    raise KeyError(f"there is nothing at {step!r}")


def _in_map(value: dict[str, Any], step: str, rest: list[str], kind: str, given: Any) -> dict[str, Any]:
    if step not in value and (rest or kind != "add"):
        raise KeyError(f"there is no {step!r}")
    if rest:
        value[step] = _at(value[step], rest, kind, given)
    elif kind == "remove":
        del value[step]
    else:
        value[step] = given
    return value


def _in_list(value: list[Any], step: str, rest: list[str], kind: str, given: Any) -> list[Any]:
    adding = kind == "add" and not rest
    if not (step.isdigit() or (adding and step == "-")):
        raise KeyError(f"{step!r} is no position in a list")
    index = len(value) if step == "-" else int(step)
    if index > len(value) or (index == len(value) and not adding):
        raise KeyError(f"the list ends before {step}")
    if rest:
        value[index] = _at(value[index], rest, kind, given)
    elif kind == "remove":
        del value[index]
    elif kind == "add":
        value.insert(index, given)
    else:
        value[index] = given
    return value
