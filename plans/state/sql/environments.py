"""The rows of environments: added, amended, removed."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace
from sqlalchemy import Connection, delete, exists, insert, select, update
from sqlalchemy.exc import IntegrityError

from ....graph.command import command
from ..failures import amendment_moved, state_error
from ..records import EnvironmentRecord
from ..settings import CatalogScope
from ..store import StateError
from . import schema
from .codec import environment_body
from .reader import registered
from .settings import remove_setting


def add_environment(connection: Connection, environment: EnvironmentRecord) -> None:
    """Add an environment and its lease, which nobody has; raises StateError if its name or uid is taken."""
    try:
        connection.execute(insert(schema.environment), _row(environment))
    except IntegrityError as error:
        raise taken(environment) from error
    lease = {"environment_uid": environment.uid, "fence": 0, "acquired_ms": 0, "expires_ms": 0}
    connection.execute(insert(schema.lease), lease)


def amend_environment(connection: Connection, environment: EnvironmentRecord) -> None:
    """Write an environment's record again; raises BasisMoved if its revision is not the recorded one."""
    now = registered(connection, environment.uid)
    if now.revision != environment.revision:
        raise amendment_moved(f"{now.application}/{now.name}")
    written = replace(environment, serial=now.serial + 1, revision=now.revision + 1)
    table = schema.environment
    connection.execute(update(table).where(table.c.uid == environment.uid), _row(written))


def rename_environment(connection: Connection, environment: EnvironmentRecord) -> None:
    """Write an environment's record under another name; raises BasisMoved, and StateError if it is taken."""
    try:
        amend_environment(connection, environment)
    except IntegrityError as error:
        raise taken(environment) from error


def remove_environment(connection: Connection, environment: EnvironmentRecord) -> None:
    """Remove an environment with all its rows, and with the last one all blobs; raises StateError while it has resources."""
    mine = schema.resource.c.environment_uid == environment.uid
    if connection.scalar(select(exists().where(mine))):
        raise state_error(
            "environment-not-empty",
            f"environment {environment.application}/{environment.name} has recorded resources",
            "destroy them first",
            command("destroy", environment=environment.name),
        )
    remove_setting(connection, CatalogScope.ENVIRONMENT, environment.uid)
    connection.execute(delete(schema.environment).where(schema.environment.c.uid == environment.uid))
    if not connection.scalar(select(exists().where(schema.environment.c.uid.is_not(None)))):
        connection.execute(delete(schema.blob))


def taken(environment: EnvironmentRecord) -> StateError:
    """The error that another environment has this name."""
    return state_error(
        "environment-exists",
        f"environment {environment.application}/{environment.name} is registered already",
        "choose another name, or use the one that is there",
    )


def _row(environment: EnvironmentRecord) -> dict[str, Any]:
    return {
        "uid": environment.uid,
        "application": environment.application,
        "name": environment.name,
        "serial": environment.serial,
        "revision": environment.revision,
        "body": environment_body(environment),
    }
