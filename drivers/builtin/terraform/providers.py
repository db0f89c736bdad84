"""Connections as provider blocks: which provider of a module a connection is for, and how it is handed over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, ConfigDict

from ....graph.narrow import is_list, is_map
from .arguments import escaped
from .modules import Module

BUILT_IN = frozenset({"terraform"})
"""Providers that the program has in itself."""

_WITHOUT_SETTINGS = frozenset(
    {"archive", "external", "http", "local", "null", "random", "template", "time", "tls"}
)
"""Providers that need no account: no connection is asked for them."""


class ProviderSettings(BaseModel):
    """The arguments of a provider block, whatever the provider takes."""

    model_config = ConfigDict(extra="allow")

    def __repr_args__(self) -> Iterator[tuple[str, object]]:
        """Nothing: which of them are secret is not known here."""
        return iter(())


def connected(module: Module) -> str | None:
    """The provider that a connection can set up: the only one that needs settings, and does not set itself up."""
    found = [
        name for name in module.providers if name not in BUILT_IN | _WITHOUT_SETTINGS | module.configures
    ]
    return found[0] if len(found) == 1 else None


@dataclass(frozen=True)
class Provider:
    """A provider block: its local name, its source, its arguments. They hold secrets in clear."""

    name: str
    source: str
    settings: Mapping[str, Any] = field(repr=False)

    @classmethod
    def of(cls, module: Module, connection: BaseModel | None) -> Provider | None:
        """The block that a connection becomes; None without one, or where the module has no use for it."""
        name = connected(module)
        if name is None or connection is None:
            return None
        return cls(name, module.providers[name], connection.model_dump())


@dataclass
class Providers:
    """The provider blocks of one root. ``variables`` are the root's variables that hold the texts of their arguments."""

    blocks: list[Provider] = field(default_factory=list[Provider])
    variables: dict[str, str] = field(default_factory=dict[str, str])

    def alias(self, provider: Provider) -> str:
        """What the module block calls it; equal ones are one block."""
        if provider not in self.blocks:
            self.blocks.append(provider)
        return f"{provider.name}.c_{self.blocks.index(provider)}"

    def written(self) -> dict[str, Any]:
        """The parts of the root's file that set them up."""
        if not self.blocks:
            return {}
        found: dict[str, list[Any]] = {}
        for number, block in enumerate(self.blocks):
            body = {name: self._argument(value) for name, value in block.settings.items()}
            found.setdefault(block.name, []).append({"alias": f"c_{number}", **body})
        required = {block.name: {"source": block.source} for block in self.blocks}
        return {"provider": found, "terraform": {"required_providers": required}}

    def _argument(self, value: Any) -> Any:
        """Every text is handed over as a variable: which of them are secret is not known here."""
        if isinstance(value, str):
            name = f"p_{len(self.variables)}"
            self.variables[name] = value
            return f"${{var.{name}}}"
        if is_map(value):
            return {escaped(name): self._argument(item) for name, item in value.items()}
        return [self._argument(item) for item in value] if is_list(value) else value
