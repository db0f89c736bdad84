"""The verbs of environments: choose, create, amend, delete. A typo never makes a new one."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from msgspec import Struct, field
from msgspec.structs import replace

from ...graph.application import Application
from ...graph.command import command
from ...graph.diagnostics import Diagnostic, did_you_mean, nearest
from ...graph.errors import BakehouseError, InvalidInput
from ...graph.stores import LOCAL
from ...graph.values import Secret, Value
from ...resolvers.catalog import Catalog, EnvironmentType, Variable
from ..access import SecretAccess
from ..state.records import EnvironmentRecord, SecretRow, Seed
from ..state.store import StateReader, StateStore
from .folders import free_folder
from .workbench import Workbench

_NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\Z")
_DURATION = re.compile(r"(\d{1,6})([mhdw])\Z")
_TAKEN = frozenset({"backups"})
"""Names that mean something else in a store's folder."""

_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def may_be_named(name: str) -> bool:
    """Whether an environment may be called so."""
    return bool(_NAME.match(name)) and name not in _TAKEN


class UnknownEnvironment(BakehouseError):
    """No environment of that name is registered, or none was named and there are several."""


def select(
    reader: StateReader, application: str, name: str | None, *, may_be_made: bool = True
) -> EnvironmentRecord:
    """The environment called ``name``, or the only one there is; raises :class:`UnknownEnvironment`.

    ``may_be_made`` is whether the next step proposed for a new name is to make that environment.
    """
    found = {e.name: e for e in reader.environments(application)}
    if name is None:
        if len(found) == 1:
            return next(iter(found.values()))
        raise UnknownEnvironment(_needed(application, list(found)))
    if name in found:
        return found[name]
    new = may_be_made and _NAME.match(name) and not nearest(name, found)
    raise UnknownEnvironment(
        Diagnostic(
            "unknown-environment",
            f"{application} has no environment '{name[:100]}'",
            hint=did_you_mean(name, found, noun="registered"),
            next=command("env", "create", name, "--type", "TYPE") if new else command("env", "list"),
        )
    )


def _needed(application: str, names: list[str]) -> Diagnostic:
    if not names:
        return Diagnostic(
            "environment-needed",
            f"{application} has no environment yet",
            next="bakehouse init",
            hint="init registers the environment local; env create makes others",
        )
    listed = ", ".join(names[:10]) + (", …" if len(names) > 10 else "")
    return Diagnostic(
        "environment-needed",
        f"{application} has several environments: {listed}",
        hint="name one with -e NAME or in BAKEHOUSE_ENVIRONMENT",
    )


class Wanted(Struct, frozen=True):
    """What a new environment is to be. ``expires`` is a duration such as ``36h`` or ``7d``, or None.

    Of ``variables`` those count that its type declares as plain.
    """

    application: str
    name: str
    type: str
    expires: str | None = None
    variables: Mapping[str, Value] = field(default_factory=dict[str, Value])
    images: Mapping[str, str] = field(default_factory=dict[str, str])
    seed: Seed | None = None


def create(store: StateStore, catalog: Catalog, wanted: Wanted, now: str) -> EnvironmentRecord:
    """Register an environment. Raises InvalidInput with all problems, StateError if the name is taken."""
    problems: list[Diagnostic] = []
    if not may_be_named(wanted.name):
        problems.append(
            Diagnostic(
                "environment-name",
                f"'{wanted.name[:100]}' cannot name an environment",
                hint="lower-case letters, digits and hyphens, at most 63, such as 'staging' or 'pr-17'",
            )
        )
    type_ = catalog.environment_type(wanted.type)
    if type_ is None:
        names = [t.name for t in catalog.environment_types()]
        message = f"there is no environment type '{wanted.type[:100]}'"
        hint = did_you_mean(wanted.type, names, noun="known")
        problems.append(Diagnostic("unknown-environment-type", message, hint=hint))
    elif wanted.expires is not None and not type_.ephemeral:
        message = f"environments of type {type_.name} do not expire"
        hint = "its type would have to say 'ephemeral: allowed'"
        problems.append(Diagnostic("expiry-not-allowed", message, place=type_.place, hint=hint))
    expires = None
    if wanted.expires is not None:
        try:
            expires = expiry(wanted.expires, now)
        except ValueError as error:
            what, _, expected = str(error).partition("; ")
            problems.append(Diagnostic("bad-duration", what, hint=expected))
    if problems or type_ is None:
        raise InvalidInput(problems)
    plain = {name for name, variable in type_.variables.items() if not variable.secret}
    uid = str(uuid.uuid4())
    return store.register(
        EnvironmentRecord(
            uid=uid,
            application=wanted.application,
            name=wanted.name,
            type=wanted.type,
            created=now,
            variables={name: value for name, value in wanted.variables.items() if name in plain},
            images=wanted.images,
            expires=expires,
            folder=free_folder(store, wanted.application, wanted.name, uid),
            seed=wanted.seed,
        )
    )


def forget(bench: Workbench, environment: EnvironmentRecord) -> None:
    """Remove an environment of which nothing is recorded any more; raises InvalidInput, StateError, LeaseHeld."""
    kept = [str(address) for address in sorted(bench.store.reader().snapshot(environment.uid).resources)]
    if kept:
        listed = ", ".join(kept[:5]) + (", …" if len(kept) > 5 else "")
        message = f"{environment.name} is not forgotten, because it still has recorded resources: {listed}"
        lets_go = ("--allow-destroy", "all", "--confirm", environment.name)
        next_ = command("env", "delete", environment.name, *lets_go)
        hint = "what is protected was kept; the next command lets it go"
        raise InvalidInput(Diagnostic("environment-not-empty", message, hint=hint, next=next_))
    home = bench.workspace(environment).home
    bench.store.forget(environment.uid)
    with suppress(OSError):  # what somebody else put there stays
        home.rmdir()


