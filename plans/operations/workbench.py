"""Everything that a verb needs and does not choose itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

from msgspec import Struct, field

from ...drivers.context import Workspace
from ...drivers.registry import Registry
from ...graph.application import Application
from ...resolvers.application import NO_OVERRIDES
from ...resolvers.catalog import Catalog
from ...resolvers.score import Written
from ..access import SecretAccess
from ..state.records import EnvironmentRecord
from ..state.store import StateStore


class CatalogReader(Protocol):
    """Reads the catalog that binds an environment, or one to be of a type, or by default the organisation's."""

    def __call__(
        self,
        application: Application,
        environment: EnvironmentRecord | None = None,
        type_: str | None = None,
    ) -> Catalog:
        """Read the files now; raises InvalidInput with all problems."""
        ...


class Workbench(Struct, frozen=True):
    """Made by the command line or the server for one project and store.

    ``root`` is the application's folder. ``secrets`` opens an environment's secrets (``writable`` makes the key
    of a local store if there is none yet). ``workspace`` gives the folders of the local target. ``now`` is ISO
    8601 UTC. ``application`` and ``catalog`` read the files when called, and raise InvalidInput.
    """

    root: Path
    store: StateStore
    drivers: Registry
    actor: str
    now: Callable[[], str]
    application: Callable[[], Application]
    catalog: CatalogReader
    secrets: Callable[[EnvironmentRecord, bool], SecretAccess]
    workspace: Callable[[EnvironmentRecord], Workspace]


class PlanOptions(Struct, frozen=True):
    """The flags of planning. Addresses are given as text; ``images`` are ``WORKLOAD/CONTAINER`` or ``""`` to REF.

    ``overrides`` were laid upon the files when the application was read. ``refresh`` looks at every object first, at
    ``parallelism`` of them at a time.
    """

    destroy: bool = False
    targets: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()
    replace: tuple[str, ...] = ()
    allow_destroy: tuple[str, ...] = ()
    allow_mass_delete: int | None = None
    roll_forward: bool = False
    images: Mapping[str, str] = field(default_factory=dict[str, str])
    rotate: Mapping[str, str] = field(default_factory=dict[str, str])
    restart: tuple[str, ...] = ()
    overrides: Written = NO_OVERRIDES
    refresh: bool = False
    parallelism: int = 10


class ApplyOptions(Struct, frozen=True):
    """The flags of applying. ``wait`` is in seconds; ``grace`` is how long running steps may finish after Ctrl-C."""

    parallelism: int = 10
    fail_fast: bool = False
    wait: float = 0.0
    confirm: str | None = None
    grace: float = 30.0
    command: str = "bakehouse apply"
