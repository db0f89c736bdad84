"""The workloads that an application's file lists."""

from __future__ import annotations

from collections.abc import Sequence

from ...graph.application import Workload
from ...graph.diagnostics import Diagnostic, Findings
from ...graph.errors import InvalidInput
from ..data import as_list
from ..folder import Files, matching
from ..positions import Path
from ..report import Report, dotted
from ..score import Override, check_targets, read_workload, score_name

_PATTERNS: Path = ("spec", "workloads")


def listed(report: Report, files: Files) -> tuple[str, ...]:
    """The paths of the Score files that the application names, sorted; patterns that are of no use are told."""
    found: set[str] = set()
    for index, pattern in enumerate(as_list(report.value(*_PATTERNS))):
        path = (*_PATTERNS, index)
        if isinstance(pattern, str) and pattern and _is_inside(report, path, pattern):
            try:
                matched = matching(files, pattern)
            except InvalidInput as problem:
                report.relay(problem, path)
                continue
            found.update(matched)
            if not matched:
                _tell_unmatched(report, files, path, pattern)
    return tuple(sorted(found))


def read_workloads(
    files: Files, paths: tuple[str, ...], findings: Findings, overrides: Sequence[Override] = ()
) -> dict[str, Workload]:
    """The workloads by name, in the order of their names; problems go to ``findings``.

    An override counts for the workload that it names; one that names none, for the only one that there is.
    """
    found: dict[str, Workload] = {}
    names = {path: score_name(files, path) for path in paths} if overrides else {}
    if None not in names.values():
        check_targets(overrides, tuple(sorted(n for n in names.values() if n)), findings)
    for path in paths:
        wanted = (None, names.get(path)) if len(paths) == 1 else (names.get(path),)
        mine = tuple(o for o in overrides if o.workload in wanted)
        workload = read_workload(files, path, findings, mine)
        if workload is None:
            continue
        first = found.get(workload.name)
        if first is not None:
            place = workload.places.at("metadata", "name")
            message = f"two workloads are named '{workload.name}': {first.file} and {workload.file}"
            hint = "give one of them another metadata.name"
            findings.add(
                Diagnostic("duplicate-workload", message, place=place, pointer="/metadata/name", hint=hint)
            )
        found[workload.name] = workload
    return {name: found[name] for name in sorted(found)}


def _is_inside(report: Report, path: Path, pattern: str) -> bool:
    if pattern.startswith("/") or ".." in pattern.split("/") or "\\" in pattern:
        message = f"{dotted(path)}: '{pattern[:100]}' leaves the folder of the application"
        report.problem(
            "path-outside", message, path, "write a path below this file, with / between the folders"
        )
        return False
    return True


def _tell_unmatched(report: Report, files: Files, path: Path, pattern: str) -> None:
    below = f"{pattern.rstrip('/')}/score.yaml"
    hint = f"write {below}" if matching(files, below) else "patterns are relative to this file"
    report.problem("no-workload-file", f"{dotted(path)}: '{pattern[:100]}' matches no file", path, hint)
