"""What can be said about an application without any environment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct
from msgspec.structs import replace

from ..graph.address import Address
from ..graph.application import Application, Environment, ResourceRequest
from ..graph.diagnostics import Diagnostic, Severity, did_you_mean, nearest
from ..graph.errors import GraphCycle
from ..graph.identity import Identities
from ..graph.types import DriverSchemas
from .assumed import ASSUMED, assumed
from .catalog import Catalog
from .pipeline import Request, drafted, overridden
from .steps.freeze import ordered

_NOBODY = "00000000-0000-0000-0000-000000000000"

_ENVIRONMENT = "environment"

_DECIDED_LATER = frozenset({"image-missing", "variable-not-set", "variable-not-secret"})
"""Findings that depend on what is set for a real environment."""

_SHOWN = 10

_MET = "how workloads and resources are met: that takes a catalog"
_MET_ELSEWHERE = "how workloads and resources are met on your platform: that takes its catalog"


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
    return (*_weighed(found), *overridden(application))


class Alone(Struct, frozen=True):
    """What can be said about an application where no platform is known, and what cannot."""

    findings: tuple[Diagnostic, ...]
    unchecked: tuple[str, ...]


def validate_alone(application: Application, types: Catalog) -> Alone:
    """Check an application against the types of a catalog and nothing else of it.

    Of a resource whose type is not among them neither params nor outputs are checked.
    """
    return _alone(application, types, _MET)


def _alone(application: Application, types: Catalog, met: str) -> Alone:
    """``met`` says of what meets workloads and resources that it was not checked."""
    foreign = [r for r in _requests(application) if types.type(r.type) is None]
    names = sorted({request.type for request in foreign})
    platform, drivers = assumed(types, names)
    near = (_nearly_known(request, types) for request in foreign)
    found = dict.fromkeys(_findings(application, platform, drivers, ASSUMED))
    findings = (*(d for d in near if d is not None), *found, *overridden(application))
    return Alone(findings, tuple(_unchecked(application, names, met)))


def validate_unbound(application: Application, catalog: Catalog, drivers: DriverSchemas) -> Alone:
    """Check an application for which nobody named a catalog: alone, and for what is built in besides.

    That something does not work on this machine is a warning: the platform to come may be another.
    """
    alone = _alone(application, catalog, _MET_ELSEWHERE)
    known = {(d.code, d.place, d.pointer) for d in alone.findings} | {("overridden", None, None)}
    local = [
        _only_in([type_.name], found) if found.is_error else found
        for type_ in catalog.environment_types()
        for found in dict.fromkeys(_findings(application, catalog, drivers, type_.name))
        if (found.code, found.place, found.pointer) not in known and found.code != "unknown-type"
    ]
    return Alone((*alone.findings, *local), alone.unchecked)


def _requests(application: Application) -> Iterator[ResourceRequest]:
    yield from application.shared.values()
    for workload in application.workloads.values():
        yield from workload.resources.values()


def _nearly_known(request: ResourceRequest, types: Catalog) -> Diagnostic | None:
    """A type of the platform's own may be called anything, but hardly so."""
    known = [t.name for t in types.types()]
    if nearest(request.type, known) is None:
        return None
    message = f"'{request.type}' is no standard resource type"
    hint = did_you_mean(request.type, known)
    return Diagnostic("unknown-type", message, Severity.WARNING, place=request.place, hint=hint)


def _unchecked(application: Application, foreign: list[str], met: str) -> Iterator[str]:
    requests = list(_requests(application))
    if requests or application.workloads:
        yield met
    if foreign:
        yield f"params and outputs of what is no standard type: {', '.join(foreign)}"
    if any(request.type == _ENVIRONMENT for request in requests):
        yield "variables of the environment: that takes its type"


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
