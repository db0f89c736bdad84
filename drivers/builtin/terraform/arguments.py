"""Values as arguments in Terraform's JSON syntax: text escaped, secrets as variables, the unknown as something unknown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec import Struct, field

from ....graph.narrow import is_list, is_map
from ....graph.values import Secret, Text, Unknown, Value

Wire = Callable[[Unknown], str | None]
"""Answers the expression of an output that is planned in the same root, None where it is not."""


def _no_wire(leaf: Unknown) -> None:
    return None


class Arguments(Struct):
    """Writes the arguments of one root.

    ``secrets`` are collected by the name of the root's variable that stands for each, ``unknowns`` the helper resources
    whose ids stand for what is not known yet: in a plan every type can be made of an unknown id. ``locals`` are the
    expressions that others refer to.
    """

    wire: Wire = _no_wire
    secrets: dict[str, Secret] = field(default_factory=dict[str, Secret])
    unknowns: dict[tuple[str, ...], str] = field(default_factory=dict[tuple[str, ...], str])
    locals: dict[str, Any] = field(default_factory=dict[str, Any])
    _names: dict[Secret, str] = field(default_factory=dict[Secret, str])

    def written(self, value: Value) -> Any:
        """The value as an argument."""
        if isinstance(value, str):
            return escaped(value)
        if isinstance(value, Unknown | Secret):
            return f"${{{self._leaf(value)}}}"
        if isinstance(value, Text):
            parts = (escaped(p) if isinstance(p, str) else f"${{{self._in_text(p)}}}" for p in value.parts)
            return "".join(parts)
        if is_map(value):
            return {escaped(name): self.written(item) for name, item in value.items()}
        return [self.written(item) for item in value] if is_list(value) else value

    def _leaf(self, leaf: Unknown | Secret) -> str:
        if isinstance(leaf, Secret):
            return f"var.{self._variable(leaf)}"
        wired = self.wire(leaf)
        if wired is None:
            id_ = f"terraform_data.{self._helper(leaf)}.id"
            wired = id_ if leaf.type == "string" else f"jsondecode({id_})"
        return f"sensitive({wired})" if leaf.secret else wired

    def _in_text(self, leaf: Unknown | Secret) -> str:
        """As :meth:`_leaf`, but always text."""
        if isinstance(leaf, Unknown) and self.wire(leaf) is None:
            id_ = f"terraform_data.{self._helper(leaf)}.id"
            return f"sensitive({id_})" if leaf.secret else id_
        return self._leaf(leaf)

    def _variable(self, secret: Secret) -> str:
        if secret not in self._names:
            self._names[secret] = f"s_{len(self._names)}"
            self.secrets[self._names[secret]] = secret
        return self._names[secret]

    def _helper(self, leaf: Unknown) -> str:
        key = (str(leaf.source), *leaf.path)
        return self.unknowns.setdefault(key, f"{HELPER}{len(self.unknowns)}")


HELPER = "u_"
"""What the names of helper resources begin with."""


def escaped(text: str) -> str:
    """Text that Terraform's JSON syntax reads as itself."""
    return text.replace("${", "$${").replace("%{", "%%{")