def expiry(duration: str, now: str) -> str:
    """The instant that lies ``duration`` (such as ``90m``, ``36h``, ``7d``, ``2w``) after ``now``; raises ValueError."""
    found = _DURATION.match(duration)
    if found is None or not int(found[1]):
        raise ValueError(f"'{duration[:50]}' is no duration; expected such as 90m, 36h, 7d or 2w")
    after = datetime.fromisoformat(now) + timedelta(**{_UNITS[found[2]]: int(found[1])})
    return after.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def type_of(catalog: Catalog, environment: EnvironmentRecord) -> EnvironmentType:
    """The environment's type; raises InvalidInput where the catalog does not declare it any more."""
    found = catalog.environment_type(environment.type)
    if found is None:
        message = f"the catalog does not declare the type '{environment.type}' of {environment.name}"
        names = [t.name for t in catalog.environment_types()]
        raise InvalidInput(
            Diagnostic(
                "unknown-environment-type", message, hint=did_you_mean(environment.type, names, noun="known")
            )
        )
    return found


class Amendment(Struct, frozen=True):
    """What is to be set. ``variables`` are as typed; ``secrets`` hold clear text, which is never recorded as such.

    ``images`` map ``WORKLOAD/CONTAINER`` to a reference; ``unset`` names variables or image pins to be removed.
    """

    variables: Mapping[str, str] = field(default_factory=dict[str, str])
    secrets: Mapping[str, str] = field(default_factory=dict[str, str])
    images: Mapping[str, str] = field(default_factory=dict[str, str])
    unset: Sequence[str] = ()


def amend(
    store: StateStore,
    environment: EnvironmentRecord,
    type_: EnvironmentType,
    secrets: SecretAccess,
    change: Amendment,
    application: Application,
) -> EnvironmentRecord:
    """Set variables, and pin images of containers of ``application``.

    Raises InvalidInput with all problems, BasisMoved if somebody else amended it meanwhile.
    """
    known = type_.variables
    problems = [*_unknown(change, environment, type_), *_images(change, application)]
    clear = [n for n in change.variables if n in known and known[n].secret]
    problems.extend(_typed_openly(n, environment) for n in clear)
    values: dict[str, Value] = {}
    for name, text in change.variables.items():
        if name in known and name not in clear:
            values[name] = _value(known[name], text, problems)
    if problems:
        raise InvalidInput(problems)
    rows: list[SecretRow] = []
    for name, text in change.secrets.items():
        row = secrets.seal(environment.uid, name, _next(environment.variables.get(name)), text)
        rows.append(row)
        values[name] = Secret(LOCAL, row.ref, row.version)
    kept = {k: v for k, v in environment.variables.items() if k not in change.unset}
    pins = {k: v for k, v in environment.images.items() if k not in change.unset}
    amended = replace(environment, variables={**kept, **values}, images={**pins, **change.images})
    store.amend(amended, rows)
    return amended


def _unknown(change: Amendment, environment: EnvironmentRecord, type_: EnvironmentType) -> list[Diagnostic]:
    known = type_.variables
    found: list[Diagnostic] = []
    for name in (*change.variables, *change.secrets):
        if name not in known:
            message = f"environments of type {type_.name} have no variable '{name[:100]}'"
            hint = did_you_mean(name, known, noun="declared")
            found.append(Diagnostic("unknown-variable", message, place=type_.place, hint=hint))
    for name in change.unset:
        if name not in environment.variables and name not in environment.images:
            message = f"'{name[:100]}' is not set in {environment.name}"
            hint = did_you_mean(name, (*environment.variables, *environment.images), noun="set")
            found.append(Diagnostic("variable-not-set", message, hint=hint))
    return found


def _images(change: Amendment, application: Application) -> Iterator[Diagnostic]:
    known = [f"{w.name}/{c}" for w in application.workloads.values() for c in w.containers]
    for name, reference in change.images.items():
        if name.count("/") != 1 or not all(name.split("/")) or not reference:
            message, hint = f"'{name[:100]}' names no container", "expected WORKLOAD/CONTAINER=REFERENCE"
            yield Diagnostic("image-pin", message, hint=hint)
        elif name not in known:
            message = f"{application.name} has no container '{name[:100]}' to pin an image of"
            yield Diagnostic("unknown-container", message, hint=did_you_mean(name, known, noun="containers"))


def _typed_openly(name: str, environment: EnvironmentRecord) -> Diagnostic:
    asks = command("env", "set", name, environment=environment.name)
    return Diagnostic(
        "secret-in-arguments",
        f"the variable {name} is secret and must not stand in arguments, where every user can read it",
        hint=f"`{asks}` asks for it, or reads it from standard input",
    )


def _value(variable: Variable, text: str, problems: list[Diagnostic]) -> Value:
    """The typed text as a value of the kind that the variable's default has."""
    default: object = variable.default if variable.has_default else ""
    try:
        if isinstance(default, bool):
            return {"true": True, "false": False}[text]
        if isinstance(default, int):
            return int(text)
        if isinstance(default, float):
            return float(text)
    except (KeyError, ValueError):
        whole = "a whole number" if isinstance(default, int) else "a number"
        wanted = "true or false" if isinstance(default, bool) else whole
        message = f"the variable {variable.name} must be {wanted}, and '{text[:100]}' is not"
        hint = f"its default is {str(default).lower()}, which says what it takes"
        problems.append(Diagnostic("variable-type", message, hint=hint))
    return text


def _next(current: Value) -> str:
    """The version after that of a secret."""
    version = current.version if isinstance(current, Secret) else None
    return str(int(version) + 1) if version is not None and version.isdigit() else "1"
