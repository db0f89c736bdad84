"""The older forms of a Score file, read as if they were the newer ones.

Files and volumes were lists of entries with a ``target``; now they are maps by target.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from msgspec.structs import replace

from ...graph.narrow import is_list
from ..data import as_list, as_map
from ..positions import Branch, Path, by_step
from ..report import Report, dotted

Entry = dict[str, Any]


def upgraded(report: Report) -> Report:
    """The same document with every list of files or volumes made a map; notices and problems are told."""
    data: dict[Path, Any] = {}
    spots: dict[Path, Branch] = {}
    for name in report.map("containers"):
        for part, upgrade in (("files", _file), ("volumes", _volume)):
            path = ("containers", name, part)
            if is_list(report.value(*path)):
                data[path], spots[path] = _as_map(report, path, upgrade)
    document = report.document
    positions = document.positions.replacing(spots)
    return replace(report, document=replace(document, data=_with(document.data, data), positions=positions))


def _as_map(report: Report, path: Path, upgrade: Callable[[Entry], Entry]) -> tuple[dict[str, Entry], Branch]:
    hint = "write a map whose keys are the targets"
    report.notice("deprecated-list", f"{dotted(path)}: a list is the old form", path, hint)
    entries: dict[str, Entry] = {}
    places: dict[str, Path] = {}
    for index, listed in enumerate(as_list(report.value(*path))):
        target = _target(report, (*path, index), listed)
        if target is None:
            continue
        if target in entries:
            message = f"{dotted(path)}: the target '{target[:100]}' stands twice in this list"
            report.problem("duplicate-target", message, (*path, index, "target"))
        entries[target] = upgrade({k: v for k, v in as_map(listed).items() if k != "target"})
        places[target] = (*path, index)
    keys = {target: (*place, "target") for target, place in places.items()}
    return entries, report.document.positions.regrouped(path, places, keys)


def _target(report: Report, path: Path, entry: Any) -> str | None:
    if not isinstance(entry, dict):
        report.problem("wrong-type", f"{dotted(path)}: must be a map", path)
        return None
    if "target" not in as_map(entry):
        report.problem("missing-key", f"{dotted(path)}: 'target' is required", path, "add 'target'")
        return None
    target: Any = as_map(entry)["target"]
    if not isinstance(target, str) or not target:
        report.problem(
            "wrong-type", f"{dotted(path)}.target: must be text", (*path, "target"), "put it in quotes"
        )
        return None
    return target


def _file(entry: Entry) -> Entry:
    lines = as_list(entry.get("content"))
    if lines and all(isinstance(line, str) for line in lines):
        return {**entry, "content": "\n".join(lines)}
    return entry


def _volume(entry: Entry) -> Entry:
    if "read_only" not in entry:
        return entry
    kept = {k: v for k, v in entry.items() if k != "read_only"}
    return {"readOnly": entry["read_only"], **kept}


def _with(data: Any, changes: Mapping[Path, Any]) -> Any:
    """A copy of nested maps with other values at some paths."""
    if () in changes:
        return changes[()]
    return (
        {**data, **{step: _with(data[step], below) for step, below in by_step(changes).items()}}
        if changes
        else data
    )
