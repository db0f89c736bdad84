"""Criteria of a catalog that get in each other's way whatever the application: equal ones, and ones never reached."""

from __future__ import annotations

from collections.abc import Iterator

from ..graph.address import DEFAULT_CLASS
from ..graph.diagnostics import Diagnostic, Place, Severity
from .catalog import BUILT_IN_PACKS, Catalog, Criterion, Layer, ResourceDefinition
from .match import ANY

_Held = tuple[ResourceDefinition, Criterion]


def overlaps(catalog: Catalog) -> Iterator[Diagnostic]:
    """What can be said of matching without any resource.

    Two definitions of one layer with an equal criterion are an error, because whatever it holds for they meet equally
    well. A criterion that a nearer layer covers wholly can never match, which is a warning; not so for the built-in
    packs, which are there to be overruled.
    """
    for number, layer in enumerate(catalog.layers):
        nearer = catalog.layers[:number]
        for type_, definitions in layer.by_type.items():
            held = [(d, c) for d in definitions for c in d.match]
            open_ones: list[_Held] = []
            for definition, criterion in held:
                above = _covering(nearer, type_, criterion)
                if above is None:
                    open_ones.append((definition, criterion))
                elif layer.name not in BUILT_IN_PACKS:
                    yield _never(definition, criterion, *above)
            yield from _equals(open_ones)


def _equals(held: list[_Held]) -> Iterator[Diagnostic]:
    seen: dict[tuple[str | None, ...], ResourceDefinition] = {}
    for definition, criterion in held:
        other = seen.setdefault(_key(criterion), definition)
        if other is not definition:
            what = ", ".join(f"{k} {v}" for k, v in criterion.written().items()) or "everything"
            yield Diagnostic(
                "ambiguous-definition",
                f"definitions match equally well: {other.name} ({other.place}) and "
                f"{definition.name} ({definition.place}) both match {what}",
                place=_spot(definition, criterion),
                hint="make one of them more specific",
            )


def _never(
    definition: ResourceDefinition, criterion: Criterion, nearer: ResourceDefinition, by: Criterion
) -> Diagnostic:
    return Diagnostic(
        "definition-never-matches",
        f"'{definition.name}' can never match here: {nearer.name} ({_spot(nearer, by)}) of the nearer layer "
        f"'{nearer.layer}' takes everything that this is for",
        Severity.WARNING,
        place=_spot(definition, criterion),
        hint="take the criterion out, or make the nearer one more specific",
    )


def _covering(
    nearer: tuple[Layer, ...], type_: str, criterion: Criterion
) -> tuple[ResourceDefinition, Criterion] | None:
    for layer in nearer:
        for definition in layer.by_type.get(type_, ()):
            for other in definition.match:
                if _covers(_key(other), _key(criterion)):
                    return definition, other
    return None


def _key(criterion: Criterion) -> tuple[str | None, ...]:
    """The parts that are named; for a definition no class is the class ``default``, and ``"*"`` names none."""
    class_ = criterion.class_ or DEFAULT_CLASS
    return (
        criterion.id,
        criterion.environment,
        criterion.application,
        criterion.environment_type,
        None if class_ == ANY else class_,
    )


def _covers(wide: tuple[str | None, ...], narrow: tuple[str | None, ...]) -> bool:
    return all(w is None or w == n for w, n in zip(wide, narrow, strict=True))


def _spot(definition: ResourceDefinition, criterion: Criterion) -> Place:
    index = next(i for i, c in enumerate(definition.match) if c is criterion)
    return definition.places.at("match", index)
