"""The workloads that an application's file lists."""

from __future__ import annotations

from ...graph.application import Workload
from ...graph.diagnostics import Diagnostic, Findings
from ...graph.errors import InvalidInput
from ..data import as_list
from ..folder import Files, matching
from ..positions import Path
from ..report import Report, dotted
from ..score import read_workload

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


def read_workloads(files: Files, paths: tuple[str, ...], findings: Findings) -> dict[str, Workload]:
    """The workloads by name, in the order of their names; problems go to ``findings``."""
    found: dict[str, Workload] = {}
    for path in paths:
        workload = read_workload(files, path, findings)
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
