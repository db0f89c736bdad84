"""Matching traces as plain data: each distinct one once, because many resources share theirs. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ..graph.address import Address
from ..graph.diagnostics import Place
from ..graph.resources import Candidate

Trace = tuple[Candidate, ...]


class Table:
    """Distinct traces in the order first met; ``index`` says which one an address has, None without any."""

    def __init__(self, traces: Mapping[Address, Trace], addresses: Iterable[Address]) -> None:
        rows: dict[int, int] = {}
        self.rows: list[list[dict[str, Any]]] = []
        self.index: dict[Address, int | None] = {}
        for address in addresses:
            trace = traces.get(address)
            if trace is not None and id(trace) not in rows:
                rows[id(trace)] = len(self.rows)
                self.rows.append([candidate_body(c) for c in trace])
            self.index[address] = None if trace is None else rows[id(trace)]


def candidate_body(found: Candidate) -> dict[str, Any]:
    """A candidate as plain data."""
    place = found.place
    return {
        "definition": found.definition,
        "layer": found.layer,
        "place": None if place is None else {"file": place.file, "line": place.line, "column": place.column},
        "criterion": None if found.criterion is None else dict(found.criterion),
        "rank": None if found.rank is None else list(found.rank),
        "lost": found.lost,
    }


def candidate_from(body: Mapping[str, Any]) -> Candidate:
    """The candidate that :func:`candidate_body` wrote."""
    place, rank = body["place"], body["rank"]
    return Candidate(
        definition=body["definition"],
        layer=body["layer"],
        place=None if place is None else Place(place["file"], place["line"], place["column"]),
        criterion=body["criterion"],
        rank=None if rank is None else tuple(rank),
        lost=body["lost"],
    )
