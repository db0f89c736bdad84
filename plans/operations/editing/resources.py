"""The verbs *app add resource* and *app remove resource*."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path as Folder
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from ....graph.command import command
from ....graph.diagnostics import Diagnostic, Place, Severity, did_you_mean
from ....graph.errors import InvalidInput
from ....resolvers.application import MANIFEST, Listing
from ....resolvers.data import as_map, leaves
from ....resolvers.editing import Sheet
from ....resolvers.placeholders import Placeholder, tokens
from ....resolvers.positions import Path
from ....resolvers.score import places_naming
from ....resolvers.source import Document, parse
from .edit import Edit, Offer, Project

_OWN: Path = ("resources",)
_SHARED: Path = ("spec", "shared")
_SHOWN = 3


class NewResource(Struct, frozen=True):
    """A need: ``class_`` and ``id`` are left out of the file where they are None."""

    name: str
    type: str
    class_: str | None = None
    id: str | None = None
    params: Mapping[str, Any] = field(default_factory=dict[str, Any])

    def written(self) -> dict[str, Any]:
        """The entry as it stands in a file."""
        entry: dict[str, Any] = {"type": self.type, "class": self.class_, "id": self.id}
        if self.params:
            entry["params"] = dict(self.params)
        return {key: value for key, value in entry.items() if value is not None}


def add_resource(root: Folder, workload: str | None, *wanted: NewResource) -> Edit:
    """Resources in a workload's Score file, or shared ones in `bakehouse.yaml`; raises InvalidInput."""
    project = Project(root)
    file, path = _file(project.listing(), workload)
    document = parse(project.folder.read(file), file)
    taken = [n for n in wanted if n.name in declared(document, path)]
    if taken:
        raise InvalidInput(_taken(document, (*path, n.name)) for n in taken)
    sheet = Sheet(project.folder.read(file), file)
    for new in wanted:
        sheet = sheet.with_entry((*path, new.name), new.written())
    offers = tuple(Offer(new.name, new.type, workload) for new in wanted)
    return replace(project.edit({file: sheet.content}), offers=offers, next=("bakehouse plan",))


def remove_resource(root: Folder, workload: str | None, name: str, type_: str | None = None) -> Edit:
    """The files without a resource, which nothing refers to any more and which is of a type; raises InvalidInput."""
    project = Project(root)
    listing = project.listing()
    file, path = _file(listing, workload)
    document = parse(project.folder.read(file), file)
    found = as_map(_existing(document, path, name, workload or listing.name))
    if type_ not in (None, found.get("type")):
        message = f"'{name}' is a {found.get('type')}, not a {type_}"
        place = document.key(*path, name)
        raise InvalidInput(Diagnostic("other-type", message, place=place, next=_removal(workload, name)))
    if workload is None:
        users = tuple(_shared_users(document, name))
    else:
        users = places_naming(project.folder, file, name)
    if users:
        raise InvalidInput(_still(users, name))
    sheet = Sheet(project.folder.read(file), file).without((*path, name))
    remarks = tuple(_askers(project, listing, name, found)) if workload is None else ()
    return replace(project.edit({file: sheet.content}), next=("bakehouse plan",), remarks=remarks)


def declared(document: Document, path: Path = _OWN) -> Mapping[str, Any]:
    """The resources that a file declares, by name; empty where it declares none."""
    found = document.data
    for step in path:
        found = as_map(found).get(str(step))
    return as_map(found)


def _file(listing: Listing, workload: str | None) -> tuple[str, Path]:
    if workload is not None:
        return listing.file_of(workload), _OWN
    if not listing.has_manifest:
        message = f"{listing.name} has no {MANIFEST}, in which shared resources stand"
        hint = "`bakehouse app add workload` makes one, together with a second workload"
        raise InvalidInput(Diagnostic("no-application", message, hint=hint))
    return MANIFEST, _SHARED


def _existing(document: Document, path: Path, name: str, owner: str) -> Any:
    known = declared(document, path)
    if name in known:
        return known[name]
    what = "shared resource" if path == _SHARED else "resource"
    message = f"{owner} declares no {what} '{name[:100]}'"
    hint = did_you_mean(name, known, noun=f"{what}s")
    raise InvalidInput(Diagnostic("unknown-resource", message, place=Place(document.file), hint=hint))


def _taken(document: Document, path: Path) -> Diagnostic:
    message = f"there is a resource '{path[-1]}' already"
    return Diagnostic("resource-exists", message, place=document.key(*path), hint="choose another name")


def _still(users: Iterable[tuple[str, Place]], name: str) -> Iterator[Diagnostic]:
    """One problem for each value that refers to the resource, however often it does."""
    found: dict[Place, list[str]] = {}
    for raw, place in users:
        found.setdefault(place, []).append(raw[:100])
    for place, written in found.items():
        shown = ", ".join(dict.fromkeys(written[:_SHOWN])) + (", …" if len(written) > _SHOWN else "")
        message = f"'{name}' is still referred to by {shown}"
        yield Diagnostic("still-referenced", message, place=place, hint="remove what uses it first")


def _removal(workload: str | None, name: str) -> str:
    return command("app", "remove", "resource", workload or "--shared", name)


def _shared_users(document: Document, name: str) -> Iterator[tuple[str, Place]]:
    for where, text in leaves(declared(document, _SHARED), _SHARED):
        for part in tokens(text) if isinstance(text, str) and "$" in text else ():
            if isinstance(part, Placeholder) and part.path[:2] == ("resources", name):
                yield part.raw, document.at(*where)


def _askers(project: Project, listing: Listing, name: str, found: Mapping[str, Any]) -> Iterator[Diagnostic]:
    """The workloads that ask for a shared resource by its id, so that it stays."""
    same = (found.get("type"), found.get("class"))
    for workload, file in listing.workloads.items():
        document = parse(project.folder.read(file), file)
        for own, entry in declared(document).items():
            asked = as_map(entry)
            if asked.get("id") == name and (asked.get("type"), asked.get("class")) == same:
                message = f"workload {workload} asks for '{name}' itself, so it stays"
                place = document.key("resources", own)
                yield Diagnostic("still-asked-for", message, Severity.NOTICE, place)
