"""Which outputs a resource offers: those of its type, as far as definition and driver give them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property

from msgspec import Struct
from msgspec.structs import replace

from ..graph.diagnostics import Diagnostic, did_you_mean
from ..graph.types import DriverDescription, OutputField, ResourceType, output_fields
from ..graph.values import Value, has_secret
from .catalog import ResourceDefinition
from .placeholders import BadPlaceholder, Placeholder, scan
from .recipe import references
from .shape import kind_of
from .surroundings import Surroundings


class Offer(Struct, frozen=True, dict=True):
    """What a definition makes of its type's outputs. ``problems`` says which promises it does not keep."""

    definition: ResourceDefinition
    type: ResourceType
    description: DriverDescription
    surroundings: Surroundings

    @cached_property
    def fields(self) -> dict[str, OutputField]:
        """The outputs that others may use, by name."""
        if self.type.variables_as_outputs:
            return self._variables()
        mapping = self.definition.outputs
        offered = self._driver if mapping is None else {n: self._mapped(n, mapping[n]) for n in mapping}
        found: dict[str, OutputField] = {}
        for name, wanted in self._wanted.items():
            if name in offered:
                found[name] = _joined(wanted, offered[name])
            elif mapping is None and self._driver_open:
                found[name] = wanted
        if self.type.open_outputs:
            found |= {name: f for name, f in offered.items() if name not in found}
        return found

    @property
    def open(self) -> bool:
        """Whether there may be outputs whose names are not known before apply."""
        return self.type.open_outputs and self.definition.outputs is None and self._driver_open

    def problems(self) -> Iterator[Diagnostic]:
        """Outputs that are promised and not given, or given and not declared."""
        mapping = self.definition.outputs
        if self.type.variables_as_outputs:
            return
        for name in self._wanted:
            if name not in self.fields and not self._wanted[name].optional:
                yield self._missing(name)
        for name in mapping or {}:
            if name not in self._wanted and not self.type.open_outputs:
                yield Diagnostic(
                    "output-not-declared",
                    f"definition '{self.definition.name}' gives '{name}', which is no output of type {self.type.name}",
                    place=self.definition.places.at("outputs", name),
                    pointer=f"/spec/outputs/{name}",
                    hint=did_you_mean(name, self._wanted, noun="its outputs"),
                )

    def _missing(self, name: str) -> Diagnostic:
        mapping = self.definition.outputs
        by = (
            f"driver '{self.definition.driver}' does not give" if mapping is None else "its outputs leave out"
        )
        return Diagnostic(
            "output-missing",
            f"definition '{self.definition.name}': {by} '{name}', which type {self.type.name} promises",
            place=self.definition.places.at("outputs" if mapping is not None else "driver"),
            hint=f"add '{name}' to spec.outputs of the definition",
        )

    @cached_property
    def _wanted(self) -> Mapping[str, OutputField]:
        return self.type.output_fields()

    @cached_property
    def _driver(self) -> dict[str, OutputField]:
        return output_fields(self.description.outputs)

    @property
    def _driver_open(self) -> bool:
        return bool(self.description.outputs.get("additionalProperties", False))

    def _mapped(self, name: str, expression: Value) -> OutputField:
        """What an expression gives; only a plain ``${outputs.X}`` keeps type and stability."""
        whole = _whole(expression)
        if whole is not None and len(whole.path) == 2 and whole.path[0] == "outputs":
            found = self._driver.get(whole.path[1], OutputField(name))
            return replace(found, name=name)
        kind = "any" if whole is not None else kind_of(expression)
        secret = has_secret(expression) or any(self._secret(p) for p in references(expression))
        return OutputField(name, kind, secret)

    def _secret(self, placeholder: Placeholder) -> bool:
        root, *rest = placeholder.path
        if root == "outputs" and rest:
            return rest[0] in self._driver and self._driver[rest[0]].secret
        return root == "var" and (not rest or rest[0] in self.surroundings.secret)

    def _variables(self) -> dict[str, OutputField]:
        known = self.surroundings
        return {
            name: OutputField(name, kind_of(known.variables[name]), name in known.secret)
            for name in sorted(known.variables)
        }


def _whole(expression: Value) -> Placeholder | None:
    if not isinstance(expression, str) or "$" not in expression:
        return None
    try:
        parts = scan(expression)
    except BadPlaceholder:
        return None
    return parts[0] if len(parts) == 1 and isinstance(parts[0], Placeholder) else None


def _joined(wanted: OutputField, given: OutputField) -> OutputField:
    return OutputField(
        wanted.name,
        wanted.type if given.type in ("any", "null") else given.type,
        wanted.secret or given.secret,
        wanted.stable or given.stable,
        wanted.optional or given.optional,
    )
