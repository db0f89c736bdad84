"""A Score file with the overrides that are for it, and which of them a problem comes from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from ...graph.diagnostics import Diagnostic, Place, Severity
from ...graph.narrow import is_map
from ..positions import Path, Positions, elsewhere, pointer, spot_of
from ..report import Report, dotted
from .overlay import Misplaced, Node, NotThere, merged, put, taken
from .overrides import Override

_MOST_NAMED = 3


def overridden(report: Report, overrides: Sequence[Override]) -> Report:
    """The same document with all overrides laid upon it, in their order; what cannot be laid is told.

    A part that an override gave stands, for whoever asks, in the overrides file or on the command line.
    """
    document = report.document
    if not overrides or not is_map(document.data):
        return report
    node: Node = (document.data, document.positions.root)
    for number, override in enumerate(overrides, 1):
        try:
            node = _laid(node, override, number)
        except Misplaced as problem:
            place = override.positions.at()
            report.findings.add(Diagnostic("bad-override", str(problem), place=place))
        except NotThere:
            place, where = override.positions.at(), dotted(override.path)
            message = f"the override takes away {where}, and there is none"
            report.findings.add(Diagnostic("override-not-used", message, Severity.WARNING, place=place))
    others = tuple(override.positions.file for override in overrides)
    positions = Positions(document.file, node[1], others)
    return replace(report, document=replace(document, data=node[0], positions=positions))


def explained(
    found: Iterable[Diagnostic], before: Iterable[Diagnostic], overrides: Sequence[Override]
) -> list[Diagnostic]:
    """The problems of an overridden file; ``before`` are those that it has without the overrides.

    One that is new and does not stand in an override names the overrides that it most likely comes from.
    """
    known = {(d.code, d.message) for d in before}
    files = {override.positions.file for override in overrides}
    told: list[Diagnostic] = []
    for problem in found:
        own = problem.place is not None and problem.place.file in files
        if own or (problem.code, problem.message) in known:
            told.append(problem)
        else:
            causes = ", ".join(map(str, _causes(problem, overrides)))
            told.append(replace(problem, message=f"{problem.message} (an override is why: {causes})"))
    return told


def _laid(under: Node, override: Override, number: int) -> Node:
    spots = elsewhere(override.positions.root, number)
    if not override.path:
        return merged(under, (override.value, spots))
    if override.value is None:
        return taken(under, override.path, spot_of(spots))
    return put(under, override.path, (override.value, spots))


def _causes(problem: Diagnostic, overrides: Sequence[Override]) -> list[Place]:
    """The parts of overrides that a problem most likely comes from.

    Before all others those whose key it names, then those that lie nearest to it, then those that take something away.
    """
    ranked = [
        (
            (f"'{path[-1]}'" in problem.message if path else False, _shared(problem.pointer, path), takes),
            place,
        )
        for override in overrides
        for path, place, takes in override.parts()
    ]
    best = max(rank for rank, _ in ranked)
    return list(dict.fromkeys(place for rank, place in ranked if rank == best))[:_MOST_NAMED]


def _shared(where: str | None, path: Path) -> int:
    """How many steps a pointer and a path have in common from the top."""
    steps, count = (where or "").split("/")[1:], 0
    for one, other in zip(steps, pointer(path).split("/")[1:], strict=False):
        if one != other:
            break
        count += 1
    return count
