"""What a compile knows about where it compiles for: ``${context.…}`` and ``${var.…}``."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from ..graph.command import command
from ..graph.diagnostics import did_you_mean
from ..graph.identity import context_slug
from ..graph.values import Secret, Value, dig, has_secret
from .catalog import EnvironmentType, Variable
from .placeholders import Placeholder
from .render import Unresolved
from .request import Request

_NOT_SET = object()


class Surroundings(Struct, frozen=True):
    """The environment as platform files see it. Variables that are set nowhere and have no default have no value."""

    context: dict[str, str | None]
    variables: dict[str, Value]
    declared: frozenset[str]
    secret: frozenset[str]
    environment: str

    @classmethod
    def of(cls, request: Request, type_: EnvironmentType | None) -> Surroundings:
        """The surroundings of a request whose environment is of this type."""
        environment = request.environment
        declared: Mapping[str, Variable] = type_.variables if type_ else {}
        values = {n: v.default for n, v in declared.items() if v.has_default} | dict(environment.variables)
        secret = {n for n, v in declared.items() if v.secret} | {
            n for n, v in values.items() if has_secret(v)
        }
        context = {
            "application": request.application.name,
            "environment": environment.name,
            "environmentType": environment.type,
            "organization": request.catalog.organization,
            "slug": environment.slug
            or context_slug(request.application.name, environment.name, environment.uid),
        }
        return cls(context, values, frozenset(declared), frozenset(secret), environment.name)

    @property
    def plain_variables(self) -> dict[str, Value]:
        """The variables with values that are not secret."""
        return {name: self.variables[name] for name in sorted(self.variables) if name not in self.secret}

    @property
    def secret_variables(self) -> dict[str, Value]:
        """The secret variables with values."""
        return {name: self._variable(name) for name in sorted(self.variables) if name in self.secret}

    def answer(self, placeholder: Placeholder) -> Value:
        """The value of ``${context.X}``, ``${var.X}``, ``${var}`` or ``${variables.plain|secret}``."""
        root, *rest = placeholder.path
        if root == "context":
            return self._context(rest, placeholder.raw)
        if root == "variables":
            maps = {"plain": self.plain_variables, "secret": self.secret_variables}
            if len(rest) != 1 or rest[0] not in maps:
                raise Unresolved("unknown-placeholder", f"{placeholder.raw} is neither plain nor secret")
            return maps[rest[0]]
        if not rest:
            return {name: self._variable(name) for name in sorted(self.variables)}
        try:
            return dig(self._variable(rest[0]), tuple(rest[1:]))
        except KeyError as problem:
            message = f"variable '{rest[0]}' has no part '{problem.args[0]}'"
            raise Unresolved("unknown-variable", message) from None

    def _context(self, rest: list[str], raw: str) -> str:
        if len(rest) != 1 or rest[0] not in self.context:
            name = ".".join(rest)
            raise Unresolved(
                "unknown-placeholder", f"{raw} is not known", did_you_mean(name, self.context, noun="context")
            )
        found = self.context[rest[0]]
        if found is None:
            hint = "write kind Platform with spec.organization into the catalog"
            raise Unresolved("no-organization", "no organization is named by the catalog", hint)
        return found

    def _set(self, name: str) -> str:
        return f"{command('env', 'set', environment=self.environment)} {name}=…"

    def _variable(self, name: str) -> Value:
        value = self.variables.get(name, _NOT_SET)
        if value is _NOT_SET and name in self.declared:
            message = f"variable '{name}' has no value in environment '{self.environment}'"
            raise Unresolved("variable-not-set", message, self._set(name))
        if value is _NOT_SET:
            known = sorted({*self.declared, *self.variables})
            hint = did_you_mean(name, known, noun="variables")
            raise Unresolved("unknown-variable", f"there is no variable '{name}'", hint)
        if name in self.secret and not isinstance(value, Secret) and not has_secret(value):
            message = f"variable '{name}' is secret, but its value is not kept as one"
            raise Unresolved("variable-not-secret", message, self._set(name))
        return value
