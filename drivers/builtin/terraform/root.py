"""The generated root module: one module block for each resource, the variables of its secrets, its outputs."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from ....graph.values import Value
from .arguments import Arguments
from .models import Folder

FILE = "main.tf.json"
VARIABLES = "terraform.tfvars.json"


def label(uid: str) -> str:
    """The name of a resource's module block: its uid's first 12 hexadecimal digits tell it from all others in a state."""
    return f"r_{uid.replace('-', '')[:12]}"


@dataclass(frozen=True)
class Call:
    """One module with its arguments. ``outputs`` maps the names of the module's outputs to whether they are secret."""

    label: str
    source: Folder | str
    version: str | None
    variables: Mapping[str, Value]
    outputs: Mapping[str, bool] = field(default_factory=dict[str, bool])

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


def root(
    calls: Collection[Call], arguments: Arguments, imports: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """The body of the root's file. ``imports`` are the ids to take over by address."""
    modules: dict[str, Any] = {}
    outputs: dict[str, Any] = {}
    for call in calls:
        version = {"version": call.version} if call.version is not None else {}
        given = {name: arguments.written(value) for name, value in call.variables.items()}
        modules[call.label] = {"source": call.located, **version, **given}
        for name, secret in call.outputs.items():
            body: dict[str, Any] = {"value": f"${{module.{call.label}.{name}}}"}
            outputs[output_name(call, name)] = {**body, "sensitive": True} if secret else body
    found: dict[str, Any] = {"module": modules} if modules else {}
    if outputs:
        found["output"] = outputs
    if arguments.secrets:
        kept: dict[str, Any] = {"type": "string", "sensitive": True}
        found["variable"] = dict.fromkeys(arguments.secrets, kept)
    if arguments.unknowns:
        found["resource"] = {"terraform_data": {name: {} for name in arguments.unknowns.values()}}
    if imports:
        found["import"] = [{"to": address, "id": id_} for address, id_ in sorted(imports.items())]
    return found
