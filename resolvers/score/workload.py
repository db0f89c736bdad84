"""From a Score file to a workload, with all its problems at once."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping, Sequence

from ...graph.address import SHARED
from ...graph.application import Workload
from ...graph.diagnostics import Findings, Place
from ...graph.errors import InvalidInput
from ..data import plain
from ..declared import request
from ..folder import Files
from ..positions import Path
from ..report import FileFindings, Report
from ..source import survey
from .contents import check_files, read_sources, with_content
from .order import check_order
from .overrides import Override
from .overriding import explained, overridden
from .ports import check_ports
from .references import check_references, mentions
from .schema import score_shape
from .targets import check_targets
from .upgrade import upgraded


def read_workload(
    files: Files, path: str, findings: Findings, overrides: Sequence[Override] = ()
) -> Workload | None:
    """Read the Score file at ``path``; problems and remarks go to ``findings``.

    ``overrides`` are those for this workload. None where there is an error.
    """
    own = FileFindings(path)
    workload = _read(files, path, own, overrides)
    if not overrides:
        findings.extend(own.all())
        return workload
    without = FileFindings(path)
    if len(own):
        _read(files, path, without)
    findings.extend(explained(own.all(), without, overrides))
    return workload


def score_name(files: Files, path: str) -> str | None:
    """The name of the workload in the Score file at ``path``, None where that cannot be read."""
    try:
        document, _ = survey(files.read(path), path)
    except InvalidInput:
        return None
    return Report(document, Findings()).text("metadata", "name") if document else None


def _read(files: Files, path: str, findings: Findings, overrides: Sequence[Override] = ()) -> Workload | None:
    try:
        content = files.read(path)
    except InvalidInput as problem:
        findings.extend(problem.diagnostics)
        return None
    document, found = survey(content, path)
    findings.extend(found)
    if document is None:
        return None
    report = upgraded(overridden(Report(document, findings), overrides))
    sources = _checked(report, files, posixpath.dirname(path))
    return None if findings.errors else _workload(report, path, sources)


def _checked(report: Report, files: Files, folder: str) -> dict[Path, bytes]:
    """Run every check that needs no catalog; what was read for the files is handed out."""
    report.fit(score_shape())
    report.dates(_may_hold_dates)
    if report.value("metadata", "name") == SHARED:
        message = f"metadata.name: '{SHARED}' is no workload's name: it stands for what all workloads share"
        report.problem("reserved-name", message, ("metadata", "name"))
    check_files(report)
    check_targets(report)
    sources = read_sources(report, files, folder)
    check_references(report, _by_name(report, sources, folder))
    check_order(report)
    check_ports(report)
    return sources


def places_naming(files: Files, path: str, resource: str) -> tuple[tuple[str, Place], ...]:
    """Every placeholder in the Score file at ``path``, or in what it reads, that refers to one of its resources.

    Each as it is written, with its place. A file that cannot be read has none: its problems are told by reading it.
    """
    document, _ = survey(files.read(path), path)
    if document is None:
        return ()
    report = upgraded(Report(document, Findings()))
    folder = posixpath.dirname(path)
    sources = read_sources(report, files, folder)
    return tuple(mentions(report, _by_name(report, sources, folder), resource))


def _by_name(report: Report, sources: Mapping[Path, bytes], folder: str) -> dict[Path, tuple[str, bytes]]:
    """What was read for files, with the name of the file that it was read from."""
    return {
        path: (posixpath.normpath(posixpath.join(folder, str(report.value(*path, "source")))), content)
        for path, content in sources.items()
    }


def _may_hold_dates(path: Path) -> bool:
    """Whether the specification allows anything at ``path``."""
    if len(path) == 2 and path[0] == "metadata":
        return path[1] not in ("name", "annotations")
    if len(path) == 4 and path[0] == "resources" and path[2] == "metadata":
        return path[3] != "annotations"
    return len(path) == 3 and path[0] == "resources" and path[2] == "params"


def _workload(report: Report, path: str, sources: Mapping[Path, bytes]) -> Workload:
    name = str(report.value("metadata", "name"))
    containers = plain(report.map("containers"))
    for (_, container, _, target), content in sources.items():
        files = containers[container]["files"]
        files[target] = with_content(files[target], content)
    return Workload(
        name=name,
        metadata=plain(report.map("metadata")),
        containers=containers,
        service=plain(report.map("service")),
        resources={
            resource: request(report, ("resources", resource), name) for resource in report.map("resources")
        },
        file=path,
        folder=posixpath.dirname(path),
        places=report.document.positions,
    )
