"""Whether an application that nothing is recorded of is one that was recorded under another name."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from ...graph.application import Application
from ...graph.diagnostics import Diagnostic, Severity
from ...graph.errors import InvalidInput
from ..state.store import StateReader
from .environments import UnknownEnvironment

_MOST_NAMED = 3
WORKLOAD = "workload"


def renamed_application(reader: StateReader, application: Application) -> Diagnostic | None:
    """A warning where the workloads of an application without any resources are those of another one in the store."""
    environments = reader.environments()
    mine = [e for e in environments if e.application == application.name]
    if not application.workloads or any(reader.addresses(e.uid) for e in mine):
        return None
    wanted = set(application.workloads)
    alike: dict[str, list[str]] = {}
    for environment in environments:
        recorded = {a.id for a in reader.addresses(environment.uid) if a.type == WORKLOAD}
        if environment.application != application.name and recorded == wanted:
            alike.setdefault(environment.application, []).append(environment.name)
    if not alike:
        return None
    names = ", ".join(f"{a} (in {', '.join(found)})" for a, found in [*alike.items()][:_MOST_NAMED])
    return Diagnostic(
        "application-renamed",
        f"nothing is recorded of {application.name}, and its workloads are those of {names}",
        Severity.WARNING,
        place=application.places.at("metadata", "name") if application.places else application.place,
        hint=f"if it was only renamed: `bakehouse state rename --application {next(iter(alike))} {application.name}`; "
        "else everything is made anew beside it",
    )


def explained(
    error: UnknownEnvironment, reader: StateReader, application: Callable[[], Application]
) -> UnknownEnvironment:
    """The same error; where the application is unknown altogether, what else it may be called in place of its hint."""
    if error.diagnostics[0].code != "environment-needed":
        return error
    try:
        found = renamed_application(reader, application())
    except InvalidInput:
        return error
    if found is None:
        return error
    return UnknownEnvironment((found, *(replace(d, hint=None, next=None) for d in error.diagnostics)))
