"""Reads a module's files: its variables, its outputs, the providers that it needs."""

from __future__ import annotations

import posixpath
import re
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, cast

import orjson

from ....graph.narrow import is_list, is_map

_SUFFIX, _JSON_SUFFIX = ".tf", ".tf.json"
_TOFU_SUFFIXES = (".tofu", ".tofu.json")
_ONE_AT_A_TIME = threading.Lock()
"""Two first parses at once make python-hcl2 read ``sensitive = true`` as something else, without any error."""

_WRAPPED = re.compile(r"\$\{(.*)\}\Z", re.DOTALL)


class BadModule(ValueError):
    """A module that cannot be read. ``file`` is the path below its folder, ``line`` counts from 1, 0 is unknown."""

    def __init__(self, code: str, message: str, file: str, line: int = 0) -> None:
        super().__init__(message)
        self.code, self.message, self.file, self.line = code, message, file, line


@dataclass(frozen=True, slots=True)
class Variable:
    """A declared variable; ``type`` is the expression as text, None for any."""

    name: str
    type: str | None = None
    required: bool = True
    nullable: bool = True
    sensitive: bool = False
    description: str = ""
    file: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Output:
    """A declared output."""

    name: str
    sensitive: bool = False
    description: str = ""
    file: str = ""
    line: int = 0


@dataclass(frozen=True)
class Module:
    """What a module declares.

    ``configures`` names the providers that it sets up by itself, ``resources`` the addresses of what it manages.
    """

    variables: Mapping[str, Variable] = field(default_factory=dict[str, Variable])
    outputs: Mapping[str, Output] = field(default_factory=dict[str, Output])
    providers: Mapping[str, str] = field(default_factory=dict[str, str])
    configures: frozenset[str] = frozenset()
    resources: tuple[str, ...] = ()


def read_module(files: Mapping[str, bytes]) -> Module:
    """What the files at the top of a module's folder declare; raises :class:`BadModule`."""
    top = {path: content for path, content in files.items() if "/" not in path and _counts(path)}
    if not top:
        raise BadModule("module-empty", "the folder holds no file that ends in .tf", "")
    variables: dict[str, Variable] = {}
    outputs: dict[str, Output] = {}
    providers: dict[str, str] = {}
    configures: set[str] = set()
    implied: set[str] = set()
    resources: list[str] = []
    for path, content in sorted(top.items()):
        data = _parsed(path, content)
        for name, body in _blocks(data, "variable"):
            variables[name] = _variable(name, body, path, content)
        for name, body in _blocks(data, "output"):
            line = _line(content, "output", name)
            outputs[name] = Output(
                name, body.get("sensitive") is True, _text(body, "description"), path, line
            )
        for name, body in _blocks(data, "module"):
            _stays_inside(name, body, path, content)
        for kind in ("resource", "data"):
            for type_, bodies in _blocks(data, kind):
                implied.add(type_.partition("_")[0])
                if kind == "resource":
                    resources += (f"{type_}.{name}" for name in bodies if name != "__is_block__")
        configures |= {name for name, _ in _blocks(data, "provider")}
        providers |= dict(_required(data))
    named = {name: f"hashicorp/{name}" for name in sorted(implied - {"terraform"})} | providers
    return Module(variables, outputs, named, frozenset(configures), tuple(sorted(resources)))


def _counts(path: str) -> bool:
    return path.endswith((_SUFFIX, _JSON_SUFFIX, *_TOFU_SUFFIXES))


def _parsed(path: str, content: bytes) -> Mapping[str, Any]:
    try:
        text = content.decode()
    except UnicodeDecodeError:
        raise BadModule("module-syntax", "it is not written in UTF-8", path) from None
    if path.endswith(".json"):
        try:
            data = orjson.loads(content)
        except orjson.JSONDecodeError as error:
            raise BadModule("module-syntax", error.msg, path, error.lineno) from None
        if not is_map(data):
            raise BadModule("module-syntax", "its top is no map", path)
        return data
    return _read(path, text)


@lru_cache(maxsize=500)
def _read(path: str, text: str) -> Mapping[str, Any]:
    import hcl2
    from lark.exceptions import LarkError, UnexpectedInput

    options = hcl2.SerializationOptions(strip_string_quotes=True)
    try:
        with _ONE_AT_A_TIME:
            data = cast(Any, hcl2.loads(text, serialization_options=options))  # pyright: ignore[reportUnknownMemberType]
    except UnexpectedInput as error:
        line, column = getattr(error, "line", 0), getattr(error, "column", 0)
        where = f" at column {column}" if column and column > 0 else ""
        raise BadModule("module-syntax", f"this cannot be read{where}", path, max(0, line)) from None
    except (LarkError, RecursionError, ValueError) as error:
        raise BadModule("module-syntax", f"this cannot be read: {str(error)[:200]}", path) from None
    return data if is_map(data) else {}


def _blocks(data: Mapping[str, Any], kind: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    found: Any = data.get(kind, ())
    for group in found if is_list(found) else (found,):
        if is_map(group):
            for name, body in group.items():
                for part in body if is_list(body) else (body,):
                    if is_map(part):
                        yield name, part


def _variable(name: str, body: Mapping[str, Any], path: str, content: bytes) -> Variable:
    written = body.get("type")
    kind = None
    if isinstance(written, str):
        wrapped = _WRAPPED.fullmatch(written.strip())
        kind = wrapped[1] if wrapped else written
    return Variable(
        name,
        kind,
        "default" not in body,
        body.get("nullable") is not False,
        body.get("sensitive") is True,
        _text(body, "description"),
        path,
        _line(content, "variable", name),
    )


def _text(body: Mapping[str, Any], name: str) -> str:
    found = body.get(name)
    return found if isinstance(found, str) else ""


def _required(data: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    settings: Any = data.get("terraform", ())
    for part in settings if is_list(settings) else (settings,):
        asked: Any = part.get("required_providers", ()) if is_map(part) else ()
        for group in asked if is_list(asked) else (asked,):
            if is_map(group):
                yield from (
                    (name, str(item["source"]) if is_map(item) and "source" in item else f"hashicorp/{name}")
                    for name, item in group.items()
                    if name != "__is_block__"
                )


def _stays_inside(name: str, body: Mapping[str, Any], path: str, content: bytes) -> None:
    """Only what lies in the folder travels with the resource."""
    source = body.get("source")
    if isinstance(source, str) and source.startswith(("./", "../")):
        inner = posixpath.normpath(source)
        if inner == ".." or inner.startswith("../"):
            message = f"module '{name}' calls '{source}', which lies outside the folder"
            raise BadModule("module-outside", message, path, _line(content, "module", name))


def _line(content: bytes, kind: str, name: str) -> int:
    """The line on which a block begins; 0 where it is written in another way."""
    pattern = re.compile(rf'^\s*{kind}\s+"?{re.escape(name)}"?\s*\{{'.encode(), re.MULTILINE)
    found = pattern.search(content)
    if found is None:
        return 0
    return content.count(b"\n", 0, found.start() + len(found[0]) - len(found[0].lstrip())) + 1
