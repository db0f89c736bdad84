"""Which catalog binds: what a store says for everything, for one environment type, for one environment."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from msgspec import Struct


class CatalogScope(StrEnum):
    """What a catalog was set for; a later one goes before an earlier one."""

    ORGANIZATION = "organization"
    ENVIRONMENT_TYPE = "environment-type"
    ENVIRONMENT = "environment"


class CatalogSetting(Struct, frozen=True):
    """One catalog that was set in a store; each scope and subject has at most one.

    ``subject`` is empty, the type's name, or the environment's uid. ``source`` is an absolute folder or the address
    of a repository; then ``ref`` is what was asked for, and ``commit`` what it was when it was set, which counts.
    """

    scope: CatalogScope
    subject: str
    source: str
    ref: str | None
    commit: str | None
    at: str
    actor: str


def setting_for(
    settings: Iterable[CatalogSetting], environment_uid: str | None, type_: str | None
) -> CatalogSetting | None:
    """The setting that counts: the environment's, else its type's, else the organisation's."""
    known = {(s.scope, s.subject): s for s in settings}
    wanted = (
        (CatalogScope.ENVIRONMENT, environment_uid),
        (CatalogScope.ENVIRONMENT_TYPE, type_),
        (CatalogScope.ORGANIZATION, ""),
    )
    return next((known[scope, of] for scope, of in wanted if of is not None and (scope, of) in known), None)
