"""Looks, before a plan is made, only at what it would change, so that nothing is overwritten that nobody has seen."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from msgspec import Struct

from ..drivers.sdk import CreateMode
from ..graph.address import Address
from ..graph.errors import BakehouseError
from .action import Action
from .change import Change
from .drift import Lives
from .probe import Probe
from .state.records import ResourceRecord

Records = Mapping[Address, ResourceRecord]

_TOUCHING = frozenset({Action.UPDATE, Action.REPLACE, Action.DELETE})
"""The actions that do something to an object which is there."""


class Glance(Struct, frozen=True):
    """What a plan that is not refreshed looks at; ``look`` asks the systems of several objects at once.

    Left out is what cannot be read, what a pause stops, and what is of a driver that plans against the real system: that
    looks for itself, and applies only what was reviewed.
    """

    probe: Probe
    look: Callable[[Records], Lives]
    paused: bool = False

    def may_look(self, recorded: Records) -> bool:
        """Whether any of these could be worth a look."""
        drivers = {record.driver: record for record in recorded.values()}
        return any(self._readable(record) for record in drivers.values())

    def at(self, changes: Mapping[Address, Change], recorded: Records) -> Lives:
        """How the objects stand that these changes would touch."""
        chosen = {
            a: recorded[a]
            for a, change in changes.items()
            if a in recorded and _touches(change) and self._concerns(recorded[a])
        }
        return self.look(chosen) if chosen else {}

    def _concerns(self, record: ResourceRecord) -> bool:
        return self._readable(record) and not (record.runtime and self.paused)

    def _readable(self, record: ResourceRecord) -> bool:
        try:
            driver = self.probe.driver(record.driver, str(record.address))
        except BakehouseError:
            return False
        offers = driver.create_mode is not CreateMode.PURE and driver.offers("read")
        return offers and not driver.plans_live


def _touches(change: Change) -> bool:
    return change.action in _TOUCHING and not change.record_only and change.owner is None
