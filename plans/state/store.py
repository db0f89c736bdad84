"""The promises of a state store: reading, writing, holding an environment."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

from msgspec import Struct, field

from ...graph.address import Address
from ...graph.diagnostics import Diagnostic
from ...graph.errors import BakehouseError
from .builds import BuildRecord
from .dump import Dump
from .records import (
    DeploymentRecord,
    EnvironmentRecord,
    Holder,
    Lease,
    Referrer,
    ResourceRecord,
    SecretRow,
    StepRecord,
)
from .settings import CatalogScope, CatalogSetting

Reseal = Callable[[str, SecretRow], SecretRow]
"""Given an environment's uid and one of its secrets: the same secret, encrypted with another key."""


class StateError(BakehouseError):
    """The store cannot be read or written: missing, older, corrupt, of a future version, full, read-only."""


class LeaseHeld(BakehouseError):
    """Another process holds the environment; ``lease`` says who, where, since when and until when."""

    def __init__(self, diagnostic: Diagnostic, lease: Lease) -> None:
        super().__init__(diagnostic)
        self.lease = lease


class LeaseLost(BakehouseError):
    """The fence of a write is no longer current: somebody else took the environment over. Nothing was written."""


class BasisMoved(BakehouseError):
    """A row is not at the version that the write expected. Nothing of the batch was written."""


class Referred(BakehouseError):
    """Somebody reads a resource that would end, and nobody agreed to that. Nothing of the batch was written."""


class OwnerGone(BakehouseError):
    """What a new reference reads is not recorded any more, or is being deleted. Nothing of the batch was written."""


class Ending(Struct, frozen=True):
    """That a write begins to delete or replace the resource ``uid``, or forgets it.

    ``agreed`` are the keys of the referrers that this was agreed for; any other one refuses the write.
    """

    uid: str
    agreed: frozenset[tuple[str, str]] = frozenset()


class Write(Struct, frozen=True):
    """One step's effect, written whole or not at all.

    ``put`` replaces the row of its address (its ``row_version`` is the new one, one above the stored, 1 for a new row);
    ``remove`` deletes the row and leaves a tombstone with its birth count. ``step`` is upserted by its key.
    ``moved_from`` says that the row of ``put`` stands at that address until now: it goes to its new one, one version
    above, and a tombstone with its birth count stays. All moves of one commit happen at once and before anything else
    of it, so that a chain or a swap needs no free address; BasisMoved where an address is occupied after them.
    Who refers to whom follows from ``put.owner``, ``moved_from`` and ``remove`` in the same transaction; a row of the
    owner is never written.
    """

    put: ResourceRecord | None = None
    remove: Address | None = None
    step: StepRecord | None = None
    moved_from: Address | None = None
    secrets: tuple[SecretRow, ...] = ()
    drop_secrets: tuple[str, ...] = ()
    """Prefixes of secret references (``RESOURCE_UID/``) of which every version is removed."""

    ending: Ending | None = None


class Snapshot(Struct, frozen=True):
    """One environment as recorded at one moment: consistent, and stamped with the serial that it saw."""

    environment: EnvironmentRecord
    resources: Mapping[Address, ResourceRecord]
    births: Mapping[Address, int] = field(default_factory=dict[Address, int])


class StateReader(Protocol):
    """Reads without a lease and writes nothing, not even a schema. Every call sees one committed state."""

    @property
    def store_id(self) -> str:
        """The id of the store, minted with it."""
        ...

    def environments(self, application: str | None = None) -> tuple[EnvironmentRecord, ...]:
        """The registered environments, ordered by application and name."""
        ...

    def addresses(self, environment_uid: str) -> frozenset[Address]:
        """The addresses of all resources of an environment, without reading the records; empty where it is unknown."""
        ...

    def snapshot(self, environment_uid: str) -> Snapshot:
        """All resources of an environment; raises StateError if it is not registered."""
        ...

    def deployments(self, environment_uid: str) -> tuple[DeploymentRecord, ...]:
        """The deployments of an environment, newest first."""
        ...

    def deployment(self, environment_uid: str, number: int) -> DeploymentRecord | None:
        """One deployment, or None."""
        ...

    def steps(self, environment_uid: str, deployment: int) -> tuple[StepRecord, ...]:
        """The journal of a deployment in the order written."""
        ...

    def events(self, environment_uid: str, deployment: int) -> tuple[Mapping[str, Any], ...]:
        """The recorded events of a deployment in order."""
        ...

    def blob(self, digest: str) -> bytes:
        """A content-addressed blob; raises StateError if it is missing or does not match its digest."""
        ...

    def lease(self, environment_uid: str) -> Lease | None:
        """Who holds the environment now, or None."""
        ...

    def secret(self, environment_uid: str, ref: str, version: str | None) -> SecretRow | None:
        """An encrypted secret: the given version, or the newest."""
        ...

    def catalog_settings(self) -> tuple[CatalogSetting, ...]:
        """The catalogs that are set, ordered by scope and subject."""
        ...

    def referrers(self, environment_uid: str) -> tuple[Referrer, ...]:
        """The resources of other environments that read resources of this one, ordered by names and address."""
        ...

    def references(self, environment_uid: str) -> tuple[Referrer, ...]:
        """The resources of this environment that read resources of others, ordered by address."""
        ...

    def builds(self, application: str) -> tuple[BuildRecord, ...]:
        """The builds of an application that were recorded, in the order of their arrival."""
        ...

    def key_id(self) -> str | None:
        """The id of the key that local secrets are encrypted with; None before the first was made."""
        ...


