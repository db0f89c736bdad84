"""A Terraform state: its outputs, its objects, and its form in a record."""

from __future__ import annotations

import base64
import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from ....graph.narrow import is_map

_FORMAT = 4
_ALIAS = re.compile(r"\.c_[0-9]+\Z")


@dataclass(frozen=True)
class State:
    """One state file, read. ``content`` is the file; it holds secrets in clear."""

    body: Mapping[str, Any]

    @classmethod
    def read(cls, content: bytes) -> State:
        """The state in a file; raises ValueError for an empty file, half a one, or another format."""
        body = orjson.loads(content)
        if not is_map(body) or body.get("version") != _FORMAT or "serial" not in body:
            raise ValueError("this is no Terraform state of format 4")
        return cls(body)

    @classmethod
    def unpacked(cls, text: str) -> State:
        """The state that :attr:`packed` gave; raises ValueError for anything else."""
        try:
            return cls.read(zlib.decompress(base64.b64decode(text, validate=True)))
        except zlib.error:
            raise ValueError("this is no packed state") from None

    @property
    def content(self) -> bytes:
        """The file."""
        return orjson.dumps(self.body)

    @property
    def packed(self) -> str:
        """One line of text, equal for equal states, that no other text resembles."""
        return base64.b64encode(zlib.compress(self.content)).decode()

    @property
    def serial(self) -> int:
        """Rises with every change of the state."""
        return int(self.body["serial"])

    @property
    def lineage(self) -> str:
        """The same in all states that came from one."""
        return str(self.body.get("lineage", ""))

    @property
    def addresses(self) -> frozenset[str]:
        """The objects that are managed."""
        return frozenset(self._addresses())

    def outputs(self) -> dict[str, tuple[Any, bool]]:
        """The root's outputs: value, and whether it is sensitive."""
        found: Mapping[str, Any] = self.body.get("outputs", {})
        return {name: (o.get("value"), bool(o.get("sensitive"))) for name, o in found.items()}

    def is_newer_than(self, other: State | None) -> bool:
        """Whether it goes on from ``other``; anything goes on from nothing."""
        return other is None or (self.lineage == other.lineage and self.serial > other.serial)

    def _addresses(self) -> Iterator[str]:
        for resource in self.body.get("resources", ()):
            if resource.get("mode") != "managed":
                continue
            module = f"{resource['module']}." if resource.get("module") else ""
            for instance in resource.get("instances", ()):
                key = instance.get("index_key")
                index = "" if key is None else f"[{orjson.dumps(key).decode()}]"
                yield f"{module}{resource['type']}.{resource['name']}{index}"


def joined(states: Sequence[State]) -> State | None:
    """One state of the objects of several, whose addresses differ; None of none."""
    if not states:
        return None
    resources = [resource for state in states for resource in state.body.get("resources", ())]
    return State({**states[0].body, "outputs": {}, "resources": resources})


def aliased(state: State, alias: str) -> State:
    """The state in which the objects of an aliased provider belong to the one of this alias."""
    resources = [
        {**r, "provider": _ALIAS.sub(f".{alias}", r["provider"])} for r in state.body.get("resources", ())
    ]
    return State({**state.body, "resources": resources})
