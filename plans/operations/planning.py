"""The verb *plan*: what an apply would do, as a value. Writes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import partial

from msgspec import Struct
from msgspec.structs import replace

from ...graph.address import Address
from ...graph.diagnostics import Diagnostic, did_you_mean
from ...graph.errors import InvalidInput
from ...graph.fingerprint import digest_bytes
from ...graph.resources import ResourceGraph
from ..access import SecretAccess
from ..adoption import Adoption, Adoptions, adoptions_of, unfit
from ..assemble import Parts, assemble, removals
from ..build import Asked, Built, Planner
from ..drift import Live, Lives, in_full
from ..dropped import dropped
from ..glance import Glance, Records
from ..moves import reused
from ..packing import packed
from ..plan import Origin, Plan
from ..probe import Probe
from ..protecting import protecting
from ..references import Reading, References
from ..referrers import referred_by
from ..removal import ALL, Removals, mass_delete
from ..rolling import ROLLBACK
from ..selection import Selection
from ..state.records import EnvironmentRecord
from ..state.store import Snapshot
from .committed import foretold, lacks_commit
from .compiling import Compiled, compile_environment
from .existing import check_existing
from .kinship import renamed_application
from .refreshing import look, unread
from .restoring import Restored
from .standing import remarks
from .workbench import PlanOptions, Workbench


class Planned(Struct, frozen=True):
    """A plan and the graph that it was made from; no graph where everything goes, from state alone."""

    plan: Plan
    graph: ResourceGraph | None


def make_plan(
    bench: Workbench,
    environment: EnvironmentRecord,
    options: PlanOptions,
    restored: Restored | None = None,
) -> Planned:
    """Plan one environment, from the files or from what was ``restored``.

    Raises InvalidInput with all problems of the files, StateError, DriverMissing.
    """
    if options.destroy:
        return Planned(_plan_destroy(bench, environment, options), None)
    compiled = compile_environment(bench, environment, options.images, restored)
    known = (*compiled.graph.nodes, *compiled.snapshot.resources)
    asked = _asked(options, known, compiled)
    rules = _rules(bench, options, compiled.snapshot, known)
    rules = replace(
        rules,
        dropped=partial(dropped, compiled.graph, compiled.application),
        protecting=protecting(
            compiled.catalog, compiled.graph.environment.type, _definitions(compiled.snapshot)
        ),
    )
    probe = Probe(bench.drivers, bench.workspace(environment))
    readings = _readings(bench, compiled.graph, probe, asked)
    check_existing(asked.rotate, asked.restart, compiled, probe)
    _check_replace(compiled.graph, asked)
    secrets = bench.secrets(environment, False)
    live = _live(bench, compiled, asked, secrets, options)
    glance = _glance(bench, compiled.snapshot.environment, probe, secrets, options)
    adoptions = Adoptions(_adoptions(compiled), probe, secrets)
    asked = replace(asked, adoptions=adoptions, live=live, glance=glance)
    planner = Planner(compiled.snapshot, probe, secrets, asked, rules, readings)
    built = planner.build(compiled.graph)
    reads = {a: reading.basis for a, reading in readings.items()}
    parts = replace(_parts(bench, compiled, built, asked, rules, options), reads=reads)
    plan = assemble(parts if glance is None else _with_removals_seen(parts, glance))
    found = mass_delete(plan.changes.values(), compiled.snapshot.resources, rules)
    if found is not None:
        raise InvalidInput(found)
    return Planned(plan, compiled.graph)


def _parts(
    bench: Workbench,
    compiled: Compiled,
    built: Built,
    asked: Asked,
    rules: Removals,
    options: PlanOptions,
) -> Parts:
    reader = bench.store.reader()
    refreshed = options.refresh and asked.selected is None and in_full(asked.live)
    live = {**asked.live, **built.live}
    application, catalog = packed(compiled.application.sources), packed(compiled.catalog.snapshot.files())
    origin = Origin(
        created=compiled.read,
        actor=bench.actor,
        serial=compiled.snapshot.environment.serial,
        kind=_kind(compiled, asked),
        application=digest_bytes(application),
        catalog=digest_bytes(catalog),
        catalog_revision=compiled.catalog.revision,
        images=compiled.graph.images,
        links=compiled.graph.links,
        overrides=compiled.application.overrides,
        lacks_commit=lacks_commit(compiled.catalog, compiled.graph.environment.type),
        variables=compiled.environment.variables,
        refreshed=refreshed,
        last_read=compiled.read if refreshed else compiled.snapshot.environment.last_read,
        rolled_back_to=compiled.source.rolled_back_to,
        roll_forward=options.roll_forward,
        targets=options.targets,
        excludes=options.excludes,
    )
    return Parts(
        snapshot=compiled.snapshot,
        store_id=reader.store_id,
        origin=origin,
        rules=rules,
        changes=built.changes,
        unchanged=built.unchanged,
        wanted=compiled.graph.nodes,
        selected=asked.selected,
        moves=compiled.moves,
        traces={a: compiled.graph.rivals(a) for a in built.changes},
        profiles={a: n.profiles for a in built.changes if (n := compiled.graph.nodes[a]).profiles},
        remarks=(*_said(bench, compiled, origin), *unread(live), *compiled.graph.remarks),
        live=live,
        blobs={digest_bytes(b): b for b in (application, catalog)},
    )


def _live(
    bench: Workbench, compiled: Compiled, asked: Asked, secrets: SecretAccess, options: PlanOptions
) -> Lives:
    """How the objects stand that the plan is about, where that is asked for."""
    if not options.refresh:
        return dict[Address, Live]()
    resources = compiled.snapshot.resources
    chosen = {a: r for a, r in resources.items() if asked.selected is None or a in asked.selected}
    return look(bench, compiled.snapshot.environment, chosen, secrets, options.parallelism)


def _glance(
    bench: Workbench,
    environment: EnvironmentRecord,
    probe: Probe,
    secrets: SecretAccess,
    options: PlanOptions,
) -> Glance | None:
    """What looks at the objects that the plan would change; None where all are looked at, or what runs is to run anew."""
    if options.refresh or options.rotate or options.restart:
        return None

    def look_at(resources: Records) -> Lives:
        return look(bench, environment, resources, secrets, options.parallelism)

    return Glance(probe, look_at, environment.paused)


def _with_removals_seen(parts: Parts, glance: Glance) -> Parts:
    """With how the objects stand that are deleted."""
    found = glance.at(removals(parts), parts.snapshot.resources)
    return replace(parts, live={**parts.live, **found}, remarks=(*parts.remarks, *unread(found)))


def _adoptions(compiled: Compiled) -> dict[Address, Adoption]:
    """What this environment is to adopt; raises InvalidInput where nobody asks for it."""
    problems = [d for d in _unfit(compiled) if d.is_error]
    if problems:
        raise InvalidInput(problems)
    return adoptions_of(compiled.application, compiled.snapshot.environment.name)


def _unfit(compiled: Compiled) -> Iterator[Diagnostic]:
    wanted = adoptions_of(compiled.application, compiled.snapshot.environment.name)
    return unfit(wanted, compiled.graph.nodes, compiled.snapshot.resources)


def _kin(bench: Workbench, compiled: Compiled) -> Iterator[Diagnostic]:
    if not compiled.snapshot.resources:
        found = renamed_application(bench.store.reader(), compiled.application)
        if found is not None:
            yield found


def _kind(compiled: Compiled, asked: Asked) -> str:
    if compiled.source.rolled_back_to is not None:
        return ROLLBACK
    return "rotate" if asked.rotate else "restart" if asked.restart else "apply"


def _said(bench: Workbench, compiled: Compiled, origin: Origin) -> Iterator[Diagnostic]:
    """What is to be known of the environment and of what was planned from, before what the files gave rise to."""
    if compiled.source.remark is not None:
        yield compiled.source.remark
    yield from _kin(bench, compiled)
    yield from _unfit(compiled)
    yield from reused(compiled.moves, compiled.graph.nodes)
    yield from remarks(bench.store.reader(), compiled.snapshot.environment, origin)
    yield from foretold(compiled.catalog, compiled.graph.environment.type)


def _plan_destroy(bench: Workbench, environment: EnvironmentRecord, options: PlanOptions) -> Plan:
    reader = bench.store.reader()
    snapshot = reader.snapshot(environment.uid)
    rules = _rules(bench, options, snapshot, tuple(snapshot.resources))
    origin = Origin(bench.now(), bench.actor, snapshot.environment.serial, kind="destroy")
    said = tuple(remarks(reader, snapshot.environment, origin))
    return assemble(Parts(snapshot, reader.store_id, origin, rules, remarks=said))


def _definitions(snapshot: Snapshot) -> Iterator[str]:
    """The names of the definitions by which the recorded resources were made."""
    return (str(record.definition.get("name")) for record in snapshot.resources.values())


def _readings(
    bench: Workbench, graph: ResourceGraph, probe: Probe, asked: Asked
) -> Mapping[Address, Reading]:
    """What the references read; raises InvalidInput, also for one that is asked to be replaced."""

    def is_reference(driver: str) -> bool:
        return probe.driver(driver, "the graph").reads_owner

    found = References(bench.store.reader()).readings(graph, is_reference, asked.selected)
    owned = [a for a in asked.replace if a in found]
    if owned:
        raise InvalidInput(
            Diagnostic(
                "cannot-replace",
                f"{a} is only read here, and cannot be replaced: it is {found[a].name}",
                address=str(a),
                hint="replace it where it belongs",
            )
            for a in owned
        )
    return found


def _check_replace(graph: ResourceGraph, asked: Asked) -> None:
    """Refuse to replace what the plan does not make; it would be passed over in silence."""
    gone = [
        Diagnostic("cannot-replace", f"{a} is not asked for any more, and cannot be replaced", address=str(a))
        for a in asked.replace
        if a not in graph.nodes
    ]
    left = [
        Diagnostic(
            "cannot-replace",
            f"{a} is to be replaced, and is left out of this plan",
            address=str(a),
            hint="leave out --exclude, or name it with --target, too",
        )
        for a in asked.replace
        if a in graph.nodes and asked.selected is not None and a not in asked.selected
    ]
    if gone or left:
        raise InvalidInput((*gone, *left))


def _rules(bench: Workbench, options: PlanOptions, snapshot: Snapshot, known: Iterable[Address]) -> Removals:
    named = _addresses([a for a in options.allow_destroy if a != ALL], known, "--allow-destroy")
    allowed = {str(a) for a in named} | ({ALL} & set(options.allow_destroy))
    return Removals(
        allowed=frozenset(allowed),
        ephemeral=snapshot.environment.expires is not None,
        everything=options.destroy,
        limit=options.allow_mass_delete,
        referrers=referred_by(bench.store.reader().referrers(snapshot.environment.uid)),
    )


def _asked(options: PlanOptions, known: Iterable[Address], compiled: Compiled) -> Asked:
    known = tuple(known)
    rotate = dict(zip(_addresses(options.rotate, known, "rotate"), options.rotate.values(), strict=True))
    return Asked(
        replace=_addresses(options.replace, known, "--replace"),
        restart=_addresses(options.restart, known, "restart"),
        rotate=rotate,
        selected=_selected(options, rotate, known, compiled),
        moves=compiled.moves,
    )


def _selected(
    options: PlanOptions, rotate: Iterable[Address], known: tuple[Address, ...], compiled: Compiled
) -> set[Address] | None:
    """What the plan is limited to; None for everything. A rotation is limited to what it is about."""
    if options.rotate:
        return compiled.graph.dag().touched(rotate)
    if not options.targets and not options.excludes:
        return None
    selection = Selection(compiled.graph.dag(), compiled.snapshot.resources)
    return selection.limited(
        _addresses(options.targets, known, "--target"), _addresses(options.excludes, known, "--exclude")
    )


def _addresses(texts: Iterable[str], known: Iterable[Address], flag: str) -> tuple[Address, ...]:
    """The addresses named, each of which must be known; raises InvalidInput naming every one that is not."""
    names = {str(a): a for a in known}
    found: list[Address] = []
    problems: list[Diagnostic] = []
    for text in texts:
        try:
            address = Address.parse(text)
        except ValueError as error:
            what, _, expected = str(error).partition("; ")
            problems.append(Diagnostic("bad-address", f"{flag}: {what}", hint=expected))
            continue
        if str(address) in names:
            found.append(address)
        else:
            hint = did_you_mean(text, names, noun="known")
            problems.append(
                Diagnostic("unknown-address", f"{flag}: there is no resource {address}", hint=hint)
            )
    if problems:
        raise InvalidInput(problems)
    return tuple(found)
