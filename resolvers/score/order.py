"""In which order the containers of a workload start, as far as ``before`` says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ...graph.diagnostics import did_you_mean
from ..positions import Path
from ..report import Report, dotted

_MOST_SHOWN = 20


def check_order(report: Report) -> None:
    """Tell a ``before`` that names no container, the container itself, closes a circle, or waits for a missing probe."""
    containers = report.map("containers")
    later: dict[str, list[str]] = {name: [] for name in containers}
    for name in containers:
        for target in report.map("containers", name, "before"):
            path: Path = ("containers", name, "before", target)
            if target not in containers:
                hint = did_you_mean(target, containers, noun="containers")
                message = f"{dotted(path)}: there is no container '{target[:100]}'"
                report.key_problem("unknown-container", message, path, hint)
            elif target == name:
                report.key_problem(
                    "before-itself", f"{dotted(path)}: a container cannot start before itself", path
                )
            else:
                later[name].append(target)
                _probe(report, name, target)
    circle = _circle(later)
    if circle:
        _tell(report, circle)


def _probe(report: Report, name: str, target: str) -> None:
    """Warn where a container is waited for until it is healthy, and nothing tells whether it is."""
    path: Path = ("containers", name, "before", target, "ready")
    probes = [report.value("containers", name, probe) for probe in ("readinessProbe", "livenessProbe")]
    if report.value(*path) == "healthy" and not any(probes):
        message = f"{dotted(path)}: {name} has no probe, so it counts as healthy once it has started"
        report.warning("healthy-without-probe", message, path, f"give {name} a readinessProbe")


def _circle(later: Mapping[str, list[str]]) -> list[str]:
    """The first circle that is met in the order of the file; empty where there is none."""
    done: set[str] = set()
    for start in later:
        way: dict[str, Iterator[str]] = {} if start in done else {start: iter(later[start])}
        while way:
            here = next(reversed(way))
            following = next(way[here], None)
            if following is None:
                done.add(here)
                del way[here]
            elif following in way:
                names = list(way)
                return names[names.index(following) :]
            elif following not in done:
                way[following] = iter(later[following])
    return []


def _tell(report: Report, circle: list[str]) -> None:
    edges = list(zip(circle, (*circle[1:], circle[0]), strict=True))
    steps = [
        f"{first} before {second} ({report.document.key('containers', first, 'before', second)})"
        for first, second in edges[:_MOST_SHOWN]
    ]
    if len(edges) > _MOST_SHOWN:
        steps.append(f"and {len(edges) - _MOST_SHOWN} more")
    path: Path = ("containers", edges[0][0], "before", edges[0][1])
    message = f"the containers wait for each other in a circle: {', '.join(steps)}"
    report.key_problem("before-cycle", message, path, "take one of these out")
