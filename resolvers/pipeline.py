"""The way from files to a graph, as one visible list of steps."""

from __future__ import annotations

from collections.abc import Callable

from ..graph.application import Application
from ..graph.diagnostics import Diagnostic, Severity, did_you_mean
from ..graph.errors import GraphCycle, InvalidInput
from ..graph.resources import ResourceGraph
from .catalog import EnvironmentType
from .connections import Connections
from .draft import Draft
from .expand import expand
from .match import Matcher
from .once import Once
from .recipes import Recipes
from .request import Request
from .steps.checks import check_classes, check_inputs, check_params
from .steps.declare import declare_shared, declare_workloads
from .steps.dependents import link_dependents
from .steps.deploy import apply_profiles, choose_images
from .steps.freeze import freeze, ordered
from .steps.inputs import fill_inputs
from .steps.params import settle_params
from .steps.uniques import check_uniques
from .steps.workloads import fill_workloads
from .surroundings import Surroundings

__all__ = ["STEPS", "Request", "compile_graph", "drafted", "overridden"]

STEPS: tuple[Callable[[Draft], None], ...] = (
    apply_profiles,
    choose_images,
    declare_workloads,
    declare_shared,
    expand,
    settle_params,
    link_dependents,
    fill_inputs,
    fill_workloads,
    check_params,
    check_inputs,
    check_classes,
    check_uniques,
)
"""What a compile does, in this order; each step goes on with what the ones before it could make of the input."""


def compile_graph(request: Request) -> ResourceGraph:
    """The typed graph of everything that the application needs in the environment, and how it is met.

    Pure: equal requests give equal graphs, and nothing is touched. Raises :class:`InvalidInput` with all
    diagnostics, which is a :class:`GraphCycle` where a cycle is among them.
    """
    draft = drafted(request)
    findings = draft.findings
    try:
        order = ordered(draft)
    except GraphCycle as cycle:
        raise GraphCycle((*findings.errors, *cycle.diagnostics, *overridden(request.application))) from None
    if findings.errors:
        raise InvalidInput((*findings.errors, *overridden(request.application)))
    return ResourceGraph(
        application=request.application.name,
        environment=request.environment,
        nodes=freeze(draft, order),
        trace=draft.matcher.trace,
        rivals=draft.matcher.rivals,
        remarks=(*request.application.remarks, *request.catalog.remarks, *findings.remarks),
        images=draft.images,
        links=request.application.links,
    )


def overridden(application: Application) -> tuple[Diagnostic, ...]:
    """That the Score files were not used as they are written: for whoever looks for the cause of a problem."""
    if not application.overrides:
        return ()
    message = f"the Score files are overridden by {', '.join(application.overrides)}"
    return (Diagnostic("overridden", message, Severity.NOTICE),)


def drafted(request: Request) -> Draft:
    """What all steps make of a request, with everything that they found wrong; never raises for bad input."""
    findings = Once()
    type_ = _environment_type(request, findings)
    draft = _start(request, type_, findings)
    for step in STEPS:
        step(draft)
    return draft


def _environment_type(request: Request, findings: Once) -> EnvironmentType | None:
    name = request.environment.type
    found = request.catalog.environment_type(name)
    if found is None:
        known = [t.name for t in request.catalog.environment_types()]
        message = f"environment '{request.environment.name}' is of type '{name}', which the catalog does not declare"
        hint = did_you_mean(name, known, noun="environment types")
        if not known:
            hint = "write kind EnvironmentType, or list the pack bakehouse/local in kind Platform"
        findings.add(Diagnostic("unknown-environment-type", message, hint=hint))
    return found


def _start(request: Request, type_: EnvironmentType | None, findings: Once) -> Draft:
    surroundings = Surroundings.of(request, type_)
    connections = Connections(request.catalog, request.drivers, type_, surroundings, findings.add)
    environment = request.environment
    return Draft(
        request,
        surroundings,
        Matcher(request.catalog, request.application.name, environment.name, environment.type),
        Recipes(request.catalog, request.drivers, type_, surroundings, connections, findings.add),
        findings,
        dict(request.application.workloads),
    )
