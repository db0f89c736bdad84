"""What of a catalog applies in one environment, and from where. Format version 1."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ...graph.address import DEFAULT_CLASS, Address
from ...graph.values import display
from ...resolvers.catalog import Catalog, Criterion, EnvironmentType, ResourceDefinition
from ...resolvers.match import ANY, Matcher, Subject, rank, refusal
from ..report import diagnostic
from ..state.records import EnvironmentRecord

_SOME = "some-id"
"""An id that no criterion names, for what counts whatever the id is."""


def effective(catalog: Catalog, environment: EnvironmentRecord, type_: EnvironmentType) -> dict[str, Any]:
    """The definitions, profiles, connections and variables that apply in an environment of the type ``type_``.

    A definition is there once for each criterion that holds here whatever its class and id; ``lost`` says why it is
    not chosen for them, and is None where it is.
    """
    definitions = list(_definitions(catalog, environment))
    return {
        "format": 1,
        "kind": "catalog-effective",
        "application": environment.application,
        "environment": environment.name,
        "type": type_.name,
        "revision": catalog.revision,
        "where": str(type_.place),
        "definitions": definitions,
        "profiles": list(_profiles(catalog, environment)),
        "connections": list(_connections(catalog, type_, {d["name"] for d in definitions})),
        "variables": list(_variables(environment, type_)),
        "remarks": [diagnostic(d) for d in catalog.remarks],
    }


def _holds(criterion: Criterion, environment: EnvironmentRecord) -> bool:
    """Whether a criterion holds in the environment for resources of its own class and id."""
    class_ = criterion.class_ or DEFAULT_CLASS
    subject = Subject(
        environment.application, environment.name, environment.type, class_, criterion.id or _SOME
    )
    return refusal(criterion, subject) is None


def _definitions(catalog: Catalog, environment: EnvironmentRecord) -> Iterator[Mapping[str, Any]]:
    matcher = Matcher(catalog, environment.application, environment.name, environment.type)
    for definition in sorted(catalog.definitions(), key=lambda d: d.type):
        for criterion in definition.match:
            if _holds(criterion, environment):
                yield {
                    "name": definition.name,
                    "type": definition.type,
                    "class": criterion.class_ or DEFAULT_CLASS,
                    "id": criterion.id,
                    "driver": definition.driver,
                    "layer": definition.layer,
                    "where": str(definition.place),
                    "lost": _lost(matcher, definition, criterion),
                }


def _lost(matcher: Matcher, definition: ResourceDefinition, criterion: Criterion) -> str | None:
    class_ = criterion.class_ if criterion.class_ not in (None, ANY) else DEFAULT_CLASS
    candidates = matcher.rivals(Address(definition.type, class_ or DEFAULT_CLASS, criterion.id or _SOME))
    return next(c.lost for c in candidates if (c.definition, c.layer, c.place) == _key(definition))


def _key(definition: ResourceDefinition) -> tuple[object, ...]:
    return definition.name, definition.layer, definition.place


def _profiles(catalog: Catalog, environment: EnvironmentRecord) -> Iterator[Mapping[str, Any]]:
    """In the order in which they lie upon each other: the least specific first."""
    found = [
        (max(rank(c) for c in holding), profile, holding)
        for _, profile in catalog.profiles()
        if (holding := [c for c in profile.match if _holds(c, environment)])
    ]
    for _, profile, holding in sorted(found, key=lambda f: (f[0], f[1].name)):
        yield {
            "name": profile.name,
            "target": profile.target,
            "match": [c.written() for c in holding],
            "layer": profile.layer,
            "where": str(profile.place),
        }


def _connections(
    catalog: Catalog, type_: EnvironmentType, definitions: set[str]
) -> Iterator[Mapping[str, Any]]:
    wanted = [(name, f"environment type {type_.name}") for name in type_.connections.values()]
    wanted += [
        (d.connection, f"definition {d.name}")
        for d in catalog.definitions()
        if d.connection is not None and d.name in definitions
    ]
    for name, by in sorted(set(wanted)):
        found = catalog.connection(name)
        yield {
            "name": name,
            "kind": None if found is None else found.kind,
            "by": by,
            "layer": None if found is None else found.layer,
            "where": "" if found is None else str(found.place),
        }


def _variables(environment: EnvironmentRecord, type_: EnvironmentType) -> Iterator[Mapping[str, Any]]:
    for name, variable in sorted(type_.variables.items()):
        is_set = name in environment.variables
        value = environment.variables[name] if is_set else variable.default
        known = is_set or variable.has_default
        yield {
            "name": name,
            "secret": variable.secret,
            "value": ("***" if variable.secret else display(value)) if known else None,
            "from": f"environment {environment.name}" if is_set else "default" if known else "not set",
            "layer": type_.layer,
            "where": str(type_.place),
        }
