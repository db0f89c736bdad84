"""The verb *plan*: what an apply would do, as a value. Writes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import orjson

from ...graph.address import Address
from ...graph.diagnostics import Diagnostic, did_you_mean
from ...graph.errors import InvalidInput
from ...graph.fingerprint import digest_bytes
from ...graph.resources import ResourceGraph
from ..assemble import Parts, assemble
from ..build import Asked, Built, Planner
from ..plan import Origin, Plan
from ..probe import Probe
from ..removal import ALL, Removals, mass_delete
from ..state.records import EnvironmentRecord
from ..state.store import Snapshot
from .committed import foretold, lacks_commit
from .compiling import Compiled, compile_environment
from .existing import check_existing
from .workbench import PlanOptions, Workbench


@dataclass(frozen=True)
class Planned:
    """A plan and the graph that it was made from; no graph where everything goes, from state alone."""

    plan: Plan
    graph: ResourceGraph | None


def make_plan(bench: Workbench, environment: EnvironmentRecord, options: PlanOptions) -> Planned:
    """Plan one environment. Raises InvalidInput with all problems of the files, StateError, DriverMissing."""
    if options.destroy:
        return Planned(_plan_destroy(bench, environment, options), None)
    created = bench.now()
    compiled = compile_environment(bench, environment, options.images)
    known = (*compiled.graph.nodes, *compiled.snapshot.resources)
    asked = _asked(options, known, compiled)
    rules = _rules(options, compiled.snapshot, known)
    probe = Probe(bench.drivers, bench.workspace(environment))
    check_existing(asked.rotate, asked.restart, compiled, probe)
    secrets = bench.secrets(environment, False)
    built = Planner(compiled.snapshot, probe, secrets.version_of, asked, rules).build(compiled.graph)
    plan = assemble(_parts(bench, compiled, built, asked, rules, created))
    found = mass_delete(plan.changes.values(), compiled.snapshot.resources, rules)
    if found is not None:
        raise InvalidInput(found)
    return Planned(plan, compiled.graph)


def _parts(
    bench: Workbench, compiled: Compiled, built: Built, asked: Asked, rules: Removals, created: str
) -> Parts:
    application, catalog = _packed(compiled.application.sources), _packed(compiled.catalog.snapshot.files())
    kind = "rotate" if asked.rotate else "restart" if asked.restart else "apply"
    origin = Origin(
        created=created,
        actor=bench.actor,
        serial=compiled.snapshot.environment.serial,
        kind=kind,
        application=digest_bytes(application),
        catalog=digest_bytes(catalog),
        catalog_revision=compiled.catalog.revision,
        images=compiled.graph.images,
        links=compiled.graph.links,
        lacks_commit=lacks_commit(compiled.catalog, compiled.graph.environment.type),
    )
    return Parts(
        snapshot=compiled.snapshot,
        store_id=bench.store.reader().store_id,
        origin=origin,
        rules=rules,
        changes=built.changes,
        unchanged=built.unchanged,
        wanted=compiled.graph.nodes,
        selected=asked.selected,
        traces={a: compiled.graph.trace(a) for a in built.changes},
        remarks=(*foretold(compiled.catalog, compiled.graph.environment.type), *compiled.graph.remarks),
        blobs={digest_bytes(b): b for b in (application, catalog)},
    )


def _plan_destroy(bench: Workbench, environment: EnvironmentRecord, options: PlanOptions) -> Plan:
    reader = bench.store.reader()
    snapshot = reader.snapshot(environment.uid)
    rules = _rules(options, snapshot, tuple(snapshot.resources))
    origin = Origin(bench.now(), bench.actor, snapshot.environment.serial, kind="destroy")
    return assemble(Parts(snapshot, reader.store_id, origin, rules))


def _rules(options: PlanOptions, snapshot: Snapshot, known: Iterable[Address]) -> Removals:
    named = _addresses([a for a in options.allow_destroy if a != ALL], known, "--allow-destroy")
    allowed = {str(a) for a in named} | ({ALL} & set(options.allow_destroy))
    return Removals(
        allowed=frozenset(allowed),
        ephemeral=snapshot.environment.expires is not None,
        everything=options.destroy,
        limit=options.allow_mass_delete,
    )


def _asked(options: PlanOptions, known: Iterable[Address], compiled: Compiled) -> Asked:
    known = tuple(known)
    rotate = dict(zip(_addresses(options.rotate, known, "rotate"), options.rotate.values(), strict=True))
    return Asked(
        replace=_addresses(options.replace, known, "--replace"),
        restart=_addresses(options.restart, known, "restart"),
        rotate=rotate,
        selected=_selected(options, known, compiled),
    )


def _selected(options: PlanOptions, known: tuple[Address, ...], compiled: Compiled) -> set[Address] | None:
    if not options.targets and not options.excludes:
        return None
    dag = compiled.graph.dag()
    chosen = set(known)
    if options.targets:
        chosen = dag.ancestors(wanted := _addresses(options.targets, known, "--target")) | set(wanted)
    if options.excludes:
        chosen -= dag.reverse().ancestors(left := _addresses(options.excludes, known, "--exclude")) | set(
            left
        )
    return chosen


def _addresses(texts: Iterable[str], known: Iterable[Address], flag: str) -> tuple[Address, ...]:
    """The addresses named, each of which must be known; raises InvalidInput naming every one that is not."""
    names = {str(a): a for a in known}
    found: list[Address] = []
    problems: list[Diagnostic] = []
    for text in texts:
        try:
            address = Address.parse(text)
        except ValueError as error:
            problems.append(Diagnostic("bad-address", f"{flag}: {error}"))
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


def _packed(files: Mapping[str, bytes]) -> bytes:
    """Files as one canonical blob: sorted JSON of latin-1 text, which keeps every byte."""
    return orjson.dumps({name: content.decode("latin-1") for name, content in sorted(files.items())})
