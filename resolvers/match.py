"""The most specific definition wins, and the trace says why the others lost."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct

from ..graph.address import DEFAULT_CLASS, Address
from ..graph.resources import Candidate
from .catalog import Catalog, Criterion, ResourceDefinition
from .index import Index, Key

Rank = tuple[int, int, int, int, int]
"""1 where a criterion names id, environment, application, environment type, class; compared from the left."""

ANY = "*"


class Subject(Struct, frozen=True):
    """What criteria are compared with: one resource in its environment."""

    application: str
    environment: str
    environment_type: str
    class_: str = DEFAULT_CLASS
    id: str = ""


def rank(criterion: Criterion, *, absent_class: int = 0) -> Rank:
    """How specific a criterion is. An absent class counts as ``absent_class``; ``"*"`` is never specific."""
    class_ = absent_class if criterion.class_ is None else int(criterion.class_ != ANY)
    return (
        int(criterion.id is not None),
        int(criterion.environment is not None),
        int(criterion.application is not None),
        int(criterion.environment_type is not None),
        class_,
    )


def refusal(criterion: Criterion, subject: Subject, *, absent_class: str = ANY) -> str | None:
    """Why a criterion does not hold, or None. An absent class means ``absent_class``."""
    pairs = (
        ("id", criterion.id, subject.id),
        ("environment", criterion.environment, subject.environment),
        ("application", criterion.application, subject.application),
        ("environment type", criterion.environment_type, subject.environment_type),
    )
    for what, wanted, found in pairs:
        if wanted is not None and wanted != found:
            return f"wants {what} '{wanted}', this is '{found}'"
    class_ = criterion.class_ or absent_class
    if class_ not in (ANY, subject.class_):
        return f"wants class '{class_}', this is '{subject.class_}'"
    return None


def best(
    criteria: Iterable[Criterion], subject: Subject, *, absent_class: str = ANY
) -> tuple[Criterion, Rank] | None:
    """The criterion of highest rank that holds, the first of equals; None where none does."""
    weight = int(absent_class != ANY)
    found: tuple[Criterion, Rank] | None = None
    for criterion in criteria:
        if refusal(criterion, subject, absent_class=absent_class) is None:
            this = rank(criterion, absent_class=weight)
            if found is None or this > found[1]:
                found = (criterion, this)
    return found


class Match(Struct, frozen=True):
    """What matching gave: the winner, or the equals that none of which wins, or nothing.

    ``hides`` are more specific definitions of farther layers that the winner hides.
    """

    winner: ResourceDefinition | None
    equals: tuple[ResourceDefinition, ...] = ()
    hides: tuple[ResourceDefinition, ...] = ()


class _Scored(Struct, frozen=True):
    definition: ResourceDefinition
    layer: int
    found: tuple[Criterion, Rank] | None


class Matcher:
    """Answers for every address of one environment which definition meets it.

    Pure and remembered. Criteria are compared with the environment once for each type and filed by the id and the
    class that they name, so that matching all resources costs no more than reading both lists once.
    """

    def __init__(self, catalog: Catalog, application: str, environment: str, environment_type: str) -> None:
        self._catalog = catalog
        self._context = (application, environment, environment_type)
        self._indexes: dict[str, Index[_Scored]] = {}
        self._holding: dict[tuple[str, Key], list[_Scored]] = {}
        self._matches: dict[tuple[str, Key], Match] = {}
        self._rivals: dict[tuple[str, Key], tuple[Candidate, ...]] = {}

    def match(self, address: Address) -> Match:
        """The definition for an address, or why there is none."""
        key = self._key(address)
        if key not in self._matches:
            self._matches[key] = self._decide(self._holds(key))
        return self._matches[key]

    def rivals(self, address: Address) -> tuple[Candidate, ...]:
        """The definitions that hold for an address, the winner first, then as near to winning as they came.

        Addresses that no criterion tells apart share one tuple.
        """
        key = self._key(address)
        if key not in self._rivals:
            self._rivals[key] = self._candidates(self._holds(key), self.match(address), address)
        return self._rivals[key]

    def trace(self, address: Address) -> tuple[Candidate, ...]:
        """Every definition of the address's type: the rivals, then those that do not hold for it."""
        return self._candidates(self._scored(address), self.match(address), address)

    def _key(self, address: Address) -> tuple[str, Key]:
        """Addresses with equal keys are matched alike."""
        return address.type, self._index(address.type).key(address.id, address.class_)

    def _index(self, type_: str) -> Index[_Scored]:
        if type_ not in self._indexes:
            self._indexes[type_] = self._filed(type_)
        return self._indexes[type_]

    def _filed(self, type_: str) -> Index[_Scored]:
        """The criteria of a type that hold in this environment, for resources of the id and class that they name."""
        index: Index[_Scored] = Index()
        for number, definition in self._definitions(type_):
            for criterion in definition.match:
                class_ = criterion.class_ or DEFAULT_CLASS
                if refusal(criterion, Subject(*self._context, class_, criterion.id or "")) is None:
                    found = (criterion, rank(criterion, absent_class=1))
                    named = None if class_ == ANY else class_
                    index.put(criterion.id, named, _Scored(definition, number, found))
        return index

    def _holds(self, key: tuple[str, Key]) -> list[_Scored]:
        """The definitions that hold for a key, each with its best criterion, by layer and name."""
        if key not in self._holding:
            found: dict[int, _Scored] = {}
            for scored in self._index(key[0]).find(key[1]):
                other = found.setdefault(id(scored.definition), scored)
                if _weight(scored) > _weight(other):
                    found[id(scored.definition)] = scored
            self._holding[key] = sorted(found.values(), key=lambda s: (s.layer, s.definition.name))
        return self._holding[key]

    def _definitions(self, type_: str) -> Iterator[tuple[int, ResourceDefinition]]:
        for number, layer in enumerate(self._catalog.layers):
            for definition in layer.by_type.get(type_, ()):
                yield number, definition

    def _subject(self, address: Address) -> Subject:
        return Subject(*self._context, address.class_, address.id)

    def _scored(self, address: Address) -> list[_Scored]:
        subject = self._subject(address)
        return [
            _Scored(definition, number, best(definition.match, subject, absent_class=DEFAULT_CLASS))
            for number, definition in self._definitions(address.type)
        ]

    @staticmethod
    def _decide(scored: list[_Scored]) -> Match:
        matching = [(s.layer, s.found[1], s.definition) for s in scored if s.found]
        if not matching:
            return Match(None)
        nearest = min(layer for layer, _, _ in matching)
        top = max(rank for layer, rank, _ in matching if layer == nearest)
        winners = tuple(d for layer, rank, d in matching if layer == nearest and rank == top)
        hidden = tuple(d for layer, rank, d in matching if layer > nearest and rank > top)
        return Match(winners[0], (), hidden) if len(winners) == 1 else Match(None, winners, hidden)

    def _candidates(self, scored: list[_Scored], chosen: Match, address: Address) -> tuple[Candidate, ...]:
        ordered = sorted(scored, key=lambda s: _order(s, chosen))
        return tuple(self._candidate(s, chosen, address) for s in ordered)

    def _candidate(self, scored: _Scored, chosen: Match, address: Address) -> Candidate:
        definition = scored.definition
        criterion, rank = scored.found or (None, None)
        return Candidate(
            definition.name,
            definition.layer,
            definition.place,
            None if criterion is None else criterion.written(),
            rank,
            self._why_lost(scored, chosen, address),
        )

    def _why_lost(self, scored: _Scored, chosen: Match, address: Address) -> str | None:
        definition = scored.definition
        if definition is chosen.winner:
            return None
        if scored.found is None:
            subject = self._subject(address)
            reasons = [refusal(c, subject, absent_class=DEFAULT_CLASS) or "" for c in definition.match]
            return "; or ".join(dict.fromkeys(reasons))
        if any(d is definition for d in chosen.equals):
            others = ", ".join(d.name for d in chosen.equals if d is not definition)
            return f"as specific as {others}, so none of them is chosen"
        leader = chosen.winner or chosen.equals[0]
        if leader.layer != definition.layer:
            return f"hidden by layer '{leader.layer}', where {leader.name} matches"
        return f"less specific than {leader.name}"


def _weight(scored: _Scored) -> tuple[int, ...]:
    return scored.found[1] if scored.found else ()


def _order(scored: _Scored, chosen: Match) -> tuple[bool, bool, int, tuple[int, ...], str]:
    return (
        scored.definition is not chosen.winner,
        scored.found is None,
        scored.layer,
        tuple(-part for part in _weight(scored)),
        scored.definition.name,
    )
