"""The catalogs that a store sets. Format version 1."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ..state.records import EnvironmentRecord
from ..state.settings import CatalogScope, CatalogSetting


def catalog_settings(
    found: Iterable[CatalogSetting], environments: Iterable[EnvironmentRecord]
) -> dict[str, Any]:
    """Every setting, environments by name."""
    names = {e.uid: f"{e.application}/{e.name}" for e in environments}
    return {"format": 1, "kind": "catalog-settings", "settings": [_setting(s, names) for s in found]}


def _setting(found: CatalogSetting, names: Mapping[str, str]) -> dict[str, Any]:
    subject = names.get(found.subject, found.subject)
    return {
        "scope": found.scope.value,
        "subject": subject if found.scope is not CatalogScope.ORGANIZATION else None,
        "source": found.source,
        "ref": found.ref,
        "commit": found.commit,
        "at": found.at,
        "actor": found.actor,
    }
