"""The verbs *app add workload* and *app remove workload*."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from ....graph.command import command
from ....graph.diagnostics import Diagnostic, Severity
from ....graph.errors import InvalidInput
from ....resolvers.application import MANIFEST, Listing
from ....resolvers.data import as_map
from ....resolvers.editing import Sheet
from ....resolvers.folder import Snapshot, inside, matching
from ....resolvers.source import parse
from .edit import Edit, Project

_PATTERNS = ("spec", "workloads")
_MANIFEST: Mapping[str, Any] = {"apiVersion": "bakehouse.dev/v1", "kind": "Application"}


class NewWorkload(Struct, frozen=True):
    """A workload of one container. ``file`` is where its Score file goes, by default where the others lie."""

    name: str
    image: str = "."
    container: str = "main"
    command: tuple[str, ...] = ()
    ports: Mapping[str, int] = field(default_factory=dict[str, int])
    variables: Mapping[str, str] = field(default_factory=dict[str, str])
    file: str | None = None


def add_workload(root: Path, wanted: NewWorkload) -> Edit:
    """A Score file for a new workload, listed by the application; raises InvalidInput."""
    project = Project(root)
    listing = project.listing()
    if wanted.name in listing.workloads:
        message = (
            f"{listing.name} has a workload '{wanted.name}' already, in {listing.workloads[wanted.name]}"
        )
        raise InvalidInput(Diagnostic("workload-exists", message))
    path = inside(wanted.file or _place(listing, _plain(wanted.name)))
    project.check_free(path)
    after: dict[str, bytes | None] = {path: _score(wanted, path).content}
    after.update(listed_with(project, listing, path))
    edit = project.edit(after)
    next_ = [command("app", "add", "resource", wanted.name, "NAME", "--type", "TYPE")]
    if not wanted.command:
        next_.append(f"for the local environment add a command to {path}: images are not run there")
    return replace(edit, next=tuple(next_))


def remove_workload(root: Path, name: str) -> Edit:
    """The application without a workload's Score file; whatever else lies beside that stays. Raises InvalidInput."""
    project = Project(root)
    listing = project.listing()
    path = listing.file_of(name)
    if not listing.has_manifest:
        message = f"'{name}' is all that this application is: there is no {MANIFEST}"
        raise InvalidInput(Diagnostic("lone-workload", message, hint=f"delete {path}, or the folder"))
    users = [d for w, file in listing.workloads.items() if w != name for d in _users(project, w, file, name)]
    if users:
        raise InvalidInput(users)
    after: dict[str, bytes | None] = {path: None}
    index = next((i for i, p in enumerate(listing.patterns) if posixpath.normpath(p) == path), None)
    if index is not None:
        after[MANIFEST] = Sheet(project.folder.read(MANIFEST), MANIFEST).without((*_PATTERNS, index)).content
    edit = project.edit(after)
    return replace(edit, next=("bakehouse plan",), remarks=tuple(_staying(project, path)))


def listed_with(project: Project, listing: Listing, *paths: str) -> dict[str, bytes]:
    """The application's own file with the Score files in it that no pattern names yet; nothing where all are named."""
    new = [path for path in paths if not any(_covers(pattern, path) for pattern in listing.patterns)]
    if not listing.has_manifest:
        named = {**_MANIFEST, "metadata": {"name": listing.name}}
        patterns = [*listing.patterns, *_patterns(new)]
        return {MANIFEST: _written(MANIFEST, {**named, "spec": {"workloads": patterns}}).content}
    if not new:
        return {}
    sheet = Sheet(project.folder.read(MANIFEST), MANIFEST)
    for path in new:
        sheet = sheet.with_item(_PATTERNS, path)
    return {MANIFEST: sheet.content}


def _patterns(paths: Iterable[str]) -> Iterator[str]:
    """What a new application lists: where its Score files lie two folders deep, all that will lie beside them."""
    found = (path.split("/") for path in paths)
    yield from dict.fromkeys(f"{s[0]}/*/{s[2]}" if len(s) == 3 else "/".join(s) for s in found)


def _plain(name: str) -> str:
    """The name, if it may be part of a path; what else is wrong with it is told by the schema."""
    if not name.strip(".") or set(name) & set("/\\*?[\0"):
        message = f"'{name[:100]}' cannot name a workload"
        raise InvalidInput(Diagnostic("bad-name", message, hint="2 to 63 of a-z, 0-9 and '-', such as web-1"))
    return name


def _place(listing: Listing, name: str) -> str:
    """Where the other Score files lie, if a pattern says so, else in a folder of its own."""
    for pattern in listing.patterns:
        path = pattern.replace("**", "*")
        if path.count("*") == 1 and not set(path) & set("?["):
            return path.replace("*", name)
    return f"{name}/score.yaml"


def _covers(pattern: str, path: str) -> bool:
    return bool(matching(Snapshot({path: b""}), pattern))


def _score(wanted: NewWorkload, path: str) -> Sheet:
    container: dict[str, Any] = {"image": wanted.image}
    if wanted.command:
        container["command"] = list(wanted.command)
    if wanted.variables:
        container["variables"] = dict(wanted.variables)
    score: dict[str, Any] = {"apiVersion": "score.dev/v1b1", "metadata": {"name": wanted.name}}
    if wanted.ports:
        score["service"] = {"ports": {name: {"port": port} for name, port in wanted.ports.items()}}
    score["containers"] = {wanted.container: container}
    return _written(path, score)


def _written(path: str, data: Mapping[str, Any]) -> Sheet:
    sheet = Sheet(b"", path)
    for key, value in data.items():
        sheet = sheet.with_entry((key,), value)
    return sheet


def _staying(project: Project, path: str) -> Iterator[Diagnostic]:
    """A notice where more than the Score file lies in its folder."""
    folder, name = posixpath.split(path)
    if folder and any(entry.name != name for entry in project.folder.entries(folder)):
        yield Diagnostic("files-stay", f"what else lies in {folder} stays", Severity.NOTICE)


def _users(project: Project, workload: str, file: str, target: str) -> Iterator[Diagnostic]:
    """The resources of another workload that stand for the one that goes."""
    document = parse(project.folder.read(file), file)
    for name, resource in as_map(as_map(document.data).get("resources")).items():
        found = as_map(resource)
        by_name = found.get("type") == "service" and name == target
        if by_name or as_map(found.get("params")).get("workload") == target:
            message = f"workload {workload} still refers to '{target}', with its resource {name}"
            next_ = command("app", "remove", "resource", workload, name)
            yield Diagnostic("still-referenced", message, place=document.key("resources", name), next=next_)
