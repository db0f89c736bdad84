"""A Terraform state: its outputs, its objects, and its form in a record."""

from __future__ import annotations

import base64
import re
import zlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import orjson
from msgspec import Struct

from ....graph.narrow import is_map

_FORMAT = 4
_ALIAS = re.compile(r"\.c_[0-9]+\Z")


class State(Struct, frozen=True):
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
    def resources(self) -> Sequence[Mapping[str, Any]]:
        """What it knows of objects, as they stand in the file."""
        found: Sequence[Mapping[str, Any]] = self.body.get("resources", ())
        return found

    @property
    def addresses(self) -> frozenset[str]:
        """The objects that are managed."""
        return frozenset(address for address, _ in self._instances())

    @property
    def ids(self) -> dict[str, str]:
        """The ids of the managed objects that have one, by address."""
        found: dict[str, str] = {}
        for address, instance in self._instances():
            attributes: Any = instance.get("attributes")
            if is_map(attributes) and isinstance(attributes.get("id"), str):
                found[address] = attributes["id"]
        return found

    def without(self, addresses: Collection[str]) -> State:
        """The state that does not know the objects at these addresses."""
        gone = [i for a, i in self._instances() if a in addresses]
        resources = [
            {**r, "instances": [i for i in r.get("instances", ()) if not any(i is g for g in gone)]}
            for r in self.resources
        ]
        return State({**self.body, "resources": [r for r in resources if r["instances"]]})

    def outputs(self) -> dict[str, tuple[Any, bool]]:
        """The root's outputs: value, and whether it is sensitive."""
        found: Mapping[str, Any] = self.body.get("outputs", {})
        return {name: (o.get("value"), bool(o.get("sensitive"))) for name, o in found.items()}

    def part(self, former: State, address: str, label: str) -> State:
        """What became in this one of a former state, joined with others or not: the objects below a module's address.

        ``address`` ends with a dot, and names of the module's outputs begin with ``label``. Objects of an aliased provider
        belong to the alias again that they had. The former state itself where nothing became of it.
        """
        mine = [r for r in self.resources if f"{r.get('module', '')}.".startswith(address)]
        own = {r["provider"] for r in former.resources}
        alias = next((found[0] for p in sorted(own) if (found := _ALIAS.search(p))), None)
        if alias is not None:
            mine = [{**r, "provider": _ALIAS.sub(alias, r["provider"])} for r in mine]
        outputs = {n: o for n, o in self.body.get("outputs", {}).items() if n.startswith(f"{label}_")}
        now = State({**former.body, "serial": former.serial + 1, "resources": mine, "outputs": outputs})
        same = now.has_objects_of(former) and outputs == former.body.get("outputs", {})
        return former if same else now

    def has_objects_of(self, other: State) -> bool:
        """Whether both know the same objects with the same attributes."""
        return [_settled(r) for r in self.resources] == [_settled(r) for r in other.resources]

    def is_newer_than(self, other: State | None) -> bool:
        """Whether it goes on from ``other``; anything goes on from nothing."""
        return other is None or (self.lineage == other.lineage and self.serial > other.serial)

    def _instances(self) -> Iterator[tuple[str, Mapping[str, Any]]]:
        for resource in self.resources:
            if resource.get("mode") != "managed":
                continue
            module = f"{resource['module']}." if resource.get("module") else ""
            for instance in resource.get("instances", ()):
                key = instance.get("index_key")
                index = "" if key is None else f"[{orjson.dumps(key).decode()}]"
                yield f"{module}{resource['type']}.{resource['name']}{index}", instance


def _settled(resource: Mapping[str, Any]) -> Mapping[str, Any]:
    """The resource without chance: Terraform writes the names of sensitive attributes in any order."""
    instances = [
        {**i, "sensitive_attributes": sorted(i.get("sensitive_attributes", ()), key=orjson.dumps)}
        for i in resource.get("instances", ())
    ]
    return {**resource, "instances": instances}


def joined(states: Sequence[State]) -> State | None:
    """One state of the objects of several, whose addresses differ; None of none."""
    if not states:
        return None
    resources = [resource for state in states for resource in state.resources]
    return State({**states[0].body, "outputs": {}, "resources": resources})


def aliased(state: State, alias: str) -> State:
    """The state in which the objects of an aliased provider belong to the one of this alias."""
    resources = [{**r, "provider": _ALIAS.sub(f".{alias}", r["provider"])} for r in state.resources]
    return State({**state.body, "resources": resources})
