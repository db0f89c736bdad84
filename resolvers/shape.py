"""Data against a JSON Schema, with every misfit at once.

The part of JSON Schema 2020-12 that our kinds, resource types and drivers' models use: ``type``, ``enum``,
``const``, ``pattern``, lengths and bounds, ``properties``, ``required``, ``additionalProperties``,
``propertyNames``, ``items``, ``anyOf``, ``oneOf``, ``allOf`` and ``$ref`` into the same schema. Other words are
passed over. A shape is built once and asked many times: data that fits costs no allocation.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from ..graph.diagnostics import did_you_mean
from ..graph.narrow import is_list, is_map
from ..graph.types import Schema
from ..graph.values import Secret, Text, Unknown

Path = tuple[str | int, ...]

MOST = 100
"""After so many misfits in one map or list the rest of it is not looked at."""


class Misfit(Struct, frozen=True):
    """One thing that does not fit. ``path`` leads to it; ``key`` says that the key itself is wrong, not its value."""

    path: Path
    code: str
    message: str
    hint: str | None = None
    key: bool = False

    def below(self, step: str | int) -> Misfit:
        """The same misfit, seen from one container higher."""
        return replace(self, path=(step, *self.path))


_KINDS: Mapping[type, str] = {
    str: "string", Text: "string", bool: "boolean", int: "integer", type(None): "null", dict: "object", list: "array",
    Secret: "any",
}  # fmt: skip
"""What nearly every value is; the rest is asked one by one."""


def kind_of(value: object) -> str:
    """The JSON type of a value; ``any`` for what is decided later and may become anything."""
    known = _KINDS.get(type(value))
    if known is not None:
        return known
    if isinstance(value, Unknown):
        return value.type
    if isinstance(value, str | Text):
        return "string"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return "integer"
    if isinstance(value, float):
        return "integer" if value.is_integer() else "number"
    if value is None:
        return "null"
    if isinstance(value, Mapping):
        return "object"
    return "any" if isinstance(value, Secret) else "array"


def _fits_type(kind: str, allowed: frozenset[str]) -> bool:
    return kind in allowed or kind == "any" or (kind == "integer" and "number" in allowed)


class Shape:
    """A schema made ready for checking. Equal schemas give shapes that answer alike."""

    def __init__(self, schema: Schema, root: Shape | None = None) -> None:
        self._root = root or self
        self._schema = schema
        self._refs: dict[str, Shape] = {}
        types = schema.get("type", ())
        self.types = frozenset([types] if isinstance(types, str) else types)
        self._properties = {n: Shape(s, self._root) for n, s in schema.get("properties", {}).items()}
        self._required: tuple[str, ...] = tuple(schema.get("required", ()))
        extra = schema.get("additionalProperties", True)
        self._extra = Shape(extra, self._root) if is_map(extra) else bool(extra)
        self._names = Shape(schema["propertyNames"], self._root) if "propertyNames" in schema else None
        self._items = Shape(schema["items"], self._root) if isinstance(schema.get("items"), Mapping) else None
        self._all = [Shape(s, self._root) for s in schema.get("allOf", ())]
        choices = [*schema.get("anyOf", ()), *schema.get("oneOf", ())]
        self._any = [Shape(s, self._root) for s in choices]
        self._scalar = any(word in schema for word in _SCALAR_WORDS)
        words = (
            self._any,
            self._all,
            self._scalar,
            self._properties,
            self._required,
            self._names,
            self._items,
        )
        self._only_typed = not any(words) and extra is True and "$ref" not in schema

    def misfits(self, value: Any) -> list[Misfit]:
        """Everything about ``value`` that does not fit; unknown and secret parts fit unless their type cannot."""
        if "$ref" in self._schema:
            return self._ref(self._schema["$ref"]).misfits(value)
        kind = kind_of(value)
        if self.types and not _fits_type(kind, self.types):
            return [_wrong_type(value, kind, self.types)]
        if self._only_typed or isinstance(value, Unknown | Secret):
            return []
        found = self._choice(value) if self._any else []
        for shape in self._all:
            found += shape.misfits(value)
        if self._scalar:
            found += _scalar_misfits(self._schema, value)
        if is_map(value):
            found += self._map(value)
        elif self._items is not None and is_list(value):
            for index, item in enumerate(value):
                if len(found) >= MOST:
                    break
                found += [m.below(index) for m in self._items.misfits(item)]
        return found

    def _hinted(self, name: str, shape: Shape, below: list[Misfit]) -> list[Misfit]:
        """With a hint where the entry of a map has the name of a key that each entry has: it lies too high."""
        first = below[0]
        if shape is not self._extra or first.path or first.hint or first.code != "wrong-type":
            return below
        entry = shape._ref(shape._schema["$ref"]) if "$ref" in shape._schema else shape
        if name not in entry._properties:
            return below
        hint = f"'{name}' belongs to each entry here: write it below the name of one, indented further"
        return [replace(first, hint=hint), *below[1:]]

    def _missing(self, name: str) -> str:
        shape = self._properties.get(name)
        if shape is not None and "const" in shape._schema:
            return f"write: {name}: {shape._schema['const']}"
        meaning = str(shape._schema.get("description", "")) if shape is not None else ""
        first = re.split(r"\. |: ", meaning)[0].removesuffix(".")
        return f"add '{name}': {first[:1].lower()}{first[1:]}" if first else f"add '{name}'"

    def _ref(self, ref: str) -> Shape:
        if ref not in self._refs:
            part: Any = self._root._schema
            for step in ref.removeprefix("#").strip("/").split("/"):
                part = part[step.replace("~1", "/").replace("~0", "~")] if step else part
            self._refs[ref] = Shape(part, self._root)
        return self._refs[ref]

    def _choice(self, value: Any) -> list[Misfit]:
        best: list[Misfit] | None = None
        for shape in self._any:
            found = shape.misfits(value)
            if not found:
                return []
            # The choice that the value was most likely meant for is the one that goes wrong furthest inside.
            if best is None or _depth(found) > _depth(best):
                best = found
        if best is not None and not _depth(best) and len(self._any) > 1:
            kinds = frozenset(t for shape in self._any for t in shape.types)
            return [_wrong_type(value, kind_of(value), kinds)] if len(kinds) > 1 else best
        return best or []

    def _map(self, value: Mapping[str, Any]) -> list[Misfit]:
        found: list[Misfit] = []
        for name, item in value.items():
            if len(found) >= MOST:
                return found
            shape = self._properties.get(name)
            if shape is None:
                shape = self._extra if isinstance(self._extra, Shape) else None
                if not self._extra:
                    found.append(_unknown_key(name, self._properties))
                    continue
            if shape is not None:
                below = shape.misfits(item)
                if below:
                    found += [m.below(name) for m in self._hinted(name, shape, below)]
            if self._names is not None:
                found += [_bad_name(name, m) for m in self._names.misfits(name)]
        for name in self._required:
            if name not in value:
                found.append(Misfit((), "missing-key", f"'{name}' is required", self._missing(name)))
        return found


_SCALAR_WORDS = frozenset(
    {
        "enum", "const", "pattern", "minLength", "maxLength", "minimum", "maximum", "exclusiveMinimum",
        "exclusiveMaximum", "minItems", "maxItems", "minProperties",
    }
)  # fmt: skip


def _depth(found: Sequence[Misfit]) -> int:
    return max(len(m.path) for m in found)


def _wrong_type(value: Any, kind: str, allowed: frozenset[str]) -> Misfit:
    wanted = " or ".join(sorted(_ARTICLES.get(t, t) for t in allowed))
    got = _ARTICLES.get(kind, kind)
    return Misfit((), "wrong-type", f"must be {wanted}, not {got}", _form(value, kind, allowed))


def _form(value: Any, kind: str, allowed: frozenset[str]) -> str | None:
    """How the value is written in the form that is wanted, where that can be guessed."""
    if "string" in allowed and kind in ("integer", "number", "boolean"):
        return "put it in quotes"
    if "array" in allowed and isinstance(value, str):
        plain = len(value) <= 80 and re.fullmatch(r"[\w./-]+( [\w./-]+)*", value)
        return f"write a list: [{', '.join(value.split())}]" if plain else "write a list: [..., ...]"
    if "object" in allowed and kind == "array":
        return "write lines like 'name: value', without '-'"
    if "object" in allowed and isinstance(value, str) and (found := re.fullmatch(r"([\w-]+):(\S+)", value)):
        return f"put a blank after the colon: '{found[1][:50]}: {found[2][:50]}'"
    return None


_ARTICLES = {
    "string": "text", "integer": "a whole number", "number": "a number", "boolean": "true or false",
    "object": "a map", "array": "a list", "null": "nothing (null)",
}  # fmt: skip


def _unknown_key(name: str, known: Mapping[str, Any]) -> Misfit:
    message = f"'{name[:100]}' is not known here"
    return Misfit((name,), "unknown-key", message, did_you_mean(name, known), key=True)


def _bad_name(name: str, why: Misfit) -> Misfit:
    shown = f"'{name[:100]}'"
    message = why.message if why.message.startswith(shown) else f"{shown}: {why.message}"
    return Misfit((name,), "bad-name", message, why.hint, key=True)


@lru_cache(maxsize=2_000)
def _pattern(pattern: str) -> re.Pattern[str]:
    # JSON Schema's `$` is the very end; Python's would let a final line break through.
    return re.compile(pattern[:-1] + r"\Z" if pattern.endswith("$") else pattern, re.ASCII)


def _scalar_misfits(schema: Schema, value: Any) -> list[Misfit]:
    if isinstance(value, Text):
        return []
    found: list[str] = []
    if "enum" in schema and value not in schema["enum"]:
        names = [str(v) for v in schema["enum"]]
        close = did_you_mean(str(value), names)
        return [Misfit((), "bad-value", f"must be one of {', '.join(names)}", close)]
    if "const" in schema and value != schema["const"]:
        found.append(f"must be {schema['const']}")
    if isinstance(value, str):
        found += _text_problems(schema, value)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        found += _number_problems(schema, value)
    elif is_map(value) or is_list(value):
        found += _size_problems(schema, len(value))
    hint = _as_name(schema, value) or schema.get("x-hint") if found else None
    return [Misfit((), "bad-value", message, hint) for message in found]


def _as_name(schema: Schema, value: Any) -> str | None:
    """The name that was probably meant, where only capitals, underscores or blanks are in the way."""
    if not isinstance(value, str) or "pattern" not in schema or len(value) > 200:
        return None
    meant = re.sub(r"[\s_]+", "-", value.strip()).lower()
    return f"did you mean '{meant}'?" if not _text_problems(schema, meant) else None


def _text_problems(schema: Schema, value: str) -> list[str]:
    found: list[str] = []
    if "pattern" in schema and not _pattern(schema["pattern"]).search(value):
        rule = schema.get("x-message")
        shown = f"'{value[:100]}'"
        found.append(
            f"{shown} does not fit: {rule}" if rule else f"{shown} does not match {schema['pattern']}"
        )
    if len(value) < schema.get("minLength", 0):
        found.append(
            "must not be empty" if not value else f"is shorter than {schema['minLength']} characters"
        )
    if len(value) > schema.get("maxLength", len(value)):
        found.append(f"is longer than {schema['maxLength']} characters")
    return found


def _number_problems(schema: Schema, value: float) -> list[str]:
    found: list[str] = []
    if value < schema.get("minimum", value) or value <= schema.get("exclusiveMinimum", value - 1):
        low = schema.get("minimum", schema.get("exclusiveMinimum"))
        found.append(f"{value} is too small, the least is {low}")
    if value > schema.get("maximum", value) or value >= schema.get("exclusiveMaximum", value + 1):
        high = schema.get("maximum", schema.get("exclusiveMaximum"))
        found.append(f"{value} is too large, the most is {high}")
    return found


def _size_problems(schema: Schema, size: int) -> list[str]:
    least = max(schema.get("minItems", 0), schema.get("minProperties", 0))
    if size < least:
        return ["must not be empty" if least == 1 else f"needs at least {least} entries"]
    if size > schema.get("maxItems", size):
        return [f"has more than {schema['maxItems']} entries"]
    return []
