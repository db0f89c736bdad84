"""Environments, deployments, steps and holders as JSON bodies, and back. Values are encoded, the rest is plain."""

from __future__ import annotations

from typing import Any

from msgspec.structs import asdict

from ....graph.address import Address
from ....graph.encoding import decode, encode
from ..records import (
    DeploymentRecord,
    DeploymentStatus,
    EnvironmentRecord,
    Holder,
    RolledBack,
    Seed,
    StepRecord,
    StepStatus,
)
from .body import Unreadable, dumped, loaded


def environment_body(record: EnvironmentRecord) -> str:
    """The stored form of an environment without what its columns hold."""
    data = {
        "type": record.type,
        "created": record.created,
        "variables": encode(record.variables),
        "images": dict(record.images),
        "expires": record.expires,
        "paused": record.paused,
        "note": record.note,
        "rolled_back": None if record.rolled_back is None else asdict(record.rolled_back),
        "seed": None if record.seed is None else asdict(record.seed),
    }
    optional = {"folder": record.folder, "slug": record.slug, "last_read": record.last_read}
    data |= {name: value for name, value in optional.items() if value is not None}
    return dumped(data, f"environment {record.application}/{record.name}")


def environment_record(row: Any) -> EnvironmentRecord:
    """The environment of a row of the table ``environment``."""
    what = f"environment {row.application}/{row.name}"
    data = loaded(row.body, what)
    try:
        return EnvironmentRecord(
            uid=row.uid,
            application=row.application,
            name=row.name,
            serial=row.serial,
            revision=row.revision,
            type=data["type"],
            created=data["created"],
            variables=decode(data["variables"]),
            images=data["images"],
            expires=data["expires"],
            paused=data["paused"],
            note=data["note"],
            folder=data.get("folder"),
            slug=data.get("slug"),
            last_read=data.get("last_read"),
            rolled_back=_rolled_back(data.get("rolled_back")),
            seed=None if data.get("seed") is None else Seed(**data["seed"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise Unreadable(what) from error


def _rolled_back(body: Any) -> RolledBack | None:
    return None if body is None else RolledBack(body["to"], tuple(body["away"]))


def deployment_body(record: DeploymentRecord) -> str:
    """The stored form of a deployment without its number and status."""
    data = {
        "kind": record.kind,
        "plan_digest": record.plan_digest,
        "started": record.started,
        "actor": record.actor,
        "plan": record.plan,
        "application": record.application,
        "catalog": record.catalog,
        "catalog_revision": record.catalog_revision,
        "images": dict(record.images),
        "commit": record.commit,
        "ended": record.ended,
        "counts": dict(record.counts),
        "reason": record.reason,
        "variables": None if record.variables is None else encode(record.variables),
        "rolled_back_to": record.rolled_back_to,
        "planned": record.planned,
        "command": record.command,
    }
    return dumped(data, f"deployment {record.number}")


def deployment_record(row: Any) -> DeploymentRecord:
    """The deployment of a row of the table ``deployment``."""
    data = loaded(row.body, f"deployment {row.number}")
    del data["format"]
    try:
        if data.get("variables") is not None:
            data["variables"] = decode(data["variables"])
        return DeploymentRecord(number=row.number, status=DeploymentStatus(row.status), **data)
    except (KeyError, TypeError, ValueError) as error:
        raise Unreadable(f"deployment {row.number}") from error


def step_body(record: StepRecord) -> str:
    """The stored form of a step without its deployment, key and status."""
    data = {
        "address": str(record.address),
        "kind": record.kind,
        "at": record.at,
        "seconds": record.seconds,
        "row_version": record.row_version,
        "detail": record.detail,
    }
    return dumped(data, f"step {record.key}")


def step_record(row: Any) -> StepRecord:
    """The step of a row of the table ``step``."""
    data = loaded(row.body, f"step {row.key}")
    del data["format"]
    try:
        address = Address.parse(data.pop("address"))
        return StepRecord(row.deployment, row.key, address, status=StepStatus(row.status), **data)
    except (KeyError, TypeError, ValueError) as error:
        raise Unreadable(f"step {row.key}") from error


def holder_body(record: Holder) -> str:
    """The stored form of a lease's holder."""
    data = {
        "actor": record.actor,
        "host": record.host,
        "boot_id": record.boot_id,
        "pid": record.pid,
        "pid_started": record.pid_started,
        "purpose": record.purpose,
    }
    return dumped(data, "the lease")


def holder_record(body: str) -> Holder:
    """The holder that :func:`holder_body` wrote."""
    data = loaded(body, "the lease")
    del data["format"]
    try:
        return Holder(**data)
    except TypeError as error:
        raise Unreadable("the lease") from error
