"""What an apply would do, object by object: the chart as rendered now, against what the release has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from msgspec.structs import replace

from ....graph.narrow import is_map
from ....graph.values import Unknown, Value, has_secret, has_unknown, leaves
from ...sdk import Conflict, Context, Fault, PermanentFault, Proposal, TransientFault
from ..kubernetes.differences import differences
from ..kubernetes.foreseen import Foreseen
from ..kubernetes.models import COMPLETE
from ..kubernetes.objects import Identity, Object, metadata
from ..kubernetes.wanted import Offline
from .chart import Chart
from .manifests import events, identity, is_kept, objects
from .masking import hidden, masked, shown, without_data
from .models import HelmInputs
from .program import Program
from .release import DEPLOYED, Release, check, look
from .rendering import Rendered, rendered
from .review import ANYTHING
from .standins import Standins
from .values import open_values

_DECISIVE = ("chart", "repository", "version", "release", "namespace")
_UNSURE = ("helm-failed", "chart-invalid", "not-ready")
"""Codes of a failed rendering that may come of a stand-in."""


def propose(context: Context, planned: Mapping[str, Value]) -> Proposal:
    """The proposal. Reads only. Raises faults."""
    if any(has_unknown(planned.get(name)) for name in _DECISIVE) or not is_map(planned.get("values", {})):
        return Proposal("update", nested=(ANYTHING,), notes=(f"what the chart makes is {_later(planned)}",))
    given = {n: v for n, v in planned.items() if n == "values" or not has_unknown(v)}
    asked = _Asked(context, HelmInputs.model_validate(given))
    try:
        return _compared(asked, planned)
    except Conflict as fault:
        return Proposal("update", refused=f"{fault.message}; {fault.hint}")
    except PermanentFault as fault:
        if fault.code not in _UNSURE or not has_unknown(planned.get("values")):
            raise
        why = fault.message.partition(": ")[2]
        note = f"what the chart makes is {_later(planned)}; it cannot be rendered without: {why}"
        return Proposal("update", nested=(ANYTHING,), notes=(note,))


def looked(context: Context, inputs: HelmInputs) -> list[Foreseen]:
    """What an apply of these inputs would do, right before it; what is hidden still compares as what it is.

    Reads only. Raises faults.
    """
    asked = _Asked(context, inputs)
    release = asked.live()
    upgrade = asked.upgrades(release)
    flags = asked.flags(upgrade=upgrade)
    before = _before(asked, release, flags) if upgrade else {}
    return _foreseen(before, asked.named(_after(asked, flags).objects))


def told_of(found: Sequence[Foreseen]) -> tuple[Mapping[str, Any], ...]:
    """What was foreseen as data of a plan, without what stays as it is and without what must not be seen."""
    return tuple(
        replace(item, changes=tuple(shown(change) for change in item.changes)).plain()
        for item in found
        if item.action != "no-op"
    )


@dataclass
class _Asked:
    """One resource that is planned. ``away`` says why the cluster was not asked."""

    context: Context
    inputs: HelmInputs
    away: str | None = None

    def __post_init__(self) -> None:
        self.chart = chart_of(self.inputs)
        self.program = program_of(self.context, self.inputs)

    def live(self) -> Release | None:
        """The release; raises :class:`Conflict` where it is another's. None where the cluster does not answer, too."""
        try:
            found = look(self.program)
        except TransientFault as fault:
            if fault.code != "cluster-unreachable":
                raise
            self.away = fault.message.partition(": ")[2]
            return None
        check(found, self.context, f"{self.program.namespace}/{self.program.release}")
        return None if found is not None and found.is_going else found

    def upgrades(self, release: Release | None) -> bool:
        """Whether there is a release to go on from, as far as anybody can say."""
        return release is not None or (self.away is not None and self.context.prior is not None)

    def flags(self, *, upgrade: bool) -> tuple[str, ...]:
        """How the program is to render."""
        asks = () if self.away else ("--dry-run=server",)
        return (*asks, "--is-upgrade" if upgrade else "--include-crds")

    def named(self, found: Sequence[Object]) -> dict[Identity, Object]:
        """Objects by what they are called."""
        return {identity(item, self.program.namespace, Offline()): item for item in found}


def chart_of(inputs: HelmInputs) -> Chart:
    """The chart that the inputs name."""
    return Chart(inputs.chart, inputs.repository, inputs.version)


def program_of(context: Context, inputs: HelmInputs) -> Program:
    """The program, about the release that the inputs name."""
    return Program(context, inputs.release or context.slug, inputs.namespace)


