"""Records to try a store with: small, valid, and different where a number says so."""

from __future__ import annotations

import uuid
from typing import Any

from msgspec.structs import replace

from ....drivers.secrets import SecretRow
from ....graph.address import Address
from ....graph.identity import resource_uid
from ..records import (
    DeploymentRecord,
    DeploymentStatus,
    EnvironmentRecord,
    RecordedEdge,
    ResourceRecord,
    ResourceStatus,
    StepRecord,
    StepStatus,
)
from ..store import Write

MOMENT = "2025-03-01T12:00:00Z"


def environment(name: str = "local", application: str = "shop") -> EnvironmentRecord:
    """An environment with a uid of its own."""
    return EnvironmentRecord(str(uuid.uuid4()), application, name, "local", MOMENT)


def address(number: int = 0) -> Address:
    """The address of the resource with this number."""
    return Address("postgres", "default", f"web.db{number}")


def resource(environment_uid: str, number: int = 0, **changes: Any) -> ResourceRecord:
    """A resource as it is first recorded; ``changes`` are fields that differ."""
    at = address(number)
    body = {"type": "postgres", "driver": "postgres", "inputs": {"database": "${resource.slug}"}}
    record = ResourceRecord(
        address=at,
        uid=resource_uid(environment_uid, at, 1),
        slug=f"shop-local-web-db{number}-abcdef",
        birth=1,
        generation=1,
        status=ResourceStatus.READY,
        driver="postgres",
        schema_version=1,
        fingerprint="0" * 64,
        definition={"name": "postgres-local", "digest": "1" * 64, "body": body},
        inputs={"database": f"db{number}", "server": {"host": "127.0.0.1", "port": 5432}},
        outputs={"host": "127.0.0.1", "name": f"db{number}"},
        driver_outputs={"database": f"db{number}"},
        edges=(RecordedEdge(Address("postgres-instance", "default", "local"), "server.host", "host"),),
        data_bearing=True,
        deployment=1,
        row_version=1,
    )
    return replace(record, **changes)


def again(record: ResourceRecord, **changes: Any) -> ResourceRecord:
    """The record as the next write of its row has it."""
    return replace(record, **{"row_version": record.row_version + 1, **changes})


def step(record: ResourceRecord, status: StepStatus = StepStatus.DONE, deployment: int = 1) -> StepRecord:
    """The journal's line for a create of the resource."""
    key = f"{record.address}/create"
    return StepRecord(deployment, key, record.address, "create", status, MOMENT, 0.25, record.row_version)


def written(record: ResourceRecord, **changes: Any) -> Write:
    """A step that records a resource."""
    return replace(Write(put=record, step=step(record)), **changes)


def secret(owner: str, field: str = "password", version: int = 1) -> SecretRow:
    """A version of a secret; a store does not care whether the ciphertext is one."""
    return SecretRow(f"{owner}/{field}", str(version), "key-1", bytes(12), f"sealed {version}".encode())


def deployment(**changes: Any) -> DeploymentRecord:
    """A deployment about to begin."""
    record = DeploymentRecord(0, "apply", DeploymentStatus.RUNNING, "2" * 64, MOMENT, "dev")
    return replace(record, **changes)
