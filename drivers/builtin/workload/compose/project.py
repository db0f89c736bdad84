"""The Compose file of an environment, and the secrets that it only names. Pure.

A secret stands in the file as a variable, ``${BKH_…}``, which the one who runs ``docker compose`` has to have.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from .....graph.encoding import encode
from .....graph.fingerprint import digest
from .....graph.narrow import is_list, is_map
from .....graph.values import Secret, Text, Unknown, Value, fill
from ....context import Workspace
from .services import File, Part, mounts

_CONTENTS = "bakehouse.dev/files"
FILES = "files"
"""The folder beside the Compose file in which files lie that are no text."""


def project_name(around: Workspace) -> str:
    """What the project of an environment is called, also after a rename; no other environment's is called so."""
    return around.slug


def document(name: str, parts: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """The Compose file of several written parts."""
    found: dict[str, Any] = {"name": name, "services": {}}
    for made in parts:
        for section, content in made.items():
            found.setdefault(section, {}).update(content)
    return found


def written(made: Part) -> dict[str, Any]:
    """A part as sections of a Compose file: secrets as variables, ``$`` doubled, unknown values as they are.

    Compose makes a container anew where its service differs, and does not look into what is mounted: a label does.
    """
    services = {name: _labelled(service, made.files) for name, service in made.services.items()}
    sections: dict[str, Any] = {"services": _escaped(services)}
    for name, file in sorted(made.files.items()):
        section = "secrets" if file.is_secret else "configs"
        sections.setdefault(section, {})[name] = _source(name, file)
    if made.volumes:
        sections["volumes"] = {name: {} for name in sorted(made.volumes)}
    return sections


def variables(made: Part) -> dict[str, Value]:
    """What each variable in the written part stands for."""
    found: dict[str, Value] = {}
    _gather(made.services, found)
    found |= {_file_variable(name): file.content for name, file in made.files.items() if file.is_secret}
    return dict(sorted(found.items()))


def opened(asked: Mapping[str, Value], reveal: Callable[[Secret], str]) -> dict[str, str]:
    """The variables in clear, for the environment of the program alone."""

    def answer(leaf: Unknown | Secret) -> Value:
        return reveal(leaf) if isinstance(leaf, Secret) else leaf

    return {name: str(fill(value, answer)) for name, value in asked.items()}


def binaries(made: Part) -> dict[str, bytes]:
    """The files that are no text, by their names below :data:`FILES`."""
    return {name: base64.b64decode(str(f.content)) for name, f in made.files.items() if f.binary}


def _labelled(service: Mapping[str, Any], files: Mapping[str, File]) -> Mapping[str, Any]:
    """The service with a digest of what its files hold: of secrets the references and versions, never the values."""
    contents = {m["target"]: encode(files[m["source"]].content) for m in mounts(service, files)}
    labels = service.get("labels", {})
    if not contents or not is_map(labels):
        return service
    return {**service, "labels": {**labels, _CONTENTS: digest(contents)[:16]}}


def _source(name: str, file: File) -> dict[str, Any]:
    if file.binary:
        return {"file": f"./{FILES}/{name}"}
    return {"environment": _file_variable(name)} if file.is_secret else {"content": _escaped(file.content)}


def _escaped(value: Value) -> Value:
    if isinstance(value, str):
        return value.replace("$", "$$")
    if isinstance(value, Secret):
        return f"${{{_variable(value)}}}"
    if isinstance(value, Unknown):
        return f"${{{_variable(value)}}}" if value.secret else value
    if isinstance(value, Text):
        parts = [_escaped(item) for item in value.parts]
        return Text(tuple(parts)) if any(isinstance(p, Unknown) for p in parts) else "".join(map(str, parts))
    if is_map(value):
        return {name: _escaped(item) for name, item in value.items()}
    return [_escaped(item) for item in value] if is_list(value) else value


def _gather(value: Value, found: dict[str, Value]) -> None:
    if isinstance(value, Secret) or (isinstance(value, Unknown) and value.secret):
        found[_variable(value)] = value
    elif isinstance(value, Text):
        for item in value.parts:
            _gather(item, found)
    elif is_map(value) or is_list(value):
        for item in value.values() if is_map(value) else value:
            _gather(item, found)


def _variable(leaf: Secret | Unknown) -> str:
    named = [leaf.store, leaf.ref] if isinstance(leaf, Secret) else [str(leaf.source), *leaf.path]
    return f"BKH_{digest(named)[:12].upper()}"


def _file_variable(name: str) -> str:
    return f"BKH_FILE_{digest(name)[:12].upper()}"
