"""Objects that an older version of their driver recorded, brought to its present schema before it is called."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from ...drivers.context import Prior
from ...graph.address import Address
from ..action import Action
from ..plan import Plan
from ..probe import DriverMissing, Probe
from ..removal import RETAIN
from ..state.records import Deposed, ResourceRecord


def upgraded_object(found: Deposed, probe: Probe, address: Address) -> Deposed:
    """A replaced object in its driver's present schema; raises DriverMissing."""
    recorded = Prior(found.inputs, found.driver_outputs, found.private, found.schema_version)
    new = probe.prior(found.driver, recorded, str(address))
    return replace(
        found,
        inputs=new.inputs,
        driver_outputs=new.outputs,
        private=new.private,
        schema_version=new.schema_version,
    )


def hands_over(record: ResourceRecord, probe: Probe) -> bool:
    """Whether a driver has something to hand over before the record is forgotten; forgetting alone needs no driver."""
    try:
        driver = probe.driver(record.driver, str(record.address))
    except DriverMissing:
        return False
    return record.owner is None and driver.offers(RETAIN)


def require_drivers(plan: Plan, recorded: Mapping[Address, ResourceRecord], probe: Probe) -> None:
    """Raise DriverMissing, before anything starts, where a step would call a driver that cannot take what is recorded."""
    for address, change in plan.changes.items():
        record = recorded.get(address)
        if record is None:
            continue
        if change.action is Action.RETAIN and hands_over(record, probe):
            probe.upgraded(record)
        if not (change.action.changes_world or record.deposed):
            continue
        for found in record.deposed:
            upgraded_object(found, probe, address)
        if change.action.changes_world:
            probe.upgraded(record)
