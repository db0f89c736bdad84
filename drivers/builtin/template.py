"""Driver ``template``: outputs computed from inputs, and nothing else.

It touches no system, so it is ``pure``: it needs no intent in the journal, and its planned outputs are final
wherever its inputs are known.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, ClassVar

from msgspec.structs import replace
from pydantic import BaseModel, ConfigDict, SecretStr, model_validator

from ...graph.fingerprint import canonical
from ...graph.narrow import is_list, is_map
from ...graph.types import DriverDescription, Schema
from ...graph.values import Secret, Text, Unknown, Value, has_secret
from ..sdk import Context, CreateMode, Driver, Proposal, Result, sealed

_HOLE = re.compile(r"(?<!\$)\$\{[^}]*\}")


class TemplateInputs(BaseModel):
    """``values`` and ``secrets`` together are the outputs; those of ``secrets`` are secret whatever they hold."""

    model_config = ConfigDict(extra="forbid")

    values: dict[str, Any] = sealed(default_factory=dict)
    secrets: dict[str, Any] = sealed(default_factory=dict)

    @model_validator(mode="after")
    def _each_name_once(self) -> TemplateInputs:
        twice = self.values.keys() & self.secrets.keys()
        if twice:
            raise ValueError(f"{', '.join(sorted(twice))} stands in both values and secrets")
        return self


class TemplateOutputs(BaseModel):
    """Whatever the definition names."""

    model_config = ConfigDict(extra="allow")


class Template(Driver[TemplateInputs, TemplateOutputs]):
    """Gives ``values`` and ``secrets`` as outputs, with references to secrets left closed."""

    name: ClassVar[str] = "template"
    summary: ClassVar[str] = "values computed from other values; touches no system"
    create_mode: ClassVar[CreateMode] = CreateMode.PURE
    Inputs = TemplateInputs
    Outputs = TemplateOutputs

    def describe(self, static_inputs: Mapping[str, Any]) -> DriverDescription:
        """One output for each key of ``values`` and ``secrets``; names are open where either is a placeholder."""
        known = [(static_inputs.get(part, {}), part == "secrets") for part in ("values", "secrets")]
        properties = {
            name: {**_schema(value), "x-secret": True} if hidden else _schema(value)
            for part, hidden in known
            if is_map(part)
            for name, value in part.items()
        }
        outputs: dict[str, Any] = {
            "type": "object",
            "properties": properties,
            "required": list(properties),
            "additionalProperties": not all(is_map(part) for part, _ in known),
        }
        return DriverDescription(TemplateInputs.model_json_schema(), outputs)

    def plan(self, context: Context, planned: Mapping[str, Any]) -> Proposal | None:
        """The outputs as they will be; a secret that is still written in clear stays unknown until it is stored."""
        values, secrets = planned.get("values", {}), planned.get("secrets", {})
        if not is_map(values) or not is_map(secrets):
            return None
        outputs = dict(values)
        for name, value in secrets.items():
            if isinstance(value, Unknown):
                outputs[name] = replace(value, secret=True)
            elif isinstance(value, Secret | Text):
                outputs[name] = value
        unchanged = context.prior is not None and context.prior.inputs == planned
        return Proposal("no-op" if unchanged else "update", outputs)

    def create(self, context: Context, inputs: TemplateInputs) -> Result:
        """The outputs. Secrets by reference and text around them pass as they are; clear ones become ``SecretStr``."""
        if not inputs.secrets:
            return Result(inputs.values)
        return Result(inputs.values | {name: _hidden(value) for name, value in inputs.secrets.items()})

    def update(self, context: Context, inputs: TemplateInputs) -> Result:
        """The same as :meth:`create`: there is nothing that could differ."""
        return self.create(context, inputs)

    def read(self, context: Context, inputs: TemplateInputs | None) -> Result:
        """What was recorded: nothing outside can have changed it."""
        return Result(context.prior.outputs if context.prior else {})

    def delete(self, context: Context) -> None:
        """Nothing is there to be removed."""


def _hidden(value: Value) -> Value:
    if isinstance(value, Secret | Text):
        return value
    if is_map(value):
        return {name: _hidden(item) for name, item in value.items()}
    if is_list(value):
        return [_hidden(item) for item in value]
    return SecretStr(value if isinstance(value, str) else canonical(value).decode())


def _schema(value: Value) -> Schema:
    """The schema of one value as written; a placeholder, also inside ``Unknown``, says its type only where it knows it."""
    if isinstance(value, Unknown):
        return _marked({} if value.type == "any" else {"type": value.type}, value)
    if isinstance(value, Secret | Text):
        return _marked({"type": "string"}, value)
    if isinstance(value, str):
        return {} if _HOLE.fullmatch(value) else {"type": "string"}
    if isinstance(value, bool):
        return {"type": "boolean"}
    if isinstance(value, int | float):
        return {"type": "integer" if isinstance(value, int) else "number"}
    if is_map(value):
        return _object(value)
    return {"type": "array"} if is_list(value) else {}


def _object(value: Mapping[str, Value]) -> Schema:
    if "$secret" in value:
        return {"type": "string", "x-secret": True}
    properties = {name: _schema(item) for name, item in value.items()}
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _marked(schema: Schema, value: Value) -> Schema:
    return {**schema, "x-secret": True} if has_secret(value) else schema
