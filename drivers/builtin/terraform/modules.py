"""Reads a module's files: its variables, its outputs, the providers that it needs."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct, field

from ....graph.narrow import is_list, is_map
from .parsing import BadModule, parsed

_SUFFIX, _JSON_SUFFIX = ".tf", ".tf.json"
_TOFU_SUFFIXES = (".tofu", ".tofu.json")
_WRAPPED = re.compile(r"\$\{(.*)\}\Z", re.DOTALL)


class Variable(Struct, frozen=True):
    """A declared variable; ``type`` is the expression as text, None for any."""

    name: str
    type: str | None = None
    required: bool = True
    nullable: bool = True
    sensitive: bool = False
    description: str = ""
    file: str = ""
    line: int = 0


class Output(Struct, frozen=True):
    """A declared output."""

    name: str
    sensitive: bool = False
    description: str = ""
    file: str = ""
    line: int = 0


class Module(Struct, frozen=True):
    """What a module declares.

    ``configures`` names the providers that it sets up by itself, ``resources`` the addresses of what it manages.
    """

    variables: Mapping[str, Variable] = field(default_factory=dict[str, Variable])
    outputs: Mapping[str, Output] = field(default_factory=dict[str, Output])
    providers: Mapping[str, str] = field(default_factory=dict[str, str])
    configures: frozenset[str] = frozenset()
    resources: tuple[str, ...] = ()


def read_module(files: Mapping[str, bytes], *, travels: bool = True) -> Module:
    """What the files at the top of a module's folder declare; raises :class:`BadModule`.

    One that ``travels`` with its resource leaves behind what lies outside its folder, so it must not call that.
    """
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
        data = parsed(path, content)
        for name, body in _blocks(data, "variable"):
            variables[name] = _variable(name, body, path, content)
        for name, body in _blocks(data, "output"):
            line = _line(content, "output", name)
            outputs[name] = Output(
                name, body.get("sensitive") is True, _text(body, "description"), path, line
            )
        for name, body in _blocks(data, "module") if travels else ():
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
    source = body.get("source")
    if isinstance(source, str) and source.startswith(("./", "../")):
        inner = posixpath.normpath(source)
        if inner == ".." or inner.startswith("../"):
            message = f"module '{name}' calls '{source}', which lies outside the folder"
            raise BadModule("module-outside", message, path, _line(content, "module", name), outward=True)


def _line(content: bytes, kind: str, name: str) -> int:
    """The line on which a block begins; 0 where it is written in another way."""
    pattern = re.compile(rf'^\s*{kind}\s+"?{re.escape(name)}"?\s*\{{'.encode(), re.MULTILINE)
    found = pattern.search(content)
    if found is None:
        return 0
    return content.count(b"\n", 0, found.start() + len(found[0]) - len(found[0].lstrip())) + 1
