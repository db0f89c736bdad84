"""From a workload's values to the processes that it becomes. Pure; values may still be unknown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct, field

from .....graph.narrow import is_list, is_map
from .....graph.values import Value, has_secret, has_unknown
from ....faults import PermanentFault
from ...local import rooted
from ...local.runfile import FileToWrite
from ..patches import Patchable, patched

KIND = "Process"
_PROCESSES = Patchable("process", lambda found: found.get("name"))

READY = ("started", "healthy", "complete")


class VolumeToMount(Struct, frozen=True):
    """A folder that appears below the root at ``target``; ``source`` is the volume's outputs, ``path`` a part of it."""

    target: str
    source: Value
    path: str = ""


class ContainerProcess(Struct, frozen=True):
    """One container as a process: its argument list, variables, files and volumes.

    ``before`` says in which state (started, healthy, complete) this one must be before those others start.
    """

    name: str
    argv: tuple[str, ...]
    variables: Mapping[str, Value] = field(default_factory=dict[str, Value])
    files: tuple[FileToWrite, ...] = ()
    volumes: tuple[VolumeToMount, ...] = ()
    before: Mapping[str, str] = field(default_factory=dict[str, str])
    readiness: Mapping[str, Any] | None = None

    @property
    def is_job(self) -> bool:
        """Whether it is run to its end, and not started again then."""
        return "complete" in self.before.values()


def render(
    workload: Mapping[str, Any], ports: Mapping[str, Value], profiles: list[Any] | tuple[Any, ...]
) -> tuple[ContainerProcess, ...]:
    """The processes, by name. Raises :class:`PermanentFault` for what cannot run on this target.

    ``ports`` are the actual ones by name and number. Variables PORT and PORT_NAME come from them, under the
    container's own.
    """
    name = str(workload.get("name", ""))
    containers: Mapping[str, Any] = workload.get("containers", {})
    objects = {key: _object(key, body) for key, body in sorted(containers.items())}
    objects = patched(objects, profiles, _PROCESSES)
    around = port_variables(workload, ports)
    return tuple(_process(name, objects[key], body, around) for key, body in sorted(containers.items()))


def port_variables(workload: Mapping[str, Any], ports: Mapping[str, Value]) -> dict[str, Value]:
    """PORT_NAME for each declared port, and PORT for the one with the lowest declared number."""
    service: Any = workload.get("service")
    declared: Any = service.get("ports") if is_map(service) else None
    if not is_map(declared):
        return {}
    found: dict[str, Value] = {}
    for key, body in sorted(declared.items(), key=lambda item: (int(item[1]["port"]), item[0]), reverse=True):
        actual = ports.get(key, body["port"])
        found[f"PORT_{key.upper().replace('-', '_')}"] = actual
        found["PORT"] = actual
    return found


def _object(name: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """What profiles patch."""
    return {
        "kind": KIND,
        "name": name,
        "command": list(body.get("command") or ()),
        "args": list(body.get("args") or ()),
        "variables": dict(body.get("variables") or {}),
    }


def _process(
    workload: str, rendered: Mapping[str, Any], body: Mapping[str, Any], around: Mapping[str, Value]
) -> ContainerProcess:
    name = str(rendered["name"])
    what = f"container {name} of workload {workload}"
    command, arguments = _words(rendered.get("command"), what), _words(rendered.get("args"), what)
    if not command:
        raise PermanentFault(
            f"needs-command: {what} has no command",
            hint="images are not run on this machine: write `command`, the program and its arguments",
        )
    variables = _variables(rendered.get("variables"), what)
    before: Mapping[str, Any] = body.get("before") or {}
    process = ContainerProcess(
        name=name,
        argv=(*command, *arguments),
        variables={**around, **variables},
        files=tuple(_files(body.get("files") or {})),
        volumes=tuple(_volumes(body.get("volumes") or {})),
        before={key: str(value["ready"]) for key, value in sorted(before.items())},
        readiness=body.get("readinessProbe"),
    )
    _check_targets(process, what)
    return process


def _words(value: Any, what: str) -> tuple[str, ...]:
    if not is_list(value):
        raise PermanentFault(f"{what}: command and args are lists of text")
    for word in value:
        if has_secret(word) or has_unknown(word) or not isinstance(word, str):
            raise PermanentFault(
                f"{what}: command and args hold plain text only", hint="use variables for other values"
            )
        if "\0" in word:
            raise PermanentFault(f"{what}: a NUL character in its command")
    return tuple(value)


def _variables(value: Any, what: str) -> dict[str, Value]:
    if not is_map(value):
        raise PermanentFault(f"{what}: variables are a map")
    for key in value:
        if not key or "=" in key or "\0" in key:
            raise PermanentFault(f"{what}: {key!r} is no name of a variable")
    return dict(value)


def _files(files: Mapping[str, Any]) -> Iterator[FileToWrite]:
    for target, body in sorted(files.items()):
        binary = "binaryContent" in body
        content = body["binaryContent"] if binary else body.get("content", "")
        yield FileToWrite(target, content, str(body.get("mode") or "0644"), binary)


def _volumes(volumes: Mapping[str, Any]) -> Iterator[VolumeToMount]:
    for target, body in sorted(volumes.items()):
        yield VolumeToMount(target, body.get("volume"), str(body.get("path") or ""))


def _check_targets(process: ContainerProcess, what: str) -> None:
    """Targets lie below the root and not below each other's volume."""
    taken: dict[tuple[str, ...], str] = {}
    for volume in process.volumes:
        taken[rooted.steps(volume.target)] = volume.target
        if volume.path:
            rooted.steps(volume.path)
    for target in [*(file.target for file in process.files), *(volume.target for volume in process.volumes)]:
        way = rooted.steps(target)
        over = next((taken[way[:n]] for n in range(1, len(way)) if way[:n] in taken), None)
        if over is not None:
            raise PermanentFault(
                f"{what}: {target} lies inside the volume at {over}", hint="put it beside the volume"
            )
