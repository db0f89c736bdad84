"""Finds what the user names among what is recorded, or says what there is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ..graph.address import Address
from ..graph.command import command
from ..graph.diagnostics import Diagnostic, did_you_mean
from ..graph.errors import InvalidInput
from ..plans.plan import Plan
from ..plans.reports.deployment import deployment
from ..plans.state.records import DeploymentRecord, DeploymentStatus, EnvironmentRecord, ResourceRecord
from ..plans.state.store import Snapshot, StateReader


def not_asked_for(address: Address, environment: str) -> InvalidInput:
    """The error about an address that is recorded, and nothing more."""
    message = f"{address} is recorded, but the application does not ask for it any more"
    next_ = command("state", "show", str(address), environment=environment)
    return InvalidInput(Diagnostic("not-asked-for", message, next=next_))


def unknown_address(text: str, known: Iterable[Address]) -> InvalidInput:
    """The error about an address that is not there."""
    hint = did_you_mean(text, [str(a) for a in known], noun="known")
    return InvalidInput(Diagnostic("unknown-address", f"there is no resource {text}", hint=hint))


def chosen(texts: Iterable[str], known: Iterable[Address]) -> tuple[Address, ...]:
    """The addresses named, each of which must be known; raises InvalidInput naming every one that is not."""
    names = set(known)
    found = tuple(Address.parse(text) for text in texts)
    problems = [d for a in found if a not in names for d in unknown_address(str(a), names).diagnostics]
    if problems:
        raise InvalidInput(problems)
    return found


def resource_of(snapshot: Snapshot, text: str) -> ResourceRecord:
    """The recorded resource at an address; raises InvalidInput."""
    found = snapshot.resources.get(Address.parse(text))
    if found is None:
        raise unknown_address(text, snapshot.resources)
    return found


def deployment_of(reader: StateReader, environment: EnvironmentRecord, number: int) -> dict[str, Any]:
    """The document of a deployment; what a later one has followed is carried on by nobody. Raises InvalidInput."""
    record = deployment_record(reader, environment, number)
    done = record.status is DeploymentStatus.SUCCEEDED
    resume = None if done or reader.deployment(environment.uid, number + 1) else record.command
    return deployment(environment, record, reader.steps(environment.uid, number), resume=resume)


def events_of(
    reader: StateReader, environment: EnvironmentRecord, number: int
) -> tuple[Mapping[str, Any], ...]:
    """What happened during a deployment, from what was recorded; raises InvalidInput."""
    from ..plans.reports.replay import replay

    record = deployment_record(reader, environment, number)
    steps = reader.steps(environment.uid, number)
    return replay(environment.name, record, steps, reader.events(environment.uid, number))


def plan_of(reader: StateReader, environment: EnvironmentRecord, number: int) -> Plan:
    """The plan that a deployment carried out; raises InvalidInput, StateError."""
    from ..plans.filing import retrieved

    record = deployment_record(reader, environment, number)
    if record.plan is None:
        raise InvalidInput(Diagnostic("no-plan-recorded", f"deployment {number} has no recorded plan"))
    return retrieved(record.plan, reader.blob, f"the plan of deployment {number}")


def deployment_record(reader: StateReader, environment: EnvironmentRecord, number: int) -> DeploymentRecord:
    """A deployment by its number; raises InvalidInput naming the newest."""
    found = reader.deployment(environment.uid, number)
    if found is None:
        last = next(iter(reader.deployments(environment.uid)), None)
        hint = f"the newest is {last.number}" if last else "nothing was deployed yet"
        message = f"{environment.application} in {environment.name} has no deployment {number}"
        history = command("history", environment=environment.name)
        raise InvalidInput(Diagnostic("unknown-deployment", message, hint=hint, next=history))
    return found
