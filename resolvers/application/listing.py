"""Which files an application has, whatever else is wrong with them: what commands that edit them start from."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from ...graph.diagnostics import Diagnostic, Findings, did_you_mean
from ...graph.errors import InvalidInput
from ..data import as_list, as_map
from ..folder import Files
from ..report import FileFindings, Report
from ..source import parse
from .manifest import read_manifest
from .root import LONE_SCORE, MANIFEST
from .workloads import listed


class Listing(Struct, frozen=True):
    """The Score files of an application by the workload that each describes, and the patterns that name them.

    ``has_manifest`` is False for the application of a lone `score.yaml`. ``unreadable`` are the problems of Score
    files whose workload is not known.
    """

    name: str
    has_manifest: bool
    patterns: tuple[str, ...]
    workloads: Mapping[str, str]
    shared: tuple[str, ...]
    unreadable: tuple[Diagnostic, ...] = ()

    def file_of(self, workload: str) -> str:
        """The Score file of a workload; raises InvalidInput naming the nearest one."""
        if workload in self.workloads:
            return self.workloads[workload]
        hint = did_you_mean(workload, self.workloads, noun="workloads")
        message = f"{self.name} has no workload '{workload[:100]}'"
        raise InvalidInput((Diagnostic("unknown-workload", message, hint=hint), *self.unreadable))


def list_application(files: Files, named: str) -> Listing:
    """What the application in ``files`` consists of; ``named`` is its name where no `bakehouse.yaml` gives one.

    A folder without any application is one without workloads. Raises InvalidInput where `bakehouse.yaml` itself has
    problems; those of Score files are left to the reading of the application.
    """
    there = {entry.name for entry in files.entries("")}
    if MANIFEST not in there:
        lone = (LONE_SCORE,) if LONE_SCORE in there else ()
        workloads, unreadable = _workloads(files, lone)
        return Listing(named, False, lone, workloads, (), unreadable)
    findings = FileFindings(MANIFEST)
    report = read_manifest(files.read(MANIFEST), MANIFEST, findings)
    if report is None or findings.errors:
        raise InvalidInput(findings.errors)
    paths = listed(Report(report.document, Findings()), files)
    workloads, unreadable = _workloads(files, paths)
    patterns = tuple(str(p) for p in as_list(report.value("spec", "workloads")))
    shared = tuple(report.map("spec", "shared"))
    return Listing(str(report.value("metadata", "name")), True, patterns, workloads, shared, unreadable)


def _workloads(files: Files, paths: tuple[str, ...]) -> tuple[dict[str, str], tuple[Diagnostic, ...]]:
    found: dict[str, str] = {}
    unreadable: list[Diagnostic] = []
    for path in paths:
        try:
            name = as_map(as_map(parse(files.read(path), path).data).get("metadata")).get("name")
        except InvalidInput as problem:
            unreadable.extend(problem.diagnostics)
            continue
        if isinstance(name, str):
            found.setdefault(name, path)
    return found, tuple(unreadable)
