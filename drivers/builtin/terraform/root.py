"""The generated root module: one module block for each resource, the variables of its secrets, its outputs."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from ....graph.values import Secret, Value
from ..carried import Folder
from .arguments import Arguments
from .providers import Provider, Providers

FILE = "main.tf.json"
VARIABLES = "terraform.tfvars.json"


def label(uid: str) -> str:
    """The name of a resource's module block: its uid's first 12 hexadecimal digits tell it from all others in a state."""
    return f"r_{uid.replace('-', '')[:12]}"


@dataclass(frozen=True)
class Call:
    """One module with its arguments. ``outputs`` maps the names of the module's outputs to whether they are secret.

    ``provider`` is the block that its connection becomes, ``sources`` where the module's providers come from, by name.
    """

    label: str
    source: Folder | str
    version: str | None
    variables: Mapping[str, Value]
    outputs: Mapping[str, bool] = field(default_factory=dict[str, bool])
    provider: Provider | None = None
    sources: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def address(self) -> str:
        """What the addresses of its resources begin with."""
        return f"module.{self.label}."

    @property
    def folder(self) -> str:
        """Where its files are written below the root, each module's apart: so a file's name tells whose it is."""
        return f"modules/{self.label}"

    @property
    def located(self) -> str:
        """Where the root finds it."""
        return self.source if isinstance(self.source, str) else f"./{self.folder}"


def output_name(call: Call, name: str) -> str:
    """The root's output that gives a module's."""
    return f"{call.label}_{name}"


@dataclass(frozen=True)
class Root:
    """The body of the root's file, and the texts that its variables stand for. ``variables`` are in clear."""

    body: Mapping[str, Any]
    variables: Mapping[str, str] = field(repr=False)


def root(
    calls: Collection[Call],
    arguments: Arguments,
    reveal: Callable[[Secret], str],
    imports: Mapping[str, str] | None = None,
) -> Root:
    """The root of these modules. ``imports`` are the ids to take over by address."""
    providers = Providers()
    modules: dict[str, Any] = {}
    outputs: dict[str, Any] = {}
    for call in calls:
        version = {"version": call.version} if isinstance(call.source, str) and call.version else {}
        given = {name: arguments.written(value) for name, value in call.variables.items()}
        modules[call.label] = {"source": call.located, **version, **_provided(call, providers), **given}
        for name, secret in call.outputs.items():
            value: dict[str, Any] = {"value": f"${{module.{call.label}.{name}}}"}
            outputs[output_name(call, name)] = {**value, "sensitive": True} if secret else value
    body: dict[str, Any] = {"module": modules, **providers.written()}
    if outputs:
        body["output"] = outputs
    revealed = {name: reveal(secret) for name, secret in arguments.secrets.items()}
    variables = {**revealed, **providers.variables}
    if variables:
        body["variable"] = {name: {"type": "string", "sensitive": True} for name in variables}
    if arguments.unknowns:
        body["resource"] = {"terraform_data": {name: {} for name in arguments.unknowns.values()}}
    if arguments.locals:
        body["locals"] = arguments.locals
    if imports:
        body["import"] = [{"to": address, "id": id_} for address, id_ in sorted(imports.items())]
        # An import looks for the provider of its type among those of the root, and the root knows none by itself.
        sources = {name: {"source": source} for call in calls for name, source in call.sources.items()}
        required = {**sources, **body.get("terraform", {}).get("required_providers", {})}
        body["terraform"] = {"required_providers": required}
    return Root(body, variables)


def _provided(call: Call, providers: Providers) -> dict[str, Any]:
    if call.provider is None:
        return {}
    return {"providers": {call.provider.name: providers.alias(call.provider)}}
