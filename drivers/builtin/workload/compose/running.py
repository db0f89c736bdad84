"""A workload in its environment's Compose project: written, started, looked at and taken out."""

from __future__ import annotations

import contextlib
from collections.abc import Generator, Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson

from .....graph.values import display, has_unknown
from ....context import Context, Proposal
from ....document import Document
from ....faults import Fault, NotFound, PermanentFault
from ....result import Result
from ...kubernetes.differences import differences
from ...local.private import locked, prune, system_faults, write_private
from ...writing import text_of
from . import logs as printed
from .engine import Engine, docker
from .project import FILES, binaries, document, opened, project_name, variables, written
from .schema import check_compose
from .services import TOKEN, Part, jobs, mounts, rendered
from .standing import amiss, explained, look_on

_FILE = "compose.yaml"
_PARTS = "parts"
_MARGIN = 5


def is_composed(inputs: Mapping[str, Any]) -> bool:
    """Whether these inputs are for a container engine."""
    return inputs.get("target") == "compose"


def propose(context: Context, planned: Mapping[str, Any]) -> Proposal | None:
    """Which services come, change and go; refused where no engine could run them."""
    after = rendered(context, planned)
    if after is None:
        return None
    check_compose(document(project_name(context.workspace), [written(after)]))
    before = rendered(context, context.prior.inputs) if context.prior else None
    nested = tuple(_changes(before or Part(), after))
    same = context.prior is not None and context.prior.inputs == planned
    try:
        docker()
    except PermanentFault as fault:
        return Proposal("update", nested=nested, refused=f"{fault.message}; {fault.hint}")
    return Proposal("no-op" if same else "update", nested=nested)


def documents(context: Context, planned: Mapping[str, Any]) -> tuple[Document, ...] | None:
    """The workload's own Compose file, and what its variables stand for; None where the workload is not known."""
    made = rendered(context, planned)
    if made is None:
        return None
    found = [Document(_FILE, document(project_name(context.workspace), [written(made)]))]
    named = variables(made)
    if named:
        found.append(Document("variables.yaml", named))
    return (
        *found,
        *(Document(f"{FILES}/{name}.base64", str(made.files[name].content)) for name in binaries(made)),
    )


def bring_up(context: Context, inputs: Mapping[str, Any]) -> Result:
    """Write the workload's part of the project and start its services. Where nothing differs, they are made anew."""
    made = _rendered(context, inputs)
    staying = sorted(made.services.keys() - jobs(inputs["workload"]))
    with _project(context) as folder:
        _recall(context, folder)
        _drop(context, folder, made)
        _write(context, folder, made)
        engine = _engine(context, folder, opened(variables(made), context.reveal))
        flags = ["--detach", "--wait", f"--wait-timeout={max(1, int(context.seconds_left) - _MARGIN)}"]
        anew = ["--force-recreate"] if _is_restart(context, made) else []
        try:
            engine.compose("up", *flags, *anew, services=staying)
        except PermanentFault as fault:
            raise explained(engine, fault, made.services) from None
    look_on(context, engine, staying, after="up")
    return Result({}, {"services": sorted(made.services), "call": context.run_dir.name})


def read(context: Context, inputs: Mapping[str, Any]) -> Result:
    """Which services run; raises NotFound where the engine knows none of them."""
    made = _rendered(context, inputs)
    with _project(context) as folder:
        found = _looking(context, folder, made).containers(sorted(made.services))
    if not found:
        raise NotFound("the engine has none of its containers")
    states = amiss(found, made.services)
    private: dict[str, Any] = {"services": sorted(made.services)}
    told = tuple(f"the service {name} is {state}" for name, state in states.items())
    return Result({}, {**private, "amiss": states} if states else private, differs=told)


def _is_restart(context: Context, made: Part) -> bool:
    """Whether what was made before, and not in this very call, is asked for once more as it is."""
    if context.prior is None or context.prior.private.get("call") in (None, context.run_dir.name):
        return False
    return rendered(context, context.prior.inputs) == made


def remove(context: Context) -> None:
    """Stop and remove the services; the project itself with the last of them.

    Without the part's file, which another machine or a clone has, what was recorded says which services there are.
    """
    with _project(context) as folder:
        if not _recall(context, folder):
            return
        part = _part_file(context, folder)
        services = sorted(orjson.loads(part.read_bytes())["services"])
        _drop(context, folder, Part())
        engine = _engine(context, folder)
        if [*part.parent.iterdir()] == [part] and not engine.containers(services):
            engine.compose("down")
        part.unlink()
        _compose_file(context, folder)


def _drop(context: Context, folder: Path, made: Part) -> None:
    """Stop and remove the services of the part's file that ``made`` has not.

    Those with a container of another token are left: what replaces this workload, or came after it, is called the same.
    """
    part = _part_file(context, folder)
    former = set(orjson.loads(part.read_bytes())["services"]) if part.exists() else set[str]()
    gone = sorted(former - made.services.keys())
    if not gone:
        return
    engine = _engine(context, folder)
    ours = {
        str(c["Service"]) for c in engine.containers(gone) if "Service" in c and not _is_others(context, c)
    }
    if ours:
        engine.compose("rm", "--stop", "--force", services=sorted(ours))


def _is_others(context: Context, container: Mapping[str, Any]) -> bool:
    """Whether its label says so; a profile may have left it none."""
    marks = [mark for mark in f"{container.get('Labels') or ''}".split(",") if mark.startswith(f"{TOKEN}=")]
    return bool(marks) and f"{TOKEN}={context.token}" not in marks


