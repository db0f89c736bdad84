"""An encrypted file as plain data, its scalars typed as SOPS types them: its checksum is over their text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import yaml
from msgspec import Struct

from ....graph.narrow import is_list, is_map
from ....graph.sealed import METADATA

MOST_LEVELS = 100

_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)\Z")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}


class UnfitDocument(ValueError):
    """The file is none that SOPS encrypted, or uses what is not supported."""


class SealedDocument(Struct, frozen=True):
    """The data of a file, values still encrypted, and what SOPS keeps about it."""

    data: dict[str, Any]
    metadata: dict[str, Any]

    @classmethod
    def parse(cls, content: bytes, path: str) -> SealedDocument:
        """The document in a YAML file, or in a JSON file by the end of its name; raises UnfitDocument."""
        try:
            data = _json(content) if path.endswith(".json") else _yaml(content)
        except UnfitDocument:
            raise
        except (ValueError, yaml.YAMLError, RecursionError):
            raise UnfitDocument("cannot be read") from None
        metadata = data.get(METADATA) if is_map(data) else None
        if not is_map(data) or not is_map(metadata):
            raise UnfitDocument("is not encrypted by SOPS")
        return cls({key: value for key, value in data.items() if key != METADATA}, dict(metadata))

    def value(self, keys: tuple[str, ...]) -> Any:
        """What stands at the keys; raises KeyError for the first that leads nowhere."""
        found: Any = self.data
        for key in keys:
            if is_map(found):
                found = found[key]
            elif is_list(found) and key.isdigit() and int(key) < len(found):
                found = found[int(key)]
            else:
                raise KeyError(key)
        return found


def scalars(data: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every scalar but nulls, in the order of the file, with the keys above it; places in lists are no keys to SOPS."""
    if is_map(data):
        for key, item in data.items():
            yield from scalars(item, (*path, key))
    elif is_list(data):
        for item in data:
            yield from scalars(item, path)
    elif data is not None:
        yield path, data


def _json(content: bytes) -> Any:
    return json.loads(content, object_pairs_hook=_unique, parse_constant=_no_constant)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise UnfitDocument("holds a key twice")
    return found


def _no_constant(name: str) -> Any:
    raise UnfitDocument(f"holds {name}, which is no JSON")


def _yaml(content: bytes) -> Any:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    events = (e for e in yaml.parse(content, Loader=loader) if not isinstance(e, _FRAMES))
    first = next(events, None)
    data = None if first is None else _node(events, first, 0)
    if next(events, None) is not None:
        raise UnfitDocument("holds several documents, of which only one could be meant")
    return data


_FRAMES = (yaml.StreamStartEvent, yaml.StreamEndEvent, yaml.DocumentStartEvent, yaml.DocumentEndEvent)


def _node(events: Iterator[Any], event: Any, level: int) -> Any:
    if level > MOST_LEVELS:
        raise UnfitDocument(f"is nested deeper than {MOST_LEVELS} levels")
    if isinstance(event, yaml.ScalarEvent):
        return _scalar(event)
    if isinstance(event, yaml.SequenceStartEvent):
        return _sequence(events, level)
    if isinstance(event, yaml.MappingStartEvent):
        return _mapping(events, level)
    raise UnfitDocument("uses anchors, which are not supported in encrypted files")


def _sequence(events: Iterator[Any], level: int) -> list[Any]:
    found: list[Any] = []
    while not isinstance(item := next(events), yaml.SequenceEndEvent):
        found.append(_node(events, item, level + 1))
    return found


def _mapping(events: Iterator[Any], level: int) -> dict[str, Any]:
    pairs: list[tuple[str, Any]] = []
    while not isinstance(key := next(events), yaml.MappingEndEvent):
        if not isinstance(key, yaml.ScalarEvent):
            raise UnfitDocument("has a key that is no text")
        pairs.append((key.value, _node(events, next(events), level + 1)))
    return _unique(pairs)


def _scalar(event: yaml.ScalarEvent) -> Any:
    text: str = event.value
    if event.style or not event.implicit[0]:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.match(text):
        return int(text)
    if _FLOAT.match(text):
        return float(text)
    return f"{text}T00:00:00Z" if _DATE.match(text) else text
