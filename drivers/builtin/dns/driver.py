"""The driver itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, get_args

from pydantic import BaseModel

from ....graph.values import Value, has_unknown
from ...sdk import (
    Conflict,
    Context,
    CreateMode,
    Driver,
    Imported,
    NotFound,
    PermanentFault,
    Proposal,
    Result,
)
from .models import DnsConnection, DnsInputs, DnsOutputs, RecordType
from .record import Answer, Record
from .zone import Zone

_TYPES: tuple[str, ...] = get_args(RecordType)
_DEFAULT = "A"


class Dns(Driver[DnsInputs, DnsOutputs]):
    """One name of a zone. A text beside it holds the resource's create token; without it nothing is changed or removed."""

    name: ClassVar[str] = "dns"
    summary: ClassVar[str] = "a record in a zone that takes dynamic updates (RFC 2136)"
    create_mode: ClassVar[CreateMode] = CreateMode.IDEMPOTENT
    connection_kind: ClassVar[str | None] = "dns"
    connection: ClassVar[type[BaseModel] | None] = DnsConnection
    timeout: ClassVar[float] = 60.0
    Inputs = DnsInputs
    Outputs = DnsOutputs

    def plan(self, context: Context, planned: Mapping[str, Any]) -> Proposal | None:
        """The outputs as far as the inputs are known."""
        name, zone = planned.get("name"), planned.get("zone")
        if not isinstance(name, str) or not isinstance(zone, str):
            return None
        outputs: dict[str, Value] = {"host": Record(zone.rstrip("."), name, "A", (), 0).host}
        if not has_unknown(planned):
            outputs = _outputs(*_wanted(DnsInputs.model_validate(planned)))
        unchanged = context.prior is not None and context.prior.inputs == planned
        return Proposal("no-op" if unchanged else "update", outputs)

    def create(self, context: Context, inputs: DnsInputs) -> Result:
        """Have the record there; a name that belongs to somebody else is a :class:`Conflict`."""
        record, kind, answer = _wanted(inputs)
        former = [str(context.prior.inputs.get("type", _DEFAULT))] if context.prior else []
        self._zone(context, record).put(former)
        return Result(_outputs(record, kind, answer))

    def update(self, context: Context, inputs: DnsInputs) -> Result:
        """The same as :meth:`create`, in one step."""
        return self.create(context, inputs)

    def read(self, context: Context, inputs: DnsInputs | None) -> Result:
        """The record as the server has it."""
        if inputs is None:
            raise PermanentFault("the recorded inputs cannot be read")
        record = Record.of(inputs)
        zone = self._zone(context, record)
        if zone.owner() != context.token:
            raise NotFound(f"{record.host} is no longer marked as this resource's")
        return Result(_outputs(record, *zone.seen((record.type, *_others(record.type)))))

    def delete(self, context: Context) -> None:
        """Remove record and marker; what is not marked as ours is left alone."""
        inputs: Mapping[str, Any] = context.prior.inputs if context.prior else {}
        name, zone, kind = inputs.get("name"), inputs.get("zone"), inputs.get("type", _DEFAULT)
        if not isinstance(name, str) or not isinstance(zone, str):
            return
        record = Record(zone.rstrip("."), name, str(kind), (), 0)
        self._zone(context, record).remove({record.type, *(set(_TYPES) - {"TXT"})})

    def import_(self, context: Context, external_id: str, planned: Mapping[str, Any]) -> Imported:
        """The record of this full name, which must be the one that the inputs ask for."""
        name, zone = planned.get("name"), planned.get("zone")
        if not isinstance(name, str) or not isinstance(zone, str):
            raise PermanentFault("only a record whose name and zone are known can be adopted")
        record = Record(zone.rstrip("."), name, str(planned.get("type", _DEFAULT)), (), 0)
        if external_id.rstrip(".") != record.host:
            raise NotFound(
                f"the inputs ask for {record.host}, so {external_id} cannot be adopted",
                hint=f"adopt it as {record.host}, or change the name",
            )
        found = self._zone(context, record)
        owner = found.owner()
        if owner not in (None, context.token):
            raise Conflict(f"{record.host} belongs to another resource ({owner})", owner=owner)
        kind, answer = found.seen((record.type, *_others(record.type)))
        inputs = {**planned, "type": kind, "values": list(answer.values), "ttl": answer.ttl}
        return Imported(inputs, _outputs(record, kind, answer))

    def adopt(self, context: Context, external_id: str, inputs: DnsInputs) -> Result:
        """Mark the record as ours, then have it as the inputs say."""
        self._zone(context, Record.of(inputs)).claim()
        return self.update(context, inputs)

    def _zone(self, context: Context, record: Record) -> Zone:
        if not isinstance(context.connection, DnsConnection):
            raise PermanentFault(
                f"no name server is known for {record.host}",
                hint="give the definition a connection of kind dns",
            )
        try:
            from .server import NameServer
        except ImportError:
            raise PermanentFault(
                "driver dns needs the package dnspython", hint="pip install 'bakehouse[dns]'"
            ) from None
        return Zone(NameServer(context.connection, context), record, context.token)


def _others(kind: str) -> list[str]:
    return [other for other in _TYPES if other != kind]


def _wanted(inputs: DnsInputs) -> tuple[Record, str, Answer]:
    record = Record.of(inputs)
    return record, record.type, Answer(tuple(sorted(record.values)), record.ttl)


def _outputs(record: Record, kind: str, answer: Answer) -> dict[str, Value]:
    outputs = DnsOutputs(host=record.host, type=kind, values=answer.values, ttl=answer.ttl)
    return outputs.model_dump(mode="json")
