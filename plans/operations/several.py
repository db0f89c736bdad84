"""Several environments of one application at once: which are meant, and in which order."""

from __future__ import annotations

from collections.abc import Iterable

from ...graph.diagnostics import Diagnostic, did_you_mean
from ...graph.errors import BakehouseError
from ..state.records import EnvironmentRecord
from ..state.store import StateReader
from .environments import UnknownEnvironment, select
from .workbench import Workbench


def named(reader: StateReader, application: str, names: Iterable[str]) -> tuple[EnvironmentRecord, ...]:
    """The environments of these names, each once; raises UnknownEnvironment with every name that there is not."""
    found: list[EnvironmentRecord] = []
    problems: list[Diagnostic] = []
    for name in dict.fromkeys(names):
        try:
            found.append(select(reader, application, name))
        except UnknownEnvironment as unknown:
            problems.extend(unknown.diagnostics)
    if problems:
        raise UnknownEnvironment(problems)
    return tuple(found)


def every(reader: StateReader, application: str, type_: str | None = None) -> tuple[EnvironmentRecord, ...]:
    """All environments, or those of one type; raises UnknownEnvironment where there is none."""
    known = reader.environments(application)
    found = tuple(e for e in known if type_ in (None, e.type))
    if found:
        return found
    if type_ is None:
        message = f"{application} has no environment yet"
        raise UnknownEnvironment(Diagnostic("environment-needed", message, next="bakehouse init"))
    message = f"{application} has no environment of the type '{type_[:100]}'"
    hint = did_you_mean(type_, sorted({e.type for e in known}), noun="types in use")
    raise UnknownEnvironment(Diagnostic("environment-needed", message, hint=hint, next="bakehouse env list"))


def in_order(bench: Workbench, found: Iterable[EnvironmentRecord]) -> tuple[EnvironmentRecord, ...]:
    """The environments by the ``order`` of their types, in which a change is rolled out; then as they were given.

    What a catalog that cannot be read says counts as 0: the plan tells what is wrong with it.
    """
    orders = [(_order(bench, e), index, e) for index, e in enumerate(found)]
    return tuple(e for _, _, e in sorted(orders, key=lambda o: o[:2]))


def _order(bench: Workbench, environment: EnvironmentRecord) -> int:
    try:
        type_ = bench.catalog(bench.application(), environment).environment_type(environment.type)
    except BakehouseError:
        return 0
    return 0 if type_ is None else type_.order
