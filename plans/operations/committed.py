"""The rule ``requireCommitted``: what is applied can be found again in a repository."""

from __future__ import annotations

from collections.abc import Iterator

from ...graph.diagnostics import Diagnostic, Severity
from ...resolvers.catalog import Catalog
from ..plan import Plan

_HINT = "commit the catalog's files, or name a repository and a tag"


def lacks_commit(catalog: Catalog, type_: str) -> bool:
    """Whether environments of a type refuse this state of the catalog, because no commit holds it."""
    found = catalog.environment_type(type_)
    return found is not None and found.require_committed and not catalog.is_committed


def foretold(catalog: Catalog, type_: str) -> Iterator[Diagnostic]:
    """The warning in a plan that cannot be applied for this reason."""
    if lacks_commit(catalog, type_):
        yield Diagnostic("catalog-uncommitted", _message(type_), Severity.WARNING, hint=_HINT)


def refusals(plan: Plan) -> Iterator[Diagnostic]:
    """The error about a plan that was made with uncommitted files where that is not allowed."""
    if plan.origin.lacks_commit:
        yield Diagnostic("catalog-uncommitted", _message(plan.environment_type), hint=_HINT)


def _message(type_: str) -> str:
    return f"environments of type {type_} require a committed catalog, and this one has changes that no commit holds"
