"""The records that a step leaves behind: intents, outcomes, failures. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from msgspec import Struct, field
from msgspec.structs import replace

from ...graph.values import Value
from ..change import Change, Target
from ..effective import fingerprint
from ..prospect import mapped
from ..state.records import Deposed, PendingOperation, ResourceRecord, ResourceStatus

BROKEN = ""
"""The fingerprint of a record whose object may not be what the inputs say: equal to no other."""


class Made(Struct, frozen=True):
    """What a driver call gave, sealed: the type's outputs, the driver's own, and its private data.

    ``on_recorded`` is to be called once that is durable. ``told`` is a sentence for people.
    """

    outputs: Mapping[str, Value] = field(default_factory=dict[str, Value])
    driver_outputs: Mapping[str, Value] = field(default_factory=dict[str, Value])
    private: Mapping[str, Value] = field(default_factory=dict[str, Value])
    on_recorded: Callable[[], None] | None = None
    told: str | None = None


def blank(change: Change, target: Target, deployment: int) -> ResourceRecord:
    """The record of a resource before its first object exists."""
    return ResourceRecord(
        address=change.address,
        uid=change.uid,
        slug=change.slug,
        birth=change.birth,
        generation=change.generation,
        status=ResourceStatus.TAINTED,
        driver=change.driver,
        schema_version=change.schema_version,
        fingerprint=BROKEN,
        definition=target.definition,
        inputs=target.inputs,
        outputs={},
        driver_outputs={},
        edges=target.edges,
        connection=target.connection,
        on_remove=target.on_remove,
        data_bearing=change.data_bearing,
        workload=change.workload,
        runtime=target.runtime,
        adopted=change.adopts is not None,
        external_id=change.adopts,
        asked_by=target.asked_by,
        deployment=deployment,
    )


def intended(record: ResourceRecord | None, change: Change, pending: PendingOperation) -> ResourceRecord:
    """The record with a durable intent; everything recorded about the present object stays as it is.

    What was only read so far had no object: a resource of one's own in its place begins anew.
    """
    if record is None or (record.owner is not None and change.owner is None):
        if change.target is None:
            raise ValueError(f"{change.address} is not recorded and has nothing to be made")
        record = replace(blank(change, change.target, pending.deployment), inputs=pending.inputs)
    return replace(record, status=ResourceStatus.PENDING, pending=pending, deployment=pending.deployment)


def succeeded(
    record: ResourceRecord | None, change: Change, target: Target, made: Made, behaviour: int, deployment: int
) -> ResourceRecord:
    """The record after a create or update; ``target`` has its final inputs.

    A create-first replacement keeps the former object as deposed until it is deleted.
    """
    deposed = () if record is None else record.deposed
    if record is not None and change.create_first and record.generation < change.generation:
        deposed = (*deposed, deposed_object(record))
    return replace(
        blank(change, target, deployment),
        status=ResourceStatus.READY,
        fingerprint=fingerprint(change.driver, behaviour, target.inputs, target.connection),
        outputs=made.outputs,
        driver_outputs=made.driver_outputs,
        private=made.private,
        adopted=record is not None and record.adopted and record.generation == change.generation,
        external_id=None if record is None or record.generation != change.generation else record.external_id,
        deposed=deposed,
    )


def restated(record: ResourceRecord, change: Change, target: Target, deployment: int) -> ResourceRecord:
    """The record after a change of words only: definition, edges, rules; the object is the same.

    It is ``record`` itself where even the words are the same.
    """
    stated = replace(
        record,
        status=ResourceStatus.READY,
        schema_version=change.schema_version,
        definition=target.definition,
        inputs=target.inputs,
        outputs=mapped(target.output_map, target.fields, record.driver_outputs, change.address),
        edges=target.edges,
        connection=target.connection,
        on_remove=target.on_remove,
        data_bearing=change.data_bearing,
        workload=change.workload,
        runtime=target.runtime,
        asked_by=target.asked_by,
    )
    return record if stated == record else replace(stated, deployment=deployment)


def failed(
    record: ResourceRecord, change: Change, operation: str, partial: Made | None, deployment: int
) -> ResourceRecord:
    """The record after a failed call.

    A failed create-first replacement leaves the former object current, as whole or half-made as it was; what exists of
    the new one is deposed.
    Anything else is tainted, with what it gave so far.
    """
    if record.pending is not None and record.pending.generation > record.generation:
        status = ResourceStatus.TAINTED if record.fingerprint == BROKEN else ResourceStatus.READY
        kept = replace(record, status=status, pending=None, deployment=deployment)
        if partial is None:
            return kept
        half = replace(deposed_object(record), generation=change.generation)
        half = replace(half, driver_outputs=partial.driver_outputs, private=partial.private)
        return replace(kept, deposed=(*record.deposed, half))
    tainted = replace(
        record, status=ResourceStatus.TAINTED, pending=None, fingerprint=BROKEN, deployment=deployment
    )
    if partial is None or operation == "delete":
        return tainted
    return replace(
        tainted, outputs=partial.outputs, driver_outputs=partial.driver_outputs, private=partial.private
    )


def emptied(record: ResourceRecord, change: Change, deployment: int) -> ResourceRecord:
    """The record between the two steps of a delete-first replacement: no object, the next generation."""
    return replace(
        record,
        generation=change.generation,
        status=ResourceStatus.TAINTED,
        fingerprint=BROKEN,
        outputs={},
        driver_outputs={},
        private={},
        adopted=False,
        external_id=None,
        deposed=(),
        pending=None,
        deployment=deployment,
    )


def held(record: ResourceRecord, deployment: int) -> ResourceRecord:
    """The record of a protected resource that is no longer wanted."""
    return replace(record, status=ResourceStatus.ORPHANED, deployment=deployment)


def without_deposed(record: ResourceRecord, deployment: int) -> ResourceRecord:
    """The record after all replaced objects were deleted."""
    return replace(record, status=ResourceStatus.READY, pending=None, deposed=(), deployment=deployment)


def deposed_object(record: ResourceRecord) -> Deposed:
    """The present object of a record as one that is to be deleted."""
    return Deposed(
        generation=record.generation,
        driver=record.driver,
        schema_version=record.schema_version,
        inputs=record.inputs,
        driver_outputs=record.driver_outputs,
        private=record.private,
        connection=record.connection,
    )
