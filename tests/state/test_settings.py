"""The catalogs that a store sets: kept, replaced, removed, and which one counts."""

import pytest
from msgspec.structs import replace

from bakehouse.plans.state.conformance import samples
from bakehouse.plans.state.settings import CatalogScope, CatalogSetting, setting_for
from bakehouse.plans.state.sql import SqlStore
from bakehouse.plans.state.store import StateError

ALL = CatalogSetting(CatalogScope.ORGANIZATION, "", "/srv/platform", None, None, "2025-01-01T00:00:00Z", "me")
TYPE = replace(
    ALL, scope=CatalogScope.ENVIRONMENT_TYPE, subject="local", source="git@h:p.git", ref="v1", commit="c"
)
ONE = replace(TYPE, scope=CatalogScope.ENVIRONMENT, subject="uid", commit="d")


def test_settings_are_kept_replaced_and_removed(store: SqlStore) -> None:
    store.register(samples.environment())
    for setting in (TYPE, ONE, ALL):
        store.use_catalog(setting)
    assert store.reader().catalog_settings() == (ONE, TYPE, ALL)
    other = replace(ALL, source="/srv/other")
    store.use_catalog(other)
    assert store.reader().catalog_settings() == (ONE, TYPE, other)
    assert store.clear_catalog(CatalogScope.ENVIRONMENT_TYPE, "local")
    assert not store.clear_catalog(CatalogScope.ENVIRONMENT_TYPE, "local")
    assert store.reader().catalog_settings() == (ONE, other)


def test_the_setting_of_an_environment_goes_with_it(store: SqlStore) -> None:
    home = store.register(samples.environment())
    store.use_catalog(replace(ONE, subject=home.uid))
    store.forget(home.uid)
    assert store.reader().catalog_settings() == ()


def test_there_is_no_setting_without_a_store(store: SqlStore) -> None:
    with pytest.raises(StateError):
        store.use_catalog(ALL)


@pytest.mark.parametrize(
    ("uid", "type_", "expected"),
    [
        ("uid", "local", ONE),
        ("other", "local", TYPE),
        ("other", "x", ALL),
        (None, "local", TYPE),
        (None, None, ALL),
    ],
)
def test_the_nearest_setting_counts(uid: str | None, type_: str | None, expected: CatalogSetting) -> None:
    assert setting_for((TYPE, ALL, ONE), uid, type_) == expected
    assert setting_for((), uid, type_) is None
