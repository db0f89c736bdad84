"""What a plan is limited to by ``--target`` and ``--exclude``: what is left out keeps all that it stands on. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping

from ..graph.address import Address
from ..graph.dag import Dag
from .state.records import ResourceRecord


class Selection:
    """The wanted graph beside what is recorded: who depends on whom, now and from then on."""

    def __init__(self, wanted: Dag[Address], recorded: Mapping[Address, ResourceRecord]) -> None:
        self._wanted = wanted
        self._wanted_users = wanted.reverse()
        self._known = {*wanted, *recorded}
        self._removed = recorded.keys() - set(wanted)
        self._stands_on = {a: {e.target for e in r.edges} for a, r in recorded.items()}
        self._users: defaultdict[Address, set[Address]] = defaultdict(set)
        for address, targets in self._stands_on.items():
            for target in targets:
                self._users[target].add(address)

    def limited(self, targets: Collection[Address], excludes: Collection[Address]) -> set[Address]:
        """What is left of everything: the targets with what they need, without the excluded and what hangs on these."""
        chosen = _closure(targets, self._needed_for) if targets else self._known
        return chosen - _closure(excludes, self._hanging_on)

    def _needed_for(self, address: Address) -> Iterable[Address]:
        """What else must be planned: dependencies, and of what is to go all that still uses it."""
        return self._users[address] if address in self._removed else self._wanted.dependencies(address)

    def _hanging_on(self, address: Address) -> Iterable[Address]:
        """What cannot be planned without it: dependants, and what is to go and is still used by it."""
        still_used = self._stands_on.get(address, set[Address]()) & self._removed
        if address in self._removed:
            return still_used
        return {*still_used, *self._wanted_users.dependencies(address)}


def _closure(start: Iterable[Address], more: Callable[[Address], Iterable[Address]]) -> set[Address]:
    found: set[Address] = set()
    waiting = list(start)
    while waiting:
        address = waiting.pop()
        if address not in found:
            found.add(address)
            waiting.extend(more(address))
    return found
