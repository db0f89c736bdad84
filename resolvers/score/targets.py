"""Where files and volumes lie in a container: a target leads to a place inside it."""

from __future__ import annotations

from typing import Any

from ..positions import Path
from ..report import Report, dotted

_KINDS = ("files", "volumes")


def check_targets(report: Report) -> None:
    """Tell targets and sub paths that are no path inside a container, or inside a volume."""
    for container in report.map("containers"):
        for kind in _KINDS:
            for target in report.map("containers", container, kind):
                path: Path = ("containers", container, kind, target)
                _check_target(report, target, path)
                _check_sub_path(report, (*path, "path"))


def _check_target(report: Report, target: str, path: Path) -> None:
    if not _is_inside(target) or not any(name not in ("", ".") for name in target.split("/")):
        message = f"{dotted(path[:-1])}: the target {target[:100]!r} is no path inside a container"
        report.key_problem("bad-target", message, path, "write one like /etc/app.conf")


def _check_sub_path(report: Report, path: Path) -> None:
    sub: Any = report.value(*path)
    if isinstance(sub, str) and not _is_inside(sub):
        message = f"{dotted(path)}: {sub[:100]!r} is no path inside a volume"
        report.problem("bad-target", message, path, "write one like uploads/images")


def _is_inside(target: str) -> bool:
    """Whether no step leads up, and nothing in it is invisible."""
    return ".." not in target.split("/") and target.isprintable()
