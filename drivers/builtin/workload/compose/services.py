"""From a workload's values to the services that it becomes. Pure; values may still be unknown or secret."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct, field

from .....graph.narrow import is_list, is_map
from .....graph.values import Unknown, Value, has_secret
from ....context import Context
from ....faults import PermanentFault
from ..patches import Patchable, patched

KIND = "Service"
TOKEN = "bakehouse.dev/token"
"""The label that tells which workload, and which of its generations, a container belongs to."""

_SERVICES = Patchable("compose", lambda found: found.get("name"))
_VOLUME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*", re.ASCII)
_CONDITIONS = {
    "started": "service_started",
    "healthy": "service_healthy",
    "complete": "service_completed_successfully",
}


class File(Struct, frozen=True):
    """A file of a container: its content, and whether that is base64."""

    content: Value
    binary: bool = False

    @property
    def is_secret(self) -> bool:
        """Whether nobody but the container may read it."""
        return has_secret(self.content)


class Part(Struct):
    """What one workload adds to its environment's project: services, files and named volumes by their keys."""

    services: dict[str, dict[str, Any]] = field(default_factory=dict[str, Any])
    files: dict[str, File] = field(default_factory=dict[str, File])
    volumes: dict[str, None] = field(default_factory=dict[str, None])


def part(context: Context, workload: Mapping[str, Any], profiles: list[Any] | tuple[Any, ...]) -> Part:
    """The services after the patches of all profiles. Raises :class:`PermanentFault` for what Compose has no word for."""
    name, containers = str(workload["name"]), dict(workload["containers"])
    made = Part()
    owner = _owner(containers)
    for key, body in containers.items():
        made.services[_called(name, key)] = _service(context, made, name, key, containers)
        _network(made.services[_called(name, key)], name, key, owner, is_job=_is_job(body))
    named = {
        key: {"kind": KIND, "name": key.removeprefix(f"{name}."), **s} for key, s in made.services.items()
    }
    done = patched(named, profiles, _SERVICES)
    made.services = {
        key: {k: v for k, v in s.items() if k not in ("kind", "name")} for key, s in done.items()
    }
    return made


def mounts(service: Mapping[str, Any], files: Mapping[str, File]) -> Iterator[Mapping[str, Any]]:
    """Which of these files the service mounts, and how; what profiles mount besides is not among them."""
    for mount in (*service.get("configs", ()), *service.get("secrets", ())):
        if is_map(mount) and isinstance(mount.get("source"), str) and mount["source"] in files:
            yield {"target": f"/{mount['source']}", "mode": None, **mount}


def jobs(workload: Mapping[str, Any]) -> frozenset[str]:
    """The services that run to their end before others start."""
    return frozenset(
        _called(str(workload["name"]), key) for key, body in workload["containers"].items() if _is_job(body)
    )


def _called(workload: str, container: str) -> str:
    """A service's key; no name of a workload or container holds a dot, so that no two are called alike."""
    return f"{workload}.{container}"


def _service(
    context: Context, made: Part, workload: str, key: str, containers: Mapping[str, Any]
) -> dict[str, Any]:
    body = containers[key]
    what = f"container {key} of workload {workload}"
    found: dict[str, Any] = {
        "image": body["image"],
        "restart": "no" if _is_job(body) else "unless-stopped",
        "labels": {
            "bakehouse.dev/uid": context.uid,
            TOKEN: context.token,
            "bakehouse.dev/workload": workload,
        },
    }
    if body.get("command"):
        found["entrypoint"] = list(body["command"])
    if body.get("args"):
        found["command"] = list(body["args"])
    if body.get("variables"):
        found["environment"] = dict(body["variables"])
    check = _healthcheck(body)
    if check is not None:
        found["healthcheck"] = check
    waits = dict(_waits(workload, key, containers, what))
    if waits:
        found["depends_on"] = waits
    limits = _resources(_map(body, "resources"))
    if limits:
        found["deploy"] = {"resources": limits}
    return {**found, **_files(made, workload, key, body), **_volumes(made, body, what)}


def _owner(containers: Mapping[str, Any]) -> str | None:
    """The container whose network the others share: the first that stays and waits for none that stays."""
    staying = [key for key, body in containers.items() if not _is_job(body)]
    awaited = {other for key in staying for other in _map(containers[key], "before")}
    return next((key for key in staying if key not in awaited), None)


def _network(service: dict[str, Any], workload: str, key: str, owner: str | None, *, is_job: bool) -> None:
    """Containers of a workload reach each other at localhost, and others reach it by its name; jobs are by themselves."""
    if key == owner:
        service["networks"] = {"default": {"aliases": [workload]}}
    elif not is_job and owner is not None:
        service["network_mode"] = f"service:{_called(workload, owner)}"


