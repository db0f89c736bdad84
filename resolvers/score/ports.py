"""Ports that a Score file refers to: those of probes and routes are best declared."""

from __future__ import annotations

from typing import Any

from ...graph.diagnostics import did_you_mean
from ..positions import Path
from ..report import Report, dotted


def check_ports(report: Report) -> None:
    """Warn of probes of undeclared ports, and of routes to them.

    A probe asks the container, so a port or a target port will do; a route leads to the service, by the name or
    the number of a port. Whether a route can be met without is decided by what meets it.
    """
    ports = report.map("service", "ports")
    numbers = _numbers(report, "port")
    for name in report.map("containers"):
        for probe in ("livenessProbe", "readinessProbe"):
            path = ("containers", name, probe, "httpGet", "port")
            _probe(report, path, numbers | _numbers(report, "targetPort"))
    for name in report.map("resources"):
        if report.value("resources", name, "type") == "route":
            _route(report, ("resources", name, "params", "port"), numbers | set(ports))


def _numbers(report: Report, key: str) -> set[str]:
    found = [report.value("service", "ports", name, key) for name in report.map("service", "ports")]
    return {_text(port) for port in found if _is_number(port)}


def _probe(report: Report, path: Path, known: set[str]) -> None:
    port = report.value(*path)
    if _is_number(port) and _text(port) not in known:
        message = f"{dotted(path)}: {_text(port)} is no port of service.ports"
        hint = f"declared: {', '.join(sorted(known))}" if known else "declare it there"
        report.warning("undeclared-port", message, path, hint)


def _route(report: Report, path: Path, known: set[str]) -> None:
    port = report.value(*path)
    is_plain = isinstance(port, str) and "$" not in port
    if (is_plain or _is_number(port)) and _text(port) not in known:
        message = f"{dotted(path)}: '{_text(port)[:100]}' is no port of service.ports"
        hint = did_you_mean(_text(port), known, noun="ports") if known else "declare it there"
        report.warning("undeclared-port", message, path, hint)


def _is_number(port: Any) -> bool:
    return isinstance(port, int | float) and not isinstance(port, bool)


def _text(port: Any) -> str:
    return str(int(port)) if isinstance(port, float) and port.is_integer() else str(port)