def _compared(asked: _Asked, planned: Mapping[str, Value]) -> Proposal:
    context = asked.context
    release = asked.live()
    upgrade = asked.upgrades(release)
    flags = asked.flags(upgrade=upgrade)
    after = _after(asked, flags)
    before = _before(asked, release, flags) if upgrade else {}
    now = asked.named(after.objects)
    told = told_of(_foreseen(before, now))
    same = not told and context.prior is not None and context.prior.inputs == planned
    settled = asked.away is not None or (release is not None and release.status == DEPLOYED)
    return Proposal(
        "no-op" if same and settled else "update",
        outputs=_outputs(asked, planned),
        nested=told,
        notes=tuple(_notes(asked, after, before, now, upgrade=upgrade)),
    )


def _after(asked: _Asked, flags: tuple[str, ...]) -> Rendered:
    """What would come, with everything hidden that a secret went into."""
    values = asked.inputs.values
    real = rendered(asked.program, asked.chart, values, Standins("a", asked.context.reveal), flags)
    twin = rendered(asked.program, asked.chart, values, Standins("b"), flags)
    return Rendered(_masked(asked, real.objects, twin.objects), real.hooks, real.notes)


def _before(asked: _Asked, release: Release | None, flags: tuple[str, ...]) -> dict[Identity, Object]:
    """What the release has, or where nobody can say, what was recorded would give."""
    prior = asked.context.prior
    inputs = asked.inputs if prior is None else HelmInputs.model_validate(prior.inputs)
    chart = chart_of(inputs)
    if release is None:
        real = rendered(
            asked.program, chart, inputs.values, Standins("a", asked.context.reveal), flags
        ).objects
    else:
        real = tuple(objects(asked.program.about("get", "manifest")))
    if release is None or has_secret(inputs.values):
        try:
            twin = rendered(asked.program, chart, inputs.values, Standins("b"), flags).objects
        except Fault:
            twin = ()
        return asked.named(_masked(asked, real, twin))
    return asked.named([without_data(item) for item in real])


def _masked(asked: _Asked, real: Sequence[Object], twin: Sequence[Object]) -> tuple[Object, ...]:
    """An object that the twin has no counterpart of is hidden but for what it is called."""
    others = asked.named(twin)
    found = asked.named(real)
    return tuple(
        without_data(masked(item, others[name]) if name in others else _alone(item))
        for name, item in found.items()
    )


def _alone(found: Object) -> Object:
    names = {name: metadata(found)[name] for name in ("name", "namespace") if name in metadata(found)}
    hollow = {**hidden(metadata(found)), **names}
    return {**hidden(found), "apiVersion": found["apiVersion"], "kind": found["kind"], "metadata": hollow}


def _foreseen(before: Mapping[Identity, Object], now: Mapping[Identity, Object]) -> list[Foreseen]:
    gone = (Foreseen(str(name), "delete") for name, found in before.items() if _goes(name, found, now))
    return [*_changed(before, now), *gone]


def _changed(before: Mapping[Identity, Object], now: Mapping[Identity, Object]) -> Iterator[Foreseen]:
    known = {name.key: item for name, item in before.items()}
    for name, item in now.items():
        if name.key not in known:
            yield Foreseen(str(name), "create")
            continue
        changes = tuple(differences(known[name.key], item))
        yield Foreseen(str(name), "update" if changes else "no-op", changes)


def _goes(name: Identity, found: Object, now: Mapping[Identity, Object]) -> bool:
    return name.key not in {other.key for other in now} and not is_kept(found)


def _notes(
    asked: _Asked,
    after: Rendered,
    before: Mapping[Identity, Object],
    now: Mapping[Identity, Object],
    *,
    upgrade: bool,
) -> Iterator[str]:
    yield from after.notes
    if asked.away is not None:
        yield f"not asked of the cluster, compared with what was recorded: {asked.away}"
    elif asked.context.prior is not None and not upgrade:
        yield "the release is gone, and is installed again"
    for name, item in asked.named(after.hooks).items():
        when = [e for e in events(item) if e.endswith("-upgrade" if upgrade else "-install")]
        if when:
            yield f"runs the hook {name} ({', '.join(when)})"
    gone = {other.key for other in now}
    for name, item in before.items():
        if name.key not in gone and is_kept(item):
            yield f"{name} leaves the release and is kept (helm.sh/resource-policy)"


def _outputs(asked: _Asked, planned: Mapping[str, Value]) -> dict[str, Value]:
    known: dict[str, Value] = {
        "release": asked.program.release,
        "namespace": asked.program.namespace,
        "status": DEPLOYED,
        "values": open_values(planned.get("values", {})),
        "condition": COMPLETE,
    }
    version = asked.chart.known_version
    return known if version is None else {**known, "version": version}


def _later(planned: Value) -> str:
    sources = {str(leaf.source) for leaf in leaves(planned) if isinstance(leaf, Unknown)}
    return f"known after {', '.join(sorted(sources))}"
