"""One entry of ``spec.moved``: which recorded addresses it is about, and where they go."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct

from ...graph.address import Address
from ...graph.application import Application
from ...graph.diagnostics import Place


class Entry(Struct, frozen=True):
    """``source`` goes to ``target``: two addresses, or with ``of_workload`` two names of one workload."""

    source: str
    target: str
    of_workload: bool = False
    place: Place | None = None

    def leads(self, address: Address) -> Address | None:
        """Where the entry leads what is at ``address``; None where it is not about it.

        A workload takes everything along whose id is its name or starts with ``NAME.``.
        """
        if not self.of_workload:
            return Address.parse(self.target) if address == Address.parse(self.source) else None
        if address.id == self.source:
            return Address(address.type, address.class_, self.target)
        if address.id.startswith(f"{self.source}."):
            return Address(
                address.type, address.class_, f"{self.target}{address.id.removeprefix(self.source)}"
            )
        return None

    def of(self, addresses: Iterable[Address]) -> dict[Address, Address]:
        """What of ``addresses`` the entry is about, in order, and where it leads."""
        if not self.of_workload:
            source = Address.parse(self.source)
            return {source: Address.parse(self.target)} if source in addresses else {}
        found = ((a, self.leads(a)) for a in sorted(addresses))
        return {a: target for a, target in found if target is not None}


def entries_of(application: Application) -> tuple[Entry, ...]:
    """The application's entries in the order in which they stand."""
    places = application.places
    return tuple(
        _entry(written, places.at("spec", "moved", index) if places else None)
        for index, written in enumerate(application.moved)
    )


def followed(images: Mapping[str, str], entries: Iterable[Entry], workloads: Iterable[str]) -> dict[str, str]:
    """Images by ``WORKLOAD/CONTAINER`` under the names that renamed workloads have now.

    A name that a workload still has, or that was given an image of its own, keeps it.
    """
    present, found = set(workloads), dict(images)
    for entry in entries:
        if not entry.of_workload or entry.source in present:
            continue
        for key in [k for k in found if k.partition("/")[0] == entry.source]:
            found.setdefault(f"{entry.target}/{key.partition('/')[2]}", found.pop(key))
    return found


def _entry(written: Mapping[str, str], place: Place | None) -> Entry:
    if "workload" in written:
        return Entry(written["workload"], written["to"], True, place)
    return Entry(written["from"], written["to"], False, place)
