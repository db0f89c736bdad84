"""Resource records as JSON bodies, and back."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import orjson
from msgspec.structs import asdict

from ....graph.address import Address
from ....graph.encoding import decode, encode
from ....graph.values import Value
from ..records import (
    Deposed,
    Holder,
    Owner,
    PendingOperation,
    RecordedConnection,
    RecordedEdge,
    ResourceRecord,
    ResourceStatus,
)
from .body import Unreadable, checksum, dumped, loaded, plain


def definition_body(record: ResourceRecord) -> str:
    """The stored form of a record's definition: equal definitions give equal text."""
    return plain(encode(record.definition), str(record.address))


def resource_body(record: ResourceRecord) -> str:
    """The stored form of the rest of a record; what is absent or false is left out."""
    always = {
        "address": str(record.address),
        "uid": record.uid,
        "slug": record.slug,
        "birth": record.birth,
        "generation": record.generation,
        "status": record.status,
        "driver": record.driver,
        "schema_version": record.schema_version,
        "fingerprint": record.fingerprint,
        "inputs": encode(record.inputs),
        "outputs": encode(record.outputs),
        "driver_outputs": encode(record.driver_outputs),
        "deployment": record.deployment,
        "row_version": record.row_version,
    }
    where_said = {
        "private": encode(record.private),
        "edges": [[str(e.target), e.input, e.output] for e in record.edges],
        "asked_by": [str(a) for a in record.asked_by],
        "connection": _connection_body(record.connection),
        "on_remove": record.on_remove,
        "data_bearing": record.data_bearing,
        "workload": record.workload,
        "runtime": record.runtime,
        "adopted": record.adopted,
        "external_id": record.external_id,
        "pending": _pending_body(record.pending),
        "deposed": [_deposed_body(d) for d in record.deposed],
        "owner": None if record.owner is None else [record.owner.environment_uid, record.owner.uid],
    }
    kept = {name: value for name, value in where_said.items() if value not in (None, False, [], {})}
    return dumped({**always, **kept}, str(record.address))


class ResourceDecoder:
    """Reads the records of one snapshot, which share what many of them repeat: definitions and addresses."""

    def __init__(self) -> None:
        self._definitions: dict[str, Mapping[str, Any]] = {}
        self._addresses: dict[str, Address] = {}

    def record(self, row: Any) -> ResourceRecord:
        """The record of a row of the table ``resource``; raises Unreadable."""
        if checksum(row.definition + row.body) != row.checksum:
            raise Unreadable(row.address)
        data = loaded(row.body, row.address)
        try:
            # Most records hold no leaf but plain JSON, which needs no second walk.
            value = decode if _LEAF.search(row.body) else _as_it_is
            return self._record(data, self._definition(row.definition), value)
        except (KeyError, TypeError, ValueError) as error:
            raise Unreadable(row.address) from error

    def _record(
        self, data: dict[str, Any], definition: Mapping[str, Any], value: Callable[[Any], Value]
    ) -> ResourceRecord:
        return ResourceRecord(
            self._address(data["address"]),
            data["uid"],
            data["slug"],
            data["birth"],
            data["generation"],
            ResourceStatus(data["status"]),
            data["driver"],
            data["schema_version"],
            data["fingerprint"],
            definition,
            value(data["inputs"]),
            value(data["outputs"]),
            value(data["driver_outputs"]),
            value(data.get("private", {})),
            tuple([RecordedEdge(self._address(t), i, o) for t, i, o in data.get("edges", ())]),
            _connection(data.get("connection")),
            data.get("on_remove"),
            data.get("data_bearing", False),
            data.get("workload"),
            data.get("runtime", False),
            data.get("adopted", False),
            _pending(data.get("pending")),
            tuple(_deposed(d) for d in data.get("deposed", ())),
            data["deployment"],
            data["row_version"],
            Owner(*data["owner"]) if "owner" in data else None,
            data.get("external_id"),
            tuple([self._address(a) for a in data.get("asked_by", ())]),
        )

    def _definition(self, text: str) -> Mapping[str, Any]:
        known = self._definitions.get(text)
        if known is None:
            known = self._definitions[text] = decode(orjson.loads(text))
        return known

    def _address(self, text: str) -> Address:
        known = self._addresses.get(text)
        if known is None:
            known = self._addresses[text] = Address.parse(text)
        return known


_LEAF = re.compile(r'"\$(?:unknown|secret|text|map)":')


def _as_it_is(data: Any) -> Value:
    return data


def _connection_body(connection: RecordedConnection | None) -> dict[str, Any] | None:
    if connection is None:
        return None
    return {"name": connection.name, "kind": connection.kind, "values": encode(connection.values)}


def _connection(data: dict[str, Any] | None) -> RecordedConnection | None:
    return None if data is None else RecordedConnection(data["name"], data["kind"], decode(data["values"]))


def _pending_body(pending: PendingOperation | None) -> dict[str, Any] | None:
    if pending is None:
        return None
    return {
        "operation": pending.operation,
        "deployment": pending.deployment,
        "step": pending.step,
        "inputs": encode(pending.inputs),
        "fence": pending.fence,
        "deadline": pending.deadline,
        "generation": pending.generation,
        "holder": None if pending.holder is None else asdict(pending.holder),
        "until": pending.until,
    }


def _pending(data: dict[str, Any] | None) -> PendingOperation | None:
    if data is None:
        return None
    holder: dict[str, Any] | None = data.get("holder")
    given: dict[str, Any] = {**data, "inputs": decode(data["inputs"])}
    given["holder"] = None if holder is None else Holder(**holder)
    return PendingOperation(**given)


def _deposed_body(deposed: Deposed) -> dict[str, Any]:
    return {
        "generation": deposed.generation,
        "driver": deposed.driver,
        "schema_version": deposed.schema_version,
        "inputs": encode(deposed.inputs),
        "driver_outputs": encode(deposed.driver_outputs),
        "private": encode(deposed.private),
        "connection": _connection_body(deposed.connection),
    }


def _deposed(data: dict[str, Any]) -> Deposed:
    values = {name: decode(data[name]) for name in ("inputs", "driver_outputs", "private")}
    return Deposed(
        generation=data["generation"],
        driver=data["driver"],
        schema_version=data["schema_version"],
        connection=_connection(data["connection"]),
        **values,
    )
