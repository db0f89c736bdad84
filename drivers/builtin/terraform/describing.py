"""The schemas of a definition's inputs and outputs, from the module that it names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from ....graph.narrow import is_map
from ....graph.types import DriverDescription
from ...sdk import InputProblem, LeavesFolder, NotDescribed
from ..carried import Folder
from .constraints import BadConstraint, nullable, schema_of
from .modules import Module, Variable, read_module
from .parsing import BadModule
from .providers import connected

_REF = re.compile(r"[?&]ref=([^&]+)")
_COMMIT_OR_VERSION = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}|(?:.*[-/_])?v?\d+(?:\.\d+)*(?:[-+][\w.+-]+)?")
_REGISTRY = re.compile(r"(?:[\w.-]+(?::\d+)?/)?[\w-]+/[\w-]+/[\w-]+(?://.*)?\Z")
_EXACT = re.compile(r"=?\s*\d+\.\d+\.\d+(?:[-+][\w.+-]+)?\Z")

_OPEN: Mapping[str, Any] = {"type": "object", "properties": {}, "required": [], "additionalProperties": True}


def described(static_inputs: Mapping[str, Any]) -> DriverDescription:
    """The schemas of inputs and outputs, open where its files are not known, and the provider that a connection sets up.

    Raises :class:`NotDescribed`.
    """
    source = static_inputs.get("source")
    if is_map(source):
        module = _module(Folder.model_validate(source))
        inputs = _inputs(_variables(module, source["path"]))
        return DriverDescription(inputs, _outputs(module), connected(module), connection_optional=True)
    if isinstance(source, str):
        _check_pinned(source, static_inputs.get("version"))
    return DriverDescription(_inputs({"type": "object"}), _OPEN)


def module_of(folder: Folder) -> Module:
    """What a module that travels declares; raises :class:`BadModule`, naming the file as its folder is named."""
    try:
        return read_module(folder.contents())
    except BadModule as bad:
        file = f"{folder.path}/{bad.file}" if bad.file else folder.path
        place = f"{file}:{bad.line}" if bad.line else file
        told = f"{place}: {bad.message}"
        raise BadModule(bad.code, told, bad.file, bad.line, outward=bad.outward) from None


def _module(folder: Folder) -> Module:
    try:
        return module_of(folder)
    except (BadModule, ValidationError) as error:
        bad = error if isinstance(error, BadModule) else BadModule("module-syntax", str(error), "")
        refused = LeavesFolder if bad.outward else NotDescribed
        raise refused(InputProblem(bad.code, bad.message, ("source",))) from None


def _inputs(variables: Mapping[str, Any]) -> Mapping[str, Any]:
    return {
        "type": "object",
        "properties": {
            "source": {"type": ["string", "object"]},
            "version": {"type": ["string", "null"]},
            "variables": variables,
            "binary": {"type": ["string", "null"]},
        },
        "required": ["source", *(["variables"] if variables.get("required") else ())],
        "additionalProperties": False,
    }


def _variables(module: Module, path: str) -> Mapping[str, Any]:
    problems: list[InputProblem] = []
    properties: dict[str, Any] = {}
    for variable in module.variables.values():
        try:
            properties[variable.name] = _variable(variable)
        except BadConstraint as bad:
            where = f"{path}/{variable.file}:{variable.line}"
            message = f"{where}: the type of variable '{variable.name}' cannot be read: {bad}"
            problems.append(InputProblem("module-syntax", message, ("source",)))
    if problems:
        raise NotDescribed(*problems)
    return {
        "type": "object",
        "properties": properties,
        "required": [v.name for v in module.variables.values() if v.required],
        "additionalProperties": False,
    }


def _variable(variable: Variable) -> Mapping[str, Any]:
    found: Mapping[str, Any] = schema_of(variable.type or "any")
    found = nullable(found) if variable.nullable else found
    return {**found, "description": variable.description} if variable.description else found


def _outputs(module: Module) -> Mapping[str, Any]:
    return {
        "type": "object",
        "properties": {o.name: {"x-secret": True} if o.sensitive else {} for o in module.outputs.values()},
        "required": list(module.outputs),
        "additionalProperties": False,
    }


def _check_pinned(source: str, version: Any) -> None:
    """A module from elsewhere must be the same one tomorrow."""
    if "${" in source:
        message = "the module cannot depend on a placeholder: what it takes and gives must be known before"
        raise NotDescribed(InputProblem("module-computed", message, ("source",)))
    if _REGISTRY.match(source) and not source.startswith(("git::", "github.com/", "bitbucket.org/")):
        if not isinstance(version, str) or not _EXACT.match(version.strip()):
            message = f"the module '{source[:200]}' of a registry needs an exact version"
            raise NotDescribed(InputProblem("module-not-pinned", message, ("source",), "add version: 1.2.3"))
        return
    ref = _REF.search(source)
    if ref is None or not _COMMIT_OR_VERSION.fullmatch(ref[1]):
        what = "names no commit or tag" if ref is None else f"names '{ref[1][:100]}', which may be a branch"
        message = f"the module '{source[:200]}' {what}"
        raise NotDescribed(
            InputProblem(
                "module-not-pinned",
                message,
                ("source",),
                "write ?ref= and a version such as v1.2.0, or a commit",
            )
        )