def pause(context: Context) -> None:
    """Stop the services, which stay."""
    private: Mapping[str, Any] = context.prior.private if context.prior else {}
    with _project(context) as folder:
        _engine(context, folder).compose("stop", services=sorted(private.get("services", ())))


def resume(context: Context) -> None:
    """Start what was stopped; raises faults where something of it is gone or does not stand."""
    inputs: Mapping[str, Any] = context.prior.inputs if context.prior else {}
    made = _rendered(context, inputs)
    with _project(context) as folder:
        engine = _engine(context, folder, opened(variables(made), context.reveal))
        engine.compose("start", services=sorted(made.services))
    try:
        look_on(context, engine, sorted(made.services.keys() - jobs(inputs["workload"])), after="start")
    except PermanentFault as fault:
        hint = "`bakehouse apply --refresh` makes anew what is gone"
        raise PermanentFault(fault.message, hint=hint) from None


def logs(context: Context, *, follow: bool, lines: int) -> Iterator[tuple[str, str]]:
    """Pairs of (container, line); raises NotFound where it is in no project. The project is held by nobody meanwhile."""
    private: Mapping[str, Any] = context.prior.private if context.prior else {}
    with _project(context) as folder:
        engine = _engine(context, folder)
    read = printed.follow if follow else printed.last_lines
    return read(engine, sorted(private.get("services", ())), lines)


@contextlib.contextmanager
def _project(context: Context) -> Generator[Path]:
    """The folder of the environment's project, for one call at a time."""
    with system_faults(), locked(context.workspace.home / "compose") as folder:
        try:
            yield folder
        finally:
            for inner in (folder / _PARTS, folder / FILES):
                prune(inner)
            prune(folder)


def _recall(context: Context, folder: Path) -> bool:
    """Have the part's file, made of what was recorded where this machine has none; whether there is one."""
    if not _part_file(context, folder).exists():
        made = rendered(context, context.prior.inputs) if context.prior else None
        if made is None:
            return False
        _write(context, folder, made)
    return True


def _looking(context: Context, folder: Path, made: Part) -> Engine:
    """About what was started, maybe from another machine; nothing is written into the project's folder."""
    part = _part_file(context, folder)
    if not part.exists():
        part = context.run_dir / "project.json"
        write_private(part, orjson.dumps(document(project_name(context.workspace), [written(made)])))
    return Engine(context, project_name(context.workspace), folder, part)


def _write(context: Context, folder: Path, made: Part) -> None:
    """Put the workload's part into the project's file, whole or not at all."""
    part = _part_file(context, folder)
    for inner in (part.parent, folder / FILES):
        inner.mkdir(mode=0o700, exist_ok=True)
    for name, content in binaries(made).items():
        write_private(folder / FILES / name, content)
        (folder / FILES / name).chmod(
            0o644
        )  # whoever runs in the container reads it; the folder is ours alone
    former = part.read_bytes() if part.exists() else None
    write_private(part, orjson.dumps(document(project_name(context.workspace), [written(made)])))
    try:
        _compose_file(context, folder)
    except Fault:
        part.unlink() if former is None else write_private(part, former)
        raise


def _engine(context: Context, folder: Path, secrets: Mapping[str, str] | None = None) -> Engine:
    """About what was started before; raises NotFound where that is not known on this machine."""
    part = _part_file(context, folder)
    if not part.exists():
        raise NotFound("it is in no Compose project on this machine")
    return Engine(context, project_name(context.workspace), folder, part, secrets or {})


def _compose_file(context: Context, folder: Path) -> None:
    """The file of all parts that there are, none of none; files that none of them names any more are removed."""
    parts = [orjson.loads(path.read_bytes()) for path in sorted((folder / _PARTS).glob("*.json"))]
    sections = [{name: content for name, content in part.items() if name != "name"} for part in parts]
    whole = document(project_name(context.workspace), sections)
    if parts:
        check_compose(whole)
        write_private(folder / _FILE, text_of(_FILE, whole).encode())
    else:
        (folder / _FILE).unlink(missing_ok=True)
    for file in (folder / FILES).glob("*"):
        if file.name not in whole.get("configs", {}):
            file.unlink()


def _part_file(context: Context, folder: Path) -> Path:
    return folder / _PARTS / f"{context.token}.json"


def _rendered(context: Context, inputs: Mapping[str, Any]) -> Part:
    made = rendered(context, inputs)
    if made is None or has_unknown(made.services):
        raise PermanentFault("the workload is not known")
    return made


def _changes(before: Part, after: Part) -> Iterator[Mapping[str, Any]]:
    old, new = _shown(before), _shown(after)
    for name in sorted({*old, *new}):
        if name not in new or name not in old:
            yield {
                "object": f"service {name}",
                "action": "create" if name in new else "delete",
                "changes": [],
            }
            continue
        found = differences(old[name], new[name])
        changes = [_told(d.path, d.before, d.after) for d in found]
        if changes:
            yield {"object": f"service {name}", "action": "update", "changes": changes}


def _shown(made: Part) -> dict[str, dict[str, Any]]:
    """Services with what lies in their files in the place of the files' names."""
    found: dict[str, dict[str, Any]] = {}
    for name, service in made.services.items():
        files = {
            m["target"]: [made.files[m["source"]].content, m["mode"]] for m in mounts(service, made.files)
        }
        rest = {key: value for key, value in service.items() if key not in ("configs", "secrets")}
        found[name] = {**rest, **({"files": files} if files else {})}
    return found


def _told(path: str, before: Any, after: Any) -> dict[str, Any]:
    old, new = display(before), display(after)
    if path.startswith("files."):
        old, new = ("(content)" if side is not None else None for side in (before, after))
    return {"path": path, "before": old, "after": f"{new} (changed)" if old == new else new}
