"""Which catalog a run reads: the one that the store sets, else the application's own choice, else what is built in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from ..graph.diagnostics import Diagnostic, Place, Severity

if TYPE_CHECKING:
    from ..graph.application import Application
    from ..plans.state.records import EnvironmentRecord
    from ..plans.state.settings import CatalogSetting
    from ..resolvers.catalog import Catalog
    from ..resolvers.git import Mirrors


class Catalogs(Struct, frozen=True):
    """Reads catalogs for the application at ``root``; ``settings`` are what the store says, read when called."""

    root: Path
    mirrors: Mirrors
    settings: Callable[[], tuple[CatalogSetting, ...]]

    def __call__(
        self,
        application: Application | None,
        environment: EnvironmentRecord | None = None,
        type_: str | None = None,
    ) -> Catalog:
        """The catalog that binds an environment, or one to be of a type, or by default the organisation's.

        Raises InvalidInput with all problems. A choice of the application that does not count is told as a notice.
        """
        from ..plans.operations.catalogs import source_of
        from ..plans.state.settings import setting_for
        from ..resolvers.catalog import load_catalog

        uid = environment.uid if environment is not None else None
        setting = setting_for(self.settings(), uid, environment.type if environment is not None else type_)
        if setting is None:
            return self._chosen(application)
        found = load_catalog(source_of(setting, self.mirrors), self.mirrors)
        if (
            application is None
            or application.platform is None
            or self._is_that(application.platform, setting)
        ):
            return found
        return replace(found, remarks=(_ignored(application, setting), *found.remarks))

    def _is_that(self, platform: str, setting: CatalogSetting) -> bool:
        """Whether the application names the folder that the store sets."""
        return setting.commit is None and setting.source == str((self.root / platform).resolve())

    def _chosen(self, application: Application | None) -> Catalog:
        from ..resolvers.catalog import Sources, load_catalog

        if application is None or application.platform is None:
            return load_catalog()
        place = _place(application)
        source = Sources(self.mirrors).find(application.platform, self.root, place, binding=False)
        return load_catalog(source, self.mirrors)


def _place(application: Application) -> Place | None:
    return application.places.at("spec", "platform") if application.places else application.place


def _ignored(application: Application, setting: CatalogSetting) -> Diagnostic:
    return Diagnostic(
        "platform-not-counted",
        f"spec.platform does not count here: the store sets the catalog {setting.source}",
        Severity.NOTICE,
        place=_place(application),
        hint="`bakehouse catalog use` shows what is set, and for what",
    )