class StateWriter(Protocol):
    """Writes under one lease. Each call is one durable transaction that first compares the fence.

    Raises LeaseLost when the fence moved, BasisMoved when a row moved, Referred when something that is ended is read
    from elsewhere, OwnerGone when what a new reference reads is gone, StateError when the store fails; then nothing
    of the call was written. Not thread-safe: exactly one thread calls it.
    """

    lease: Lease
    took_over_from: Lease | None
    """The lease of a dead or late holder that this one replaced."""

    def begin(
        self,
        deployment: DeploymentRecord,
        blobs: Mapping[str, bytes],
        environment: EnvironmentRecord | None = None,
    ) -> DeploymentRecord:
        """Record a new running deployment with the next number, and its blobs; the given number is ignored.

        A deployment that still says running was left by a dead holder and becomes abandoned. ``environment`` is
        what the deployment makes of the environment's record, as :meth:`StateStore.amend` writes it.
        """
        ...

    def commit(self, writes: Sequence[Write], events: Iterable[Mapping[str, Any]] = ()) -> None:
        """Write a group of steps of any number as one transaction; events belong to the deployment begun last."""
        ...

    def finish(self, deployment: DeploymentRecord, environment: EnvironmentRecord | None = None) -> None:
        """Write the deployment's end, and with it what it has made of the environment's record."""
        ...

    def heartbeat(self) -> Lease:
        """Extend the lease (callable from another thread); raises LeaseLost."""
        ...

    def let_lapse(self) -> None:
        """Do not give the lease back at the end, because something of this run may still be at work.

        It runs out by itself, or is taken over at once when this process is gone.
        """
        ...


class StateStore(Protocol):
    """A state store: opened by URL, closed when done. ``url`` is without a password."""

    url: str

    def reader(self) -> StateReader:
        """A reader; usable by several threads."""
        ...

    def hold(
        self, environment_uid: str, holder: Holder, *, wait: float = 0.0
    ) -> AbstractContextManager[StateWriter]:
        """Take the lease, waiting at most ``wait`` seconds; raises LeaseHeld. Leaving the context releases it.

        A holder on the same host and boot whose process is gone is taken over at once.
        """
        ...

    def register(self, environment: EnvironmentRecord) -> EnvironmentRecord:
        """Add an environment; raises StateError if application and name are taken."""
        ...

    def amend(self, environment: EnvironmentRecord, secrets: Sequence[SecretRow] = ()) -> None:
        """Write variables, images, expiry, pause and note of a registered environment, and new versions of its secrets.

        Raises BasisMoved if somebody amended it since it was read.
        """
        ...

    def rename(self, environments: Sequence[EnvironmentRecord], leases: Sequence[Lease]) -> None:
        """Write registered environments under other names, all of them or none; whoever renames holds them all.

        Raises StateError where a name is taken, BasisMoved where one was amended since it was read, LeaseLost where one
        of ``leases`` is not current.
        """
        ...

    def forget(self, environment_uid: str) -> None:
        """Remove an environment with all its rows; raises StateError while it has resources, LeaseHeld while held."""
        ...

    def unlock(self, environment_uid: str, fence: int) -> Lease | None:
        """End the lease with this fence, so that its holder's next write is refused; None if it is not the current one.

        Whoever takes the environment next is told whose it was: what that one does in the world may still go on.
        """
        ...

    def use_catalog(self, setting: CatalogSetting) -> None:
        """Set a catalog, in place of the one that was set for the same."""
        ...

    def clear_catalog(self, scope: CatalogScope, subject: str) -> bool:
        """Take a setting away; whether there was one."""
        ...

    def record_build(self, build: BuildRecord) -> BuildRecord:
        """Record a build; the id that it has is the next one. Raises StateError while there is no store."""
        ...

    def set_key_id(self, key_id: str) -> None:
        """Record which key encrypts local secrets; raises StateError when another one is recorded."""
        ...

    def rekey(self, former: str, key_id: str, reseal: Reseal) -> int:
        """Encrypt every secret anew and record ``key_id`` as their key, in one durable transaction; how many there were.

        No other write of a secret goes between. Raises LeaseHeld while any environment is held, StateError when
        another key than ``former`` is recorded, and what ``reseal`` raises; then nothing was written.
        """
        ...

    def ensure(self) -> None:
        """Make the store where there is none."""
        ...

    def take_out(self, environment_uid: str) -> Dump:
        """Everything about an environment at one moment; raises StateError if it is not registered."""
        ...

    def put_in(self, dump: Dump, reseal: Reseal) -> EnvironmentRecord:
        """Add an environment that was taken out of another store, in one durable transaction.

        ``reseal`` gives each of its secrets as this store keeps it. Raises StateError where the environment is there
        already, or its rows are of other tables; then nothing was written.
        """
        ...

    def backup(self) -> str | None:
        """Write a consistent copy and return its path; keeps the newest five. None for a store with backups of its own."""
        ...

    def close(self) -> None:
        """Release files and connections."""
        ...