def _is_job(body: Mapping[str, Any]) -> bool:
    return any(value["ready"] == "complete" for value in _map(body, "before").values())


def _healthcheck(body: Mapping[str, Any]) -> dict[str, Any] | None:
    """The first probe that is a command: a request from inside would need a program that the image may not have."""
    for probe in (body.get("readinessProbe"), body.get("livenessProbe")):
        if is_map(probe) and is_map(probe.get("exec")):
            return {"test": ["CMD", *probe["exec"]["command"]], "interval": "5s", "retries": 12}
    return None


def _waits(
    workload: str, key: str, containers: Mapping[str, Any], what: str
) -> Iterator[tuple[str, dict[str, str]]]:
    for other, body in containers.items():
        state = _map(_map(body, "before"), key).get("ready")
        if state is None:
            continue
        if state == "healthy" and _healthcheck(body) is None:
            raise PermanentFault(
                f"not-in-compose: {what} waits until container {other} is healthy, which has no probe by a command",
                hint="give it a readinessProbe with exec: a request is not asked from inside a container",
            )
        yield _called(workload, other), {"condition": _CONDITIONS[state]}


def _resources(asked: Mapping[str, Any]) -> dict[str, Any]:
    names = {"limits": "limits", "requests": "reservations"}
    return {ours: _amounts(asked[theirs]) for theirs, ours in names.items() if asked.get(theirs)}


def _amounts(asked: Mapping[str, Any]) -> dict[str, str]:
    found: dict[str, str] = {}
    if "cpu" in asked:
        cpu = str(asked["cpu"])
        found["cpus"] = f"{int(cpu[:-1]) / 1000:g}" if cpu.endswith("m") else cpu
    if "memory" in asked:
        found["memory"] = str(_bytes(str(asked["memory"])))
    return found


def _bytes(text: str) -> int:
    """An amount of memory in bytes, with Score's endings: ``K`` is 1000 and ``Ki`` 1024."""
    number = text.rstrip("KMGTPEi")
    ending = text[len(number) :]
    base = 1024 if ending.endswith("i") else 1000
    power = "KMGTPE".index(ending[0]) + 1 if ending else 0
    return int(float(number) * base**power)


def _files(made: Part, workload: str, key: str, body: Mapping[str, Any]) -> dict[str, Any]:
    mounted: dict[str, list[dict[str, Any]]] = {}
    for number, (target, given) in enumerate(sorted(_map(body, "files").items())):
        binary = "binaryContent" in given
        file = File(given["binaryContent"] if binary else given.get("content", ""), binary)
        name = f"{_called(workload, key)}.{number}"
        made.files[name] = file
        mode = f"{int(str(given.get('mode') or '0644'), 8):04o}"
        mount = {"source": name, "target": target, "mode": mode}
        mounted.setdefault("secrets" if file.is_secret else "configs", []).append(mount)
    return dict(mounted)


def _volumes(made: Part, body: Mapping[str, Any], what: str) -> dict[str, Any]:
    mounted: list[dict[str, Any]] = []
    for target, given in sorted(_map(body, "volumes").items()):
        outputs = given.get("volume")
        source: Value = outputs.get("source") if is_map(outputs) else outputs
        kind = "bind" if isinstance(source, str) and source.startswith("/") else "volume"
        inner = str(given.get("path") or "")
        if not isinstance(source, str | Unknown) or (kind == "volume" and not _is_name(source)):
            raise PermanentFault(
                f"not-in-compose: the volume at {target} of {what} is no folder and no name of a volume",
                hint="let the definition of type volume give a source that is an absolute path or a plain name",
            )
        mount: dict[str, Any] = {"type": kind, "source": source, "target": target}
        if kind == "bind":
            mount["source"] = f"{source}/{inner}" if inner else source
        elif inner:
            mount["volume"] = {"subpath": inner}
        if kind == "volume" and isinstance(source, str):
            made.volumes[source] = None
        if given.get("readOnly"):
            mount["read_only"] = True
        mounted.append(mount)
    return {"volumes": mounted} if mounted else {}


def _map(body: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """The map of this name, empty where there is none."""
    found = body.get(name)
    return found if is_map(found) else {}


def _is_name(source: Value) -> bool:
    return isinstance(source, Unknown) or (isinstance(source, str) and bool(_VOLUME.fullmatch(source)))


def rendered(context: Context, inputs: Mapping[str, Any]) -> Part | None:
    """The part of planned inputs; None where the workload itself is not known."""
    workload, profiles = inputs.get("workload"), inputs.get("profiles", ())
    if not is_map(workload) or not is_map(workload.get("containers")) or not is_list(profiles):
        return None
    return part(context, workload, list(profiles))
