"""The verb *validate*: everything that can be found wrong without any state."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from ...graph.application import Application
from ...graph.diagnostics import Diagnostic, did_you_mean
from ...graph.errors import InvalidInput
from ...graph.types import DriverSchemas
from ...resolvers.catalog import Catalog
from ...resolvers.review import review_catalog
from ...resolvers.validate import Alone, validate_alone, validate_application, validate_unbound


class Checked(Struct, frozen=True):
    """What was found valid: for which environment types, and what is worth knowing though it is no error.

    ``unchecked`` says what could not be looked at.
    """

    types: tuple[str, ...]
    remarks: tuple[Diagnostic, ...]
    unchecked: tuple[str, ...] = ()


def check_application(
    application: Application, catalog: Catalog, drivers: DriverSchemas, type_: str | None = None
) -> Checked:
    """Check an application for every environment type, or for one; raises InvalidInput with all problems.

    A problem that only some environment types have is a warning that names them. Where nobody named a catalog, the
    application is checked by itself, and for what is built in.
    """
    known = [t.name for t in catalog.environment_types()]
    if type_ is not None and type_ not in known:
        hint = did_you_mean(type_, known, noun="environment types")
        message = f"the catalog declares no environment type '{type_}'"
        raise InvalidInput(Diagnostic("unknown-environment-type", message, hint=hint))
    if catalog.is_built_in and type_ is None:
        alone = validate_unbound(application, catalog, drivers)
        return _alone(application, alone, tuple(known))
    found = validate_application(application, catalog, drivers, type_)
    _raise(found)
    return Checked(
        tuple(known) if type_ is None else (type_,), (*application.remarks, *catalog.remarks, *found)
    )


def check_alone(application: Application, types: Catalog) -> Checked:
    """Check an application without its platform, against the resource types of ``types``.

    Raises InvalidInput with all problems.
    """
    return _alone(application, validate_alone(application, types), ())


def _alone(application: Application, alone: Alone, types: tuple[str, ...]) -> Checked:
    _raise(alone.findings)
    return Checked(types, (*application.remarks, *alone.findings), alone.unchecked)


def check_catalog(catalog: Catalog, drivers: DriverSchemas) -> Checked:
    """Check a catalog with every definition in it, used or not; raises InvalidInput with all problems."""
    found = review_catalog(catalog, drivers)
    _raise(found)
    return Checked(tuple(t.name for t in catalog.environment_types()), (*catalog.remarks, *found))


def _raise(found: Iterable[Diagnostic]) -> None:
    diagnostics = tuple(found)
    if any(d.is_error for d in diagnostics):
        raise InvalidInput(diagnostics)
