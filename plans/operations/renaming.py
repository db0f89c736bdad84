"""The verbs *state mv* and *state rename*: other names for what is recorded, under the lease. Nothing else is touched."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack

from msgspec import Struct
from msgspec.structs import replace

from ...graph.address import Address
from ...graph.command import command
from ...graph.diagnostics import Diagnostic, Severity, did_you_mean, nearest
from ...graph.errors import BakehouseError, InvalidInput
from ..moves import writes_of
from ..referrers import named
from ..state.holder import current_holder
from ..state.records import EnvironmentRecord, ResourceRecord
from ..state.store import Snapshot, StateReader
from .compiling import compile_environment
from .environments import may_be_named, select
from .workbench import Workbench


class Renamed(Struct, frozen=True):
    """An environment under its new names, and what it was called before."""

    before: EnvironmentRecord
    now: EnvironmentRecord


def move_resource(
    bench: Workbench, environment: EnvironmentRecord, source: Address, target: Address, wait: float = 0.0
) -> ResourceRecord:
    """Give a recorded resource another address; every recorded edge to it follows, and the birth count stays behind.

    A backup is written first. Raises InvalidInput where nothing is recorded at ``source``, or something at ``target``;
    LeaseHeld, StateError.
    """
    holder = current_holder(bench.actor, "bakehouse state mv")
    with bench.store.hold(environment.uid, holder, wait=wait) as writer:
        snapshot = bench.store.reader().snapshot(environment.uid)
        _check(source, target, snapshot)
        bench.store.backup()
        writer.commit(writes_of(snapshot, {source: target}))
    return bench.store.reader().snapshot(environment.uid).resources[target]


def not_asked_for(
    bench: Workbench, environment: EnvironmentRecord, source: Address, target: Address
) -> Diagnostic | None:
    """A warning where the files do not ask for what a resource would be called; None where they cannot be read."""
    recorded = bench.store.reader().snapshot(environment.uid).resources
    if source not in recorded or target in recorded or source.type != target.type:
        return None  # no such move is carried out
    try:
        wanted = compile_environment(bench, environment).graph.nodes
    except BakehouseError:
        return None
    if target in wanted:
        return None
    known = [str(a) for a in wanted if a.type == target.type and a not in recorded]
    close = nearest(str(target), known)
    return Diagnostic(
        "moved-to-nothing",
        f"the application does not ask for {target}: the next apply would remove what is called so",
        Severity.WARNING,
        address=str(target),
        hint=f"did you mean '{close}'?" if close else "rename it in the files, too, before the next apply",
    )


def rename_environment(
    bench: Workbench, application: str, name: str, new: str, wait: float = 0.0
) -> list[Renamed]:
    """Give one environment another name; raises InvalidInput, UnknownEnvironment, LeaseHeld, StateError."""
    environment = select(bench.store.reader(), application, name)
    _check_name("environment", new)
    return _rename(bench, [environment], lambda e: replace(e, name=new), wait)


def rename_application(bench: Workbench, name: str, new: str, wait: float = 0.0) -> list[Renamed]:
    """Give an application another name in all its environments; raises InvalidInput, LeaseHeld, StateError."""
    reader = bench.store.reader()
    found = reader.environments(name)
    if not found:
        raise InvalidInput(_unknown_application(reader, name))
    _check_name("application", new)
    return _rename(bench, found, lambda e: replace(e, application=new), wait)


def left_readers(reader: StateReader, renamed: Iterable[Renamed]) -> list[Diagnostic]:
    """A warning for each renamed environment that is read from elsewhere: whoever reads it names it as it was called."""
    found: list[Diagnostic] = []
    for each in renamed:
        readers = reader.referrers(each.now.uid)
        if readers:
            before, now = (f"{e.application}/{e.name}" for e in (each.before, each.now))
            message = f"{before} is read by {named(readers)}: definitions that write this name find nothing any more"
            hint = f"write {now} into their inputs; until then the plans of those who read it fail"
            found.append(Diagnostic("read-by-old-name", message, Severity.WARNING, hint=hint))
    return found


def _rename(
    bench: Workbench,
    environments: Sequence[EnvironmentRecord],
    renamed: Callable[[EnvironmentRecord], EnvironmentRecord],
    wait: float,
) -> list[Renamed]:
    """Rename all of them or none. Folder and slug stay as they are: what runs there goes on undisturbed."""
    reader = bench.store.reader()
    _check_free(reader, environments, [renamed(e) for e in environments])
    holder = current_holder(bench.actor, "bakehouse state rename")
    with ExitStack() as held:
        writers = [held.enter_context(bench.store.hold(e.uid, holder, wait=wait)) for e in environments]
        before = [reader.snapshot(e.uid).environment for e in environments]
        frozen = [replace(e, folder=bench.workspace(e).home.name, slug=e.lasting_slug) for e in before]
        bench.store.rename([renamed(e) for e in frozen], [w.lease for w in writers])
    return [Renamed(e, reader.snapshot(e.uid).environment) for e in before]


def _check(source: Address, target: Address, snapshot: Snapshot) -> None:
    known = snapshot.resources
    if source not in known:
        hint = did_you_mean(str(source), [str(a) for a in known], noun="recorded")
        raise InvalidInput(Diagnostic("unknown-address", f"there is no resource {source}", hint=hint))
    if source.type != target.type:
        message = f"{source} is of type {source.type}, and a move makes nothing else of it"
        hint = f"name an address of type {source.type}, such as {source.type}#{target.id}"
        raise InvalidInput(Diagnostic("bad-move", message, address=str(target), hint=hint))
    if target in known:
        what = "to itself" if source == target else f"to {target}, which is recorded already"
        raise InvalidInput(
            Diagnostic(
                "moved-onto-occupied",
                f"{source} cannot move {what}",
                address=str(target),
                hint="move what is there elsewhere first, or drop it from the application and apply",
                next=command("state", "show", str(target), environment=snapshot.environment.name),
            )
        )


def _check_name(what: str, name: str) -> None:
    if not may_be_named(name):
        message = f"'{name[:100]}' cannot name an {what}"
        hint = "lower-case letters, digits and hyphens, at most 63, such as 'shop' or 'pr-17'"
        code = "environment-name" if what == "environment" else "bad-name"
        raise InvalidInput(Diagnostic(code, message, hint=hint))


def _check_free(
    reader: StateReader, environments: Sequence[EnvironmentRecord], wanted: Sequence[EnvironmentRecord]
) -> None:
    """Refuse a name that another environment has; one that holds nothing is easily given up."""
    mine = {e.uid for e in environments}
    names = {(e.application, e.name): e for e in reader.environments()}
    problems: list[Diagnostic] = []
    for environment, new in zip(environments, wanted, strict=True):
        there = names.get((new.application, new.name))
        if there is None:
            continue
        where = f"{new.application}/{new.name}"
        if there.uid in mine:
            message = f"{where} is its name already"
            problems.append(Diagnostic("environment-exists", message, hint="choose another name"))
            continue
        number = len(reader.addresses(there.uid))
        message = (
            f"{environment.application}/{environment.name} cannot become {where}, which is registered already"
        )
        hint = "choose another name" if number else "nothing is recorded in it: forget it first"
        next_ = None if number else command("env", "delete", new.name)
        problems.append(Diagnostic("environment-exists", message, hint=hint, next=next_))
    if problems:
        raise InvalidInput(problems)


def _unknown_application(reader: StateReader, name: str) -> Diagnostic:
    known = {e.application for e in reader.environments()}
    return Diagnostic(
        "unknown-application",
        f"this store has no application '{name[:100]}'",
        hint=did_you_mean(name, known, noun="applications"),
        next="bakehouse env list --all",
    )
