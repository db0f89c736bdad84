"""The verb *catalog use*: which catalog binds which environments."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from ...graph.diagnostics import Diagnostic, did_you_mean
from ...graph.errors import InvalidInput
from ...resolvers.catalog import Catalog, CatalogSource, Source, Sources, load_catalog
from ...resolvers.git import Mirrors, is_git, split_ref
from ..state.records import EnvironmentRecord
from ..state.settings import CatalogScope, CatalogSetting, setting_for
from ..state.store import StateReader, StateStore


class Subject(Struct, frozen=True):
    """What a catalog is set for: one environment, one type, or with neither everything."""

    environment: EnvironmentRecord | None = None
    type: str | None = None

    @property
    def key(self) -> tuple[CatalogScope, str]:
        """The scope and the subject of its setting."""
        if self.environment is not None:
            return CatalogScope.ENVIRONMENT, self.environment.uid
        if self.type is not None:
            return CatalogScope.ENVIRONMENT_TYPE, self.type
        return CatalogScope.ORGANIZATION, ""


def source_of(setting: CatalogSetting, mirrors: Mirrors) -> Source:
    """Where the catalog of a setting lies: the commit that was recorded, whatever its ref means by now."""
    if setting.commit is None:
        return CatalogSource(setting.source, Path(setting.source))
    found = Sources(mirrors).in_git(setting.source, setting.commit)
    return replace(
        found, shown=found.shown.replace(setting.commit[:12], setting.ref or setting.commit[:12], 1)
    )


def use_catalog(
    store: StateStore, location: str, base: Path, subject: Subject, mirrors: Mirrors
) -> tuple[CatalogSetting, Catalog]:
    """A setting for a source relative to ``base``, and the catalog that it brings; nothing is written yet.

    A branch is allowed here: its commit of now is what counts. Raises InvalidInput with everything that is wrong
    with the source or its catalog, and where it lacks the environment type that it is set for.
    """
    scope, of = subject.key
    setting = CatalogSetting(scope, of, str((base / location).resolve()), None, None, "", "")
    if is_git(location):
        address, ref = split_ref(location)
        found = Sources(mirrors).in_git(address, ref, floating=True)
        setting = replace(setting, source=address, ref=ref, commit=found.commit)
    catalog = load_catalog(source_of(setting, mirrors), mirrors)
    _check_types(catalog, _bound(store.reader(), subject))
    return setting, catalog


def _bound(reader: StateReader, subject: Subject) -> Mapping[str, str]:
    """The types that must be there, each with an environment of it; one with a setting of its own is not bound."""
    if subject.environment is not None:
        return {subject.environment.type: subject.environment.name}
    if subject.type is not None:
        return {subject.type: ""}
    own = [s for s in reader.catalog_settings() if s.scope is not CatalogScope.ORGANIZATION]
    return {e.type: e.name for e in reader.environments() if setting_for(own, e.uid, e.type) is None}


def _check_types(catalog: Catalog, wanted: Mapping[str, str]) -> None:
    known = [t.name for t in catalog.environment_types()]
    missing = [
        Diagnostic(
            "unknown-environment-type",
            f"this catalog does not declare the environment type '{type_}'" + (f" of {name}" if name else ""),
            hint=did_you_mean(type_, known, noun="environment types"),
        )
        for type_, name in wanted.items()
        if type_ not in known
    ]
    if missing:
        raise InvalidInput(missing)
