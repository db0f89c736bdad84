"""Type expressions of Terraform's variables, as JSON Schemas that values can be checked against."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_TOKEN = re.compile(
    r"\s*(?:(?P<name>[A-Za-z_][\w-]*)|(?P<text>\"(?:\\.|[^\"\\])*\")|(?P<mark>[(){}\[\],=:]))"
)
_DEPTH = 50

Schema = Mapping[str, Any]

_PRIMITIVES: Mapping[str, Schema] = {
    "string": {"type": ["string", "number", "boolean"]},
    "number": {
        "type": ["number", "string"],
        "pattern": r"^-?[0-9]+([.][0-9]+)?([eE][+-]?[0-9]+)?$",
        "x-message": "it must be a number",
    },
    "bool": {
        "type": ["boolean", "string"],
        "pattern": r"^(true|false)$",
        "x-message": "it must be true or false",
    },
    "any": {},
}
"""Terraform converts text, numbers and booleans into each other where the content allows."""


class BadConstraint(ValueError):
    """A type expression that Terraform would not take either."""


def schema_of(expression: str) -> Schema:
    """The values that a variable of this type takes; raises :class:`BadConstraint`."""
    return _Parser(expression).whole()


def nullable(schema: Schema) -> Schema:
    """The same values, or null."""
    kinds = schema.get("type")
    if kinds is None:
        return schema
    return {**schema, "type": [*([kinds] if isinstance(kinds, str) else kinds), "null"]}


class _Parser:
    """Reads one expression by recursive descent."""

    def __init__(self, expression: str) -> None:
        self._tokens = _tokens(expression)
        self._next = 0

    def whole(self) -> Schema:
        found = self._type(0)
        if self._next != len(self._tokens):
            raise BadConstraint(f"'{self._tokens[self._next]}' is not expected")
        return found

    def _type(self, depth: int) -> Schema:
        name = self._take()
        if depth > _DEPTH:
            raise BadConstraint("it is nested too deeply")
        if name in _PRIMITIVES:
            return _PRIMITIVES[name]
        if name in ("list", "set"):
            return {"type": "array", "items": self._inside(depth)}
        if name == "map":
            return {"type": "object", "additionalProperties": self._inside(depth)}
        if name == "object":
            return self._object(depth)
        if name == "tuple":
            return self._tuple(depth)
        raise BadConstraint(f"there is no type '{name}'")

    def _inside(self, depth: int) -> Schema:
        if not self._is("("):
            return {}  # the old form `list`, whose elements may be anything
        self._expect("(")
        found = nullable(self._type(depth + 1))
        self._expect(")")
        return found

    def _object(self, depth: int) -> Schema:
        properties: dict[str, Schema] = {}
        required: list[str] = []
        self._expect("(")
        self._expect("{")
        while not self._is("}"):
            name = self._take().strip('"')
            if self._take() not in ("=", ":"):
                raise BadConstraint(f"after '{name}' a type is expected")
            if self._is("optional"):
                properties[name] = self._optional(depth)
            else:
                properties[name] = nullable(self._type(depth + 1))
                required.append(name)
            if self._is(","):
                self._take()
        self._expect("}")
        self._expect(")")
        return {"type": "object", "properties": properties, "required": required}

    def _optional(self, depth: int) -> Schema:
        self._take()
        self._expect("(")
        found = nullable(self._type(depth + 1))
        open_ = 1
        while open_:  # a default may be any expression
            open_ += {"(": 1, ")": -1}.get(self._take(), 0)
        return found

    def _tuple(self, depth: int) -> Schema:
        parts: list[Schema] = []
        self._expect("(")
        self._expect("[")
        while not self._is("]"):
            parts.append(nullable(self._type(depth + 1)))
            if self._is(","):
                self._take()
        self._expect("]")
        self._expect(")")
        return {"type": "array", "prefixItems": parts, "minItems": len(parts), "maxItems": len(parts)}

    def _is(self, token: str) -> bool:
        return self._next < len(self._tokens) and self._tokens[self._next] == token

    def _take(self) -> str:
        if self._next == len(self._tokens):
            raise BadConstraint("it ends too early")
        self._next += 1
        return self._tokens[self._next - 1]

    def _expect(self, token: str) -> None:
        found = self._take()
        if found != token:
            raise BadConstraint(f"'{token}' is expected, not '{found}'")


def _tokens(expression: str) -> list[str]:
    """The tokens; whatever else a default may hold becomes tokens of one character each."""
    found: list[str] = []
    position = 0
    text = expression.strip()
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is not None:
            found.append(match[0].strip())
            position = match.end()
        else:
            if not text[position].isspace():
                found.append(text[position])
            position += 1
    return found
