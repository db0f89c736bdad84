"""References to secrets in platform files: ``{$secret: {store, ref, version}}``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ...graph.narrow import is_list, is_map
from ...graph.values import Secret, Value
from ..shape import Misfit, Path, Shape

MARK = "$secret"

_SHAPE = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        MARK: {
            "type": "object",
            "additionalProperties": False,
            "required": ["store", "ref"],
            "properties": {
                "store": {"type": "string", "minLength": 1},
                "ref": {"type": "string", "minLength": 1},
                "version": {"type": ["string", "integer"]},
            },
        }
    },
}


def with_secrets(data: Any, report: Callable[[Misfit], None]) -> Value:
    """The same data with references to secrets in place of their maps; what is malformed is reported."""
    return _Reader(report).read(data, ())


class _Reader:
    def __init__(self, report: Callable[[Misfit], None]) -> None:
        self._report = report

    def read(self, data: Any, path: Path) -> Value:
        if is_map(data):
            if MARK in data:
                return self._secret(data, path)
            made = {k: self.read(v, (*path, k)) for k, v in data.items()}
            return data if all(made[k] is v for k, v in data.items()) else made
        if is_list(data):
            items = [self.read(v, (*path, i)) for i, v in enumerate(data)]
            return data if all(a is b for a, b in zip(items, data, strict=True)) else items
        return data

    def _secret(self, data: Mapping[str, Any], path: Path) -> Value:
        misfits = Shape(_SHAPE).misfits(data)
        for misfit in misfits:
            for step in reversed(path):
                misfit = misfit.below(step)
            self._report(misfit)
        if misfits:
            return None
        body = data[MARK]
        version = body.get("version")
        return Secret(body["store"], body["ref"], None if version is None else str(version))
