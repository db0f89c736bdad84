"""Containers of a pod, from those of a Score file. Pure; values may still be unknown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .....graph.narrow import is_map
from .....graph.values import Text, Value, has_secret, text
from ....faults import PermanentFault
from .contents import Contents, as_text
from .volumes import Volumes

FILES = "files"
SECRET_FILES = "secret-files"


def container(name: str, body: Mapping[str, Any], contents: Contents, volumes: Volumes) -> dict[str, Any]:
    """One container. What it reads is put into ``contents``, what it mounts into ``volumes``."""
    found: dict[str, Any] = {"name": name, "image": body["image"]}
    for key in ("command", "args"):
        if body.get(key):
            found[key] = list(body[key])
    variables: Mapping[str, Any] = body.get("variables") or {}
    if variables:
        found["env"] = [_variable(name, key, variables[key], contents) for key in sorted(variables)]
    mounts = [
        *_files(name, body.get("files") or {}, contents, volumes),
        *volumes.mounts(body.get("volumes") or {}),
    ]
    if mounts:
        found["volumeMounts"] = mounts
    if is_map(body.get("resources")):
        found["resources"] = dict(body["resources"])
    for probe in ("livenessProbe", "readinessProbe"):
        if is_map(body.get(probe)):
            found[probe] = _probe(body[probe])
    return found


def _variable(container_name: str, key: str, value: Value, contents: Contents) -> dict[str, Any]:
    written = as_text(value)
    if has_secret(written):
        kept = contents.keep_secret(written, container_name, key)
        reference = {"name": contents.secret_name, "key": kept}
        return {"name": key, "valueFrom": {"secretKeyRef": reference}}
    return {"name": key, "value": _unexpanded(written)}


def _unexpanded(value: Value) -> Value:
    """Kubernetes replaces ``$(NAME)`` in values; Score does not, so it is written in a way that stays."""
    if isinstance(value, str):
        return value.replace("$(", "$$(")
    if isinstance(value, Text):
        return text([part.replace("$(", "$$(") if isinstance(part, str) else part for part in value.parts])
    return value


def _files(
    name: str, files: Mapping[str, Any], contents: Contents, volumes: Volumes
) -> Iterator[dict[str, Any]]:
    """One mount a file, so that what else is in its folder stays visible."""
    for target, body in sorted(files.items()):
        secret, key = contents.keep_file(body, name, target.strip("/"))
        volume = SECRET_FILES if secret else FILES
        volumes.add_file(volume, key, int(str(body.get("mode") or "0644"), 8))
        yield {"name": volume, "mountPath": target, "subPath": key, "readOnly": True}


def _probe(body: Mapping[str, Any]) -> dict[str, Any]:
    """``exec`` where both are given."""
    if is_map(body.get("exec")):
        return {"exec": {"command": list(body["exec"]["command"])}}
    asked: Any = body.get("httpGet")
    if not is_map(asked):
        raise PermanentFault("a probe asks by neither exec nor httpGet")
    return {"httpGet": {key: value for key, value in asked.items() if value is not None}}
