"""The recorded resources, listed and one by one. Format version 1. Secrets stand as ``***``."""

from __future__ import annotations

from typing import Any

from ...graph.values import display
from ..state.records import ResourceRecord
from ..state.store import Snapshot


def listing(snapshot: Snapshot) -> dict[str, Any]:
    """Every recorded resource in one line's worth, sorted by address."""
    return {
        "format": 1,
        "kind": "resources",
        "application": snapshot.environment.application,
        "environment": snapshot.environment.name,
        "serial": snapshot.environment.serial,
        "resources": [brief(record) for _, record in sorted(snapshot.resources.items())],
    }


def brief(record: ResourceRecord) -> dict[str, Any]:
    """What a list says of a resource."""
    return {
        "address": str(record.address),
        "type": record.address.type,
        "status": record.status.value,
        "driver": record.driver,
        "definition": record.definition.get("name"),
        "generation": record.generation,
        "workload": record.workload,
        "deployment": record.deployment,
        "uid": record.uid,
    }


def resource(record: ResourceRecord) -> dict[str, Any]:
    """Everything that is recorded of one resource."""
    pending = record.pending
    return {
        "format": 1,
        "kind": "resource",
        **brief(record),
        "slug": record.slug,
        "birth": record.birth,
        "row_version": record.row_version,
        "schema_version": record.schema_version,
        "fingerprint": record.fingerprint,
        "definition_digest": record.definition.get("digest"),
        "connection": None if record.connection is None else record.connection.name,
        "on_remove": record.on_remove,
        "data_bearing": record.data_bearing,
        "adopted": record.adopted,
        "external_id": record.external_id,
        "owner": None
        if record.owner is None
        else {"environment_uid": record.owner.environment_uid, "uid": record.owner.uid},
        "inputs": display(record.inputs),
        "outputs": display(record.outputs),
        "depends_on": [
            {"address": str(e.target), "input": e.input, "output": e.output} for e in record.edges
        ],
        "pending": None
        if pending is None
        else {"operation": pending.operation, "deployment": pending.deployment},
        "deposed": [{"generation": d.generation, "driver": d.driver} for d in record.deposed],
    }
