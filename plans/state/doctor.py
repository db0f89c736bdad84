"""Looks a whole state through and says everything that is wrong with it; changes nothing."""

from __future__ import annotations

from collections.abc import Iterator

from ...drivers.secrets import home_of
from ...graph.command import command
from ...graph.diagnostics import Diagnostic, Severity
from ...graph.values import Secret, leaves
from .records import DeploymentRecord, DeploymentStatus, EnvironmentRecord, ResourceRecord
from .store import Snapshot, StateError, StateReader

LOCAL = "local"


def examine(reader: StateReader) -> tuple[Diagnostic, ...]:
    """All findings about what is recorded, in the order of the environments; empty for a state that is well.

    An error means that something recorded is lost. A warning or notice is about something that the next apply
    settles. Damage of one environment does not hide the others'.
    """
    try:
        environments = reader.environments()
    except StateError as error:
        return error.diagnostics
    return tuple(finding for environment in environments for finding in _of_environment(reader, environment))


def _of_environment(reader: StateReader, environment: EnvironmentRecord) -> Iterator[Diagnostic]:
    name = f"{environment.application}/{environment.name}"
    try:
        snapshot = reader.snapshot(environment.uid)
    except StateError as error:
        yield from error.diagnostics
    else:
        for record in snapshot.resources.values():
            yield from _of_resource(reader, snapshot, record)
    try:
        held = reader.lease(environment.uid) is not None
        for deployment in reader.deployments(environment.uid):
            yield from _of_deployment(reader, name, environment.uid, deployment, held=held)
    except StateError as error:
        yield from error.diagnostics


def _of_resource(reader: StateReader, snapshot: Snapshot, record: ResourceRecord) -> Iterator[Diagnostic]:
    address, name = str(record.address), snapshot.environment.name
    apply = command("apply", environment=name)
    for target in dict.fromkeys(edge.target for edge in record.edges):
        if target not in snapshot.resources:
            message = f"{address} depends on {target}, which is not recorded"
            yield Diagnostic("edge-to-nothing", message, Severity.WARNING, address=address, next=apply)
    if record.pending is not None:
        message = (
            f"{address}: {record.pending.operation} of deployment {record.pending.deployment} is not settled"
        )
        yield Diagnostic(
            "operation-pending",
            message,
            Severity.NOTICE,
            address=address,
            hint="the next apply settles it",
            next=apply,
        )
    values = (record.inputs, record.outputs, record.driver_outputs, record.private)
    for leaf in {leaf for value in values for leaf in leaves(value)}:
        if isinstance(leaf, Secret) and leaf.store == LOCAL and not _is_kept(reader, snapshot, leaf):
            yield Diagnostic(
                "secret-missing",
                f"{address} refers to the secret {leaf.ref}, version {leaf.version}, which is not in the state",
                address=address,
                hint="give it a new value",
                next=command("rotate", address, environment=name),
            )


def _is_kept(reader: StateReader, snapshot: Snapshot, secret: Secret) -> bool:
    home, ref = home_of(secret.ref)
    return reader.secret(home or snapshot.environment.uid, ref, secret.version) is not None


def _of_deployment(
    reader: StateReader, name: str, uid: str, deployment: DeploymentRecord, *, held: bool
) -> Iterator[Diagnostic]:
    what = f"deployment {deployment.number} of {name}"
    if deployment.status is DeploymentStatus.RUNNING and not held:
        message = f"{what} says that it runs, and nobody holds the environment"
        hint = "the next apply marks it as abandoned"
        next_ = command("apply", environment=name.partition("/")[2])
        yield Diagnostic("deployment-abandoned", message, Severity.NOTICE, hint=hint, next=next_)
    for digest in (deployment.plan, deployment.application, deployment.catalog):
        try:
            if digest is not None:
                reader.blob(digest)
        except StateError as error:
            for found in error.diagnostics:
                yield Diagnostic(found.code, f"{what}: {found.message}", hint=found.hint)
    for read in (reader.steps, reader.events):
        try:
            read(uid, deployment.number)
        except StateError as error:
            yield from error.diagnostics
