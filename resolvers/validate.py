"""What can be said about an application without any environment."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

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


def validate_application(
    application: Application, catalog: Catalog, drivers: DriverSchemas, type_: str | None = None
) -> tuple[Diagnostic, ...]:
    """Compile the application for every environment type of the catalog, or for one, and tell what was found.

    Images and variables that are set for a real environment only are not asked for. What is wrong in every
    environment type is an error; what is wrong only in some is a warning that names them, because an application
    need not fit all of them. Remarks of the reading of application and catalog are not repeated.
    """
    types = [t.name for t in catalog.environment_types()] if type_ is None else [type_]
    if not types:
        message = "the catalog declares no environment type, so nothing can be matched"
        hint = "declare one with kind EnvironmentType, or list the pack bakehouse/local"
        return (Diagnostic("no-environment-type", message, Severity.WARNING, hint=hint),)
    seen: dict[Diagnostic, list[str]] = {}
    for name in types:
        for found in dict.fromkeys(_findings(application, catalog, drivers, name)):
            seen.setdefault(found, []).append(name)
    return tuple(_weighed(found, names, len(types)) for found, names in seen.items())


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


def _weighed(found: Diagnostic, names: list[str], types: int) -> Diagnostic:
    if not found.is_error or len(names) == types:
        return found
    where = ", ".join(names)
    return replace(
        found, severity=Severity.WARNING, message=f"in environments of type {where}: {found.message}"
    )
