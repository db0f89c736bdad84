"""Data laid upon other data together with where each part of it stands. Pure; nothing that is given is changed."""

from __future__ import annotations

import re
from typing import Any

from ...graph.narrow import is_list, is_map
from ..positions import Branch, spot_of
from ..report import dotted

Node = tuple[Any, Branch | int]
"""A value and its spots."""

APPEND = "-1"
"""The step that stands for a new item at the end of a list."""

_INDEX = re.compile(r"-?[0-9]{1,9}\Z", re.ASCII)


class Misplaced(ValueError):
    """A path that leads nowhere in the data; the message says where it ends and why."""


class NotThere(LookupError):
    """There is nothing to take away at a path."""


def merged(under: Node, over: Node) -> Node:
    """Maps are merged, null takes a key away, and everything else, lists too, replaces what was there.

    Of what was taken away the spot stays, so that it can be told who took it.
    """
    wanted, spots = over
    if not is_map(wanted):
        return over
    data: Any = under[0] if is_map(under[0]) else {}
    branch = _opened(under) if is_map(under[0]) else Branch(spot_of(spots), {})
    found = dict(data)
    for key, value in wanted.items():
        below = _below(spots, key)
        if value is None:
            found.pop(key, None)
            _set(branch, key, below, _key(spots, key))
            continue
        found[key], place = merged((data.get(key), _below(branch, key)), (value, below))
        _set(branch, key, place, _key(spots, key), keep=key in data)
    return found, branch


def put(under: Node, path: tuple[str, ...], over: Node, depth: int = 0) -> Node:
    """``over`` in the place of what stands at ``path``; maps on the way to it are made where there are none.

    Raises :class:`Misplaced`.
    """
    if depth == len(path):
        return over
    step, data = path[depth], under[0]
    if data is None:
        under = ([] if step == APPEND else {}, spot_of(over[1]))
    branch = _opened(under)
    if is_list(under[0]):
        items = list(under[0])
        index = len(items) if step == APPEND else _index(items, path, depth)
        child = (items[index], _below(branch, index)) if index < len(items) else (None, spot_of(over[1]))
        item, place = put(child, path, over, depth + 1)
        items[index : index + 1] = [item]
        return items, Branch(branch.spot, [*_items(branch, index), place, *_items(branch)[index + 1 :]])
    if not is_map(under[0]):
        raise Misplaced(
            f"{dotted(path[:depth])} is neither a map nor a list, so that it has no '{step[:100]}'"
        )
    found = dict(under[0])
    found[step], place = put((found.get(step), _below(branch, step)), path, over, depth + 1)
    _set(branch, step, place, spot_of(over[1]), keep=step in under[0])
    return found, branch


def taken(under: Node, path: tuple[str, ...], by: int, depth: int = 0) -> Node:
    """The data without what stands at ``path``; ``by`` is the spot of what takes it.

    Raises :class:`NotThere` where there is no such thing, :class:`Misplaced` for an index that the list does not have.
    """
    step, last = path[depth], depth + 1 == len(path)
    branch = _opened(under)
    if is_list(under[0]):
        index = _index(under[0], path, depth)
        kept = [] if last else [taken((under[0][index], _below(branch, index)), path, by, depth + 1)]
        return (
            [*under[0][:index], *(item for item, _ in kept), *under[0][index + 1 :]],
            Branch(
                branch.spot,
                [*_items(branch, index), *(place for _, place in kept), *_items(branch)[index + 1 :]],
            ),
        )
    if not is_map(under[0]) or step not in under[0]:
        raise NotThere
    found = dict(under[0])
    if last:
        del found[step]
        _set(branch, step, by, by)
    else:
        found[step], place = taken((found[step], _below(branch, step)), path, by, depth + 1)
        _set(branch, step, place, by, keep=True)
    return found, branch


def _index(items: Any, path: tuple[str, ...], depth: int) -> int:
    step, where = path[depth], dotted(path[:depth])
    if not _INDEX.match(step):
        raise Misplaced(f"{where} is a list, and '{step[:100]}' is no index of one")
    if not 0 <= int(step) < len(items):
        has = f"its items are 0 to {len(items) - 1}" if items else "it is empty"
        raise Misplaced(f"{where} is a list without an item {step}: {has}")
    return int(step)


def _opened(node: Node) -> Branch:
    """The spots of a container as a branch that may be changed; parts that have no spot stand where it starts."""
    data, spots = node
    where = spot_of(spots)
    known = spots if isinstance(spots, Branch) else Branch(where, {})
    if is_list(data):
        own = known.children if isinstance(known.children, list) else []
        return Branch(where, [*own, *[where] * (len(data) - len(own))])
    keys: dict[str, int] = {**dict.fromkeys(data if is_map(data) else (), where), **known.keys}
    own_keys = known.children if isinstance(known.children, dict) else {}
    return Branch(where, {**dict.fromkeys(keys, where), **own_keys}, keys)


def _set(branch: Branch, key: str, place: Branch | int, where: int, *, keep: bool = False) -> None:
    """Give an entry of a map its spots; with ``keep`` its key stays where it is."""
    branch.put(key, branch.keys.get(key, where) if keep else where, place)


def _below(spots: Branch | int, step: str | int) -> Branch | int:
    found = spots.child(step) if isinstance(spots, Branch) else None
    return spot_of(spots) if found is None else found


def _key(spots: Branch | int, key: str) -> int:
    return spots.keys.get(key, spots.spot) if isinstance(spots, Branch) else spots


def _items(branch: Branch, end: int | None = None) -> list[Branch | int]:
    return branch.children[:end] if isinstance(branch.children, list) else []
