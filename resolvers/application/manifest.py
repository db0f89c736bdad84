"""What `bakehouse.yaml` says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from ...graph.address import Address
from ...graph.application import ResourceRequest
from ...graph.diagnostics import Findings, did_you_mean
from ..data import as_list, leaves
from ..declared import request
from ..placeholders import BadPlaceholder, Placeholder, tokens
from ..positions import Path
from ..report import MOST, Report, dotted, told
from ..secrets import SecretRules, with_secrets
from ..source import survey
from .schema import application_shape

_SHARED: Path = ("spec", "shared")


def read_manifest(content: bytes, shown: str, findings: Findings) -> Report | None:
    """The application's own file, checked as far as that is possible without any other file.

    Problems go to ``findings``; None where nothing could be read.
    """
    document, found = survey(content, shown)
    findings.extend(found)
    if document is None:
        return None
    report = Report(document, findings)
    report.fit(application_shape())
    report.dates(_may_hold_dates)
    _check_moved(report)
    _check_adopt(report)
    known = report.map(*_SHARED)
    for name in known:
        _check_references(report, (*_SHARED, name, "params"), known)
    return report


def shared(report: Report, rules: SecretRules) -> dict[str, ResourceRequest]:
    """The shared resources of a file without problems; what is wrong with references to secrets is told."""

    def read(name: str) -> ResourceRequest:
        found = request(report, (*_SHARED, name), None)
        base: Path = (*_SHARED, name, "params")
        params = with_secrets(
            found.params, lambda m: report.findings.add(told(m, report.document, base)), rules
        )
        return replace(found, params=params)

    return {name: read(name) for name in report.map(*_SHARED)}


def _may_hold_dates(path: Path) -> bool:
    return path[:2] == _SHARED and len(path) == 4 and path[3] in ("params", "metadata")


def _check_moved(report: Report) -> None:
    seen: dict[str, int] = {}
    for index, _ in enumerate(as_list(report.value("spec", "moved"))):
        path: Path = ("spec", "moved", index)
        entry = report.map(*path)
        given = [key for key in ("from", "workload") if key in entry]
        if len(given) != 1:
            found = f"has {' and '.join(given)}" if given else "says nothing about the former name"
            report.problem(
                "bad-move", f"{dotted(path)}: {found}", path, "write exactly one of from, workload"
            )
            continue
        if given == ["from"]:
            _check_address(report, (*path, "from"))
            _check_address(report, (*path, "to"))
            _check_types(report, path)
        source = f"{given[0]} {entry[given[0]]}"
        if source in seen:
            first = report.document.at("spec", "moved", seen[source]).line
            message = f"{dotted(path)}: {source} is moved already, in line {first}"
            report.problem("bad-move", message, path)
        elif entry[given[0]] == entry.get("to"):
            report.problem("bad-move", f"{dotted(path)}: {source} is moved to itself", path)
        seen[source] = index


def _check_types(report: Report, path: Path) -> None:
    """A move makes nothing else of a resource."""
    try:
        source, target = (Address.parse(str(report.text(*path, key))) for key in ("from", "to"))
    except ValueError:
        return  # told already
    if source.type != target.type:
        message = f"{dotted(path)}: what is of type {source.type} cannot become one of type {target.type}"
        report.problem("bad-move", message, path, "both addresses are of one type")


def _check_adopt(report: Report) -> None:
    seen: dict[tuple[str | None, str | None], int] = {}
    for index, _ in enumerate(as_list(report.value("spec", "adopt"))):
        path: Path = ("spec", "adopt", index)
        _check_address(report, (*path, "address"))
        named = report.text(*path, "environment"), report.text(*path, "address")
        if named in seen and None not in named:
            first = report.document.at("spec", "adopt", seen[named]).line
            message = f"{dotted(path)}: {named[1]} adopts something in {named[0]} already, in line {first}"
            report.problem("bad-adopt", message, path, "one resource stands for one object")
        seen.setdefault(named, index)


def _check_address(report: Report, path: Path) -> None:
    text = report.text(*path)
    if text is None:
        return
    try:
        Address.parse(text)
    except ValueError as problem:
        what, _, expected = str(problem).partition("; ")
        report.problem("bad-address", f"{dotted(path)}: {what}", path, expected)


def _check_references(report: Report, path: Path, known: Mapping[str, Any]) -> None:
    """Shared resources refer to other shared resources, by output, and to nothing else."""
    for where, text in leaves(report.map(*path), path):
        if len(report.findings) >= MOST:
            return
        for part in tokens(text) if isinstance(text, str) and "$" in text else ():
            if isinstance(part, BadPlaceholder):
                report.problem(
                    "bad-placeholder", f"{dotted(where)}: {part.reason}", where, "for a literal $ write $$"
                )
            elif isinstance(part, Placeholder) and not _refers(part, known):
                _tell_reference(report, where, part, known)


def _refers(found: Placeholder, known: Mapping[str, Any]) -> bool:
    return len(found.path) > 2 and found.path[0] == "resources" and found.path[1] in known


def _tell_reference(report: Report, where: Path, found: Placeholder, known: Mapping[str, Any]) -> None:
    raw = f"{dotted(where)}: '{found.raw[:100]}'"
    if found.path[0] != "resources":
        hint = "write ${resources.NAME.OUTPUT}, with the name of another shared resource"
        report.problem("unknown-root", f"{raw} does not start with resources", where, hint)
    elif len(found.path) < 3:
        report.problem("incomplete-reference", f"{raw} names no output of a resource", where)
    else:
        hint = did_you_mean(found.path[1], known, noun="shared resources")
        report.problem("unknown-resource", f"{raw} refers to no shared resource", where, hint)
