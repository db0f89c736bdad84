"""What can be said about an application without any environment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from ..graph.address import Address
from ..graph.application import Application, Environment
from ..graph.diagnostics import Diagnostic, Severity
from ..graph.errors import GraphCycle
from ..graph.identity import Identities
from ..graph.types import DriverSchemas
from .catalog import Catalog
from .pipeline import Request, drafted
from .steps.freeze import ordered

_NOBODY = "00000000-0000-0000-0000-000000000000"

_DECIDED_LATER = frozenset({"image-missing", "variable-not-set", "variable-not-secret"})
"""Findings that depend on what is set for a real environment."""

_SHOWN = 10


def validate_application(
    application: Application, catalog: Catalog, drivers: DriverSchemas, type_: str | None = None
) -> tuple[Diagnostic, ...]:
    """Compile the application for every environment type of the catalog, or for one, and tell what was found.

    Images and variables that are set for a real environment only are not asked for. What is wrong in every
    environment type is an error; what is wrong only in some is a warning that names them, because an application
    need not fit all of them. Types in which no definition meets something get one warning, and do not count as long
    as there are others. What fits no type at all is an error. Remarks of the reading of application
    and catalog are not repeated.
    """
    types = [t.name for t in catalog.environment_types()] if type_ is None else [type_]
    if not types:
        message = "the catalog declares no environment type, so nothing can be matched"
        hint = "declare one with kind EnvironmentType, or list the pack bakehouse/local"
        return (Diagnostic("no-environment-type", message, Severity.WARNING, hint=hint),)
    found = {name: tuple(dict.fromkeys(_findings(application, catalog, drivers, name))) for name in types}
    return tuple(_weighed(found))


def _findings(
    application: Application, catalog: Catalog, drivers: DriverSchemas, type_: str
) -> Iterator[Diagnostic]:
    environment = Environment(type_, type_, _NOBODY)
    identities = Identities(application.name, environment.name, environment.uid)
    draft = drafted(Request(application, catalog, environment, identities, drivers))
    yield from (d for d in draft.findings if d.code not in _DECIDED_LATER)
    try:
        ordered(draft)
    except GraphCycle as cycle:
        yield from cycle.diagnostics


def _weighed(found: Mapping[str, tuple[Diagnostic, ...]]) -> Iterator[Diagnostic]:
    """The findings of all types, each once, with the severity that they have together."""
    meant = {name: problems for name, problems in found.items() if not _unmet(problems)} or found
    clean = any(not any(d.is_error for d in problems) for problems in meant.values())
    seen: dict[Diagnostic, list[str]] = {}
    for name, problems in meant.items():
        for problem in problems:
            seen.setdefault(problem, []).append(name)
    shared = any(problem.is_error and len(names) == len(meant) for problem, names in seen.items())
    for problem, names in seen.items():
        stays = not problem.is_error or len(names) == len(meant) or not (clean or shared)
        yield problem if stays else _only_in(names, problem)
    for name, problems in found.items():
        if name not in meant:
            yield _misses(name, _unmet(problems))


def _unmet(problems: tuple[Diagnostic, ...]) -> list[Diagnostic]:
    return [problem for problem in problems if problem.code == "no-definition"]


def _only_in(names: list[str], problem: Diagnostic) -> Diagnostic:
    message = f"in environments of type {', '.join(names)}: {problem.message}"
    return replace(problem, severity=Severity.WARNING, message=message)


def _misses(name: str, problems: list[Diagnostic]) -> Diagnostic:
    """One remark for a type in which nothing meets some resources: mostly the application is not meant for it."""
    addresses = [Address.parse(problem.address) for problem in problems if problem.address]
    kinds = sorted({str(address).partition("#")[0] for address in addresses})
    shown = ", ".join(kinds[:_SHOWN]) + (", …" if len(kinds) > _SHOWN else "")
    return Diagnostic(
        "no-definition",
        f"in environments of type {name} no definition meets {shown}",
        Severity.WARNING,
        hint=f"if the application is meant for them, 'bakehouse validate --type {name}' says why",
    )
