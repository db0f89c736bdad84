"""From a folder, or from the snapshot of one, to an application."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from msgspec.structs import replace

from ...graph.application import Application, ResourceRequest
from ...graph.diagnostics import Findings
from ...graph.errors import InvalidInput
from ...graph.sealed import APPLICATION
from ..data import plain
from ..folder import Changed, Files, Folder, Snapshot
from ..report import FileFindings, Report
from ..score import RECORD, Written, read_overrides
from ..sealed import EncryptedFiles
from ..secrets import SecretRules
from .manifest import read_manifest, shared
from .root import LONE_SCORE, MANIFEST, label, no_application
from .workloads import listed, read_workloads

NO_OVERRIDES = Written()
"""Score files as they are written."""


def load_application(folder: Path, overrides: Written = NO_OVERRIDES) -> Application:
    """Read the application whose root is ``folder`` (see :func:`find_root`), with overrides laid upon its Score files.

    Without a `bakehouse.yaml` it is the workload of `score.yaml`, and named after the folder. ``sources`` of the
    result holds every file that was read, and the overrides. Raises :class:`InvalidInput` with the problems of all
    files.
    """
    files = Folder(folder)
    return _load(files, files.sources, label(folder.resolve().name), str(folder), overrides)


def load_application_from(sources: Mapping[str, bytes], name: str) -> Application:
    """Read an application again from the ``sources`` of the one that was read before, overridden as it was.

    ``name`` is what it was called, and counts where the sources hold no `bakehouse.yaml`.
    """
    return _load(Snapshot(sources), sources, name, "the snapshot", Written.of(sources))


def load_application_with(folder: Path, changes: Mapping[str, bytes | None]) -> Application:
    """Read the application at ``folder`` as it would be with some files changed, or gone (None), by path.

    Raises as :func:`load_application` does; nothing is written.
    """
    files = Folder(folder)
    changed = Changed(files, changes)
    return _load(changed, changed.sources, label(folder.resolve().name), str(folder), NO_OVERRIDES)


def application_name(folder: Path) -> str:
    """The name of the application whose root is ``folder``; of its files only `bakehouse.yaml` is read.

    Raises :class:`InvalidInput` with the problems of that file.
    """
    files = Folder(folder)
    there = {entry.name for entry in files.entries("")}
    if MANIFEST not in there and LONE_SCORE in there:
        return label(folder.resolve().name)
    findings = FileFindings(MANIFEST)
    report = _manifest(files, findings)
    if report is None or findings.errors:
        raise InvalidInput(findings.errors)
    return str(report.value("metadata", "name"))


def _load(
    files: Files, sources: Mapping[str, bytes], name: str, shown: str, overrides: Written
) -> Application:
    findings = Findings()
    report: Report | None = None
    requests: dict[str, ResourceRequest] = {}
    there = {entry.name for entry in files.entries("")}
    if MANIFEST in there:
        own = FileFindings(MANIFEST)
        report = _manifest(files, own)
        paths = listed(report, files) if report else ()
        requests = shared(report, _rules(files)) if report and not own.errors else {}
        findings.extend(own.all())
    elif LONE_SCORE in there:
        paths = (LONE_SCORE,)
    else:
        raise no_application(shown, is_misnamed="bakehouse.yml" in there)
    workloads = read_workloads(files, paths, findings, read_overrides(overrides, findings))
    if findings.errors:
        raise InvalidInput(findings.errors)
    application = Application(
        name,
        workloads,
        sources={path: sources[path] for path in sorted(sources)} | _recorded(overrides),
        overrides=overrides.shown,
        remarks=findings.remarks,
    )
    return _with_manifest(application, report, requests) if report else application


def _rules(files: Files) -> SecretRules:
    """A developer's file reaches encrypted files beside it, and none of the platform's secrets."""
    return SecretRules(EncryptedFiles(files.read, lambda: _beside(files), APPLICATION), only_files=True)


def _beside(files: Files) -> list[str]:
    return [entry.name for entry in files.entries("") if not entry.is_folder]


def _recorded(overrides: Written) -> dict[str, bytes]:
    return {RECORD: overrides.recorded()} if overrides else {}


def _manifest(files: Files, findings: Findings) -> Report | None:
    try:
        content = files.read(MANIFEST)
    except InvalidInput as problem:
        findings.extend(problem.diagnostics)
        return None
    return read_manifest(content, MANIFEST, findings)


def _with_manifest(
    application: Application, report: Report, requests: Mapping[str, ResourceRequest]
) -> Application:
    spec = plain(report.map("spec"))
    return replace(
        application,
        name=report.map("metadata")["name"],
        shared=requests,
        platform=spec.get("platform"),
        moved=tuple(spec.get("moved", ())),
        adopt=tuple(spec.get("adopt", ())),
        links=spec.get("links", {}),
        place=report.document.at(),
        places=report.document.positions,
    )
