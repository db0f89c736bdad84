"""From a rendered process to the program that is supervised."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from .....graph.narrow import is_map
from ....context import Context
from ....faults import PermanentFault
from ...local import rooted
from ...local.launch import environment_of, find_program
from ...local.private import private_folder
from ...local.probes import ExecProbe, HttpProbe, Probe
from ...local.program import Program, program_name
from ...local.runfile import LinkToMake, RunFile
from .containers import ContainerProcess, VolumeToMount


def program_of(process: ContainerProcess, workload: Mapping[str, Any], context: Context) -> Program:
    """The program; raises :class:`PermanentFault` when its folder, a volume or the program itself is missing."""
    folder = Path(context.workspace.root, str(workload.get("folder") or "."))
    what = f"container {process.name} of workload {workload.get('name')}"
    if not folder.is_dir():
        raise PermanentFault(
            f"workdir-missing: {what} runs in {folder}, which is no folder",
            hint="apply from a checkout of the application, or name it with -C",
        )
    run = replace(
        RunFile.of(context.workspace, process.argv, folder),
        environment=process.variables,
        files=process.files,
        links=tuple(_link(volume, what) for volume in process.volumes),
    )
    try:
        find_program(run, run.ambient.get("PATH", ""))
    except PermanentFault as fault:
        raise PermanentFault(
            f"program-missing: {what}: {fault.message}", hint="correct its command, or install the program"
        ) from fault
    return Program(program_name(context.token, process.name), run, restart=not process.is_job)


def probe_of(
    process: ContainerProcess, program: Program, root: Path, ports: Mapping[str, int], context: Context
) -> Probe | None:
    """What tells that it is ready, or None; a command is preferred to a request."""
    probe = process.readiness
    if not probe:
        return None
    command: Any = probe.get("exec")
    if is_map(command):
        environment = environment_of(program.run, root, context.reveal)
        return ExecProbe(tuple(command["command"]), program.run.cwd, environment)
    request: Any = probe["httpGet"]
    port = int(request["port"])
    headers = {str(h["name"]): str(h["value"]) for h in request.get("httpHeaders") or ()}
    host = request.get("host")
    if host:
        headers.setdefault("Host", str(host))
    return HttpProbe(
        ports.get(str(port), port), str(request["path"]) or "/", str(request.get("scheme") or "HTTP"), headers
    )


def _link(volume: VolumeToMount, what: str) -> LinkToMake:
    source: Any = volume.source.get("source") if is_map(volume.source) else None
    if not isinstance(source, str) or not Path(source).is_absolute():
        raise PermanentFault(
            f"{what}: the volume at {volume.target} has no folder on this machine",
            hint="its definition must give the output `source`, an absolute path",
        )
    folder = Path(source)
    for step in rooted.steps(volume.path) if volume.path else ():
        folder = private_folder(folder / step)
    return LinkToMake(volume.target, str(folder))
