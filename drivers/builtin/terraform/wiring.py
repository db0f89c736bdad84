"""Outputs of one resource as inputs of another that is planned in the same root."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import orjson
from msgspec import Struct, field
from msgspec.structs import replace

from ....graph.values import Unknown, Value
from ...sdk import Planned
from .arguments import Arguments
from .root import Call

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*\Z")


class Wiring(Struct):
    """Answers which expression of a root stands for an output of a resource.

    ``members`` are the resources of the root by address. Outputs that are made of several parts become locals.
    """

    members: Mapping[str, tuple[Planned, Call]]
    arguments: Arguments = field(default_factory=Arguments)
    _names: dict[tuple[str, str], str] = field(default_factory=dict[tuple[str, str], str])

    def __post_init__(self) -> None:
        self.arguments.wire = self.expression

    def expression(self, leaf: Unknown) -> str | None:
        """What stands for an output; None where its resource is not planned here, or does not give it."""
        member = self.members.get(str(leaf.source))
        if member is None or not leaf.path:
            return None
        planned, call = member
        name, rest = leaf.path[0], leaf.path[1:]
        written: Value = Unknown(leaf.source, (name,), leaf.type)
        if planned.outputs is not None:
            if name not in planned.outputs:
                return None
            written = planned.outputs[name]
        if isinstance(written, Unknown) and written.source == leaf.source:
            return _output(call, (*written.path, *rest))
        return f"local.{self._local(leaf, name, written, call)}{_steps(rest)}"

    def _local(self, leaf: Unknown, name: str, written: Value, call: Call) -> str:
        key = (str(leaf.source), name)
        if key not in self._names:
            self._names[key] = f"l_{len(self._names)}"

            def own(inner: Unknown) -> str | None:
                return _output(call, inner.path) if inner.source == leaf.source else self.expression(inner)

            self.arguments.locals[self._names[key]] = replace(self.arguments, wire=own).written(written)
        return self._names[key]


def _output(call: Call, path: tuple[str, ...]) -> str | None:
    if not path or path[0] not in call.outputs:
        return None
    return f"module.{call.label}{_steps(path)}"


def _steps(path: Iterable[str]) -> str:
    return "".join(_step(step) for step in path)


def _step(step: str) -> str:
    if step.isdigit():
        return f"[{step}]"
    if _NAME.match(step):
        return f".{step}"
    quoted = orjson.dumps(step).decode().replace("${", "$${").replace("%{", "%%{")
    return f"[{quoted}]"
