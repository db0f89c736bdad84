"""What is recorded: resources, deployments, steps, environments. Frozen; a change makes a new record."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from msgspec import Struct, field

from ...drivers.secrets.rows import SecretRow as SecretRow
from ...graph.address import Address
from ...graph.identity import context_slug, create_token
from ...graph.values import Value

RECORD_FORMAT = 1
"""The version of the stored shape of a resource record."""


ADOPT = "adopt"
"""The operation that takes an existing object over."""


class ResourceStatus(StrEnum):
    """How far a recorded resource is: usable, half made, in the middle of an operation, or held after its removal."""

    READY = "ready"
    TAINTED = "tainted"
    PENDING = "pending"
    ORPHANED = "orphaned"


class RecordedEdge(Struct, frozen=True):
    """A direct dependency: which output of ``target`` feeds which input (dotted paths, empty for order only)."""

    target: Address
    input: str = ""
    output: str = ""


class RecordedConnection(Struct, frozen=True):
    """The connection that a resource was made with; secrets are references."""

    name: str
    kind: str
    values: Mapping[str, Value]


class PendingOperation(Struct, frozen=True):
    """A durable intent whose outcome is not known.

    ``operation`` is ``create``, ``adopt``, ``update``, ``rotate``, ``delete``; ``inputs`` are those handed to the driver
    (secrets as references); ``fence`` is the lease's number, ``deadline`` an ISO 8601 instant after which no
    call of ``holder``, whose intent it is, can still run. ``until`` is that instant in seconds of the monotonic clock of
    the holder's boot: it counts on his machine, where setting the clock must not end what is at work.
    """

    operation: str
    deployment: int
    step: str
    inputs: Mapping[str, Value]
    fence: int
    deadline: str
    generation: int
    holder: Holder | None = None
    until: float | None = None


class Deposed(Struct, frozen=True):
    """An object that was replaced and is not deleted yet: enough to delete it."""

    generation: int
    driver: str
    schema_version: int
    inputs: Mapping[str, Value]
    driver_outputs: Mapping[str, Value]
    private: Mapping[str, Value]
    connection: RecordedConnection | None = None


class Owner(Struct, frozen=True):
    """A resource of another environment whose recorded outputs are read: the uids of both."""

    environment_uid: str
    uid: str


class Referrer(Struct, frozen=True):
    """A recorded resource that reads the outputs of ``owner``, with the names that its environment has now."""

    owner: Owner
    environment_uid: str
    address: Address
    application: str
    environment: str

    @property
    def key(self) -> tuple[str, str]:
        """What stays when names change: the environment's uid and the address."""
        return self.environment_uid, str(self.address)

    def __str__(self) -> str:
        return f"{self.address} of {self.application}/{self.environment}"


class ResourceRecord(Struct, frozen=True):
    """One resource as recorded. With this alone it can be deleted after everything else about it is gone.

    ``outputs`` are those of the resource type, ``driver_outputs`` the driver's own. ``row_version`` counts the
    writes of this row, from 1. ``definition`` is ``{name, digest, body}``. ``runtime`` says that every plan asks
    the driver's ``status``. ``on_remove`` is the recorded rule: destroy, retain, protect, or None for the
    type's default. ``owner`` is the resource of another environment that this one only reads, else None.
    ``external_id`` is what an ``adopted`` object was known by before it was ours. ``asked_by`` are the resources whose
    definitions asked for it, where no file did.
    """

    address: Address
    uid: str
    slug: str
    birth: int
    generation: int
    status: ResourceStatus
    driver: str
    schema_version: int
    fingerprint: str
    definition: Mapping[str, Any]
    inputs: Mapping[str, Value]
    outputs: Mapping[str, Value]
    driver_outputs: Mapping[str, Value]
    private: Mapping[str, Value] = field(default_factory=dict[str, Value])
    edges: tuple[RecordedEdge, ...] = ()
    connection: RecordedConnection | None = None
    on_remove: str | None = None
    data_bearing: bool = False
    workload: str | None = None
    runtime: bool = False
    adopted: bool = False
    pending: PendingOperation | None = None
    deposed: tuple[Deposed, ...] = ()
    deployment: int = 0
    row_version: int = 0
    owner: Owner | None = None
    external_id: str | None = None
    asked_by: tuple[Address, ...] = ()

    @property
    def half_adopted(self) -> bool:
        """Whether it stands for an object whose adoption did not come to its end: that one is still somebody else's."""
        if not self.adopted or self.status not in (ResourceStatus.TAINTED, ResourceStatus.PENDING):
            return False
        return not self.driver_outputs and (self.pending is None or self.pending.operation == ADOPT)

    @property
    def token(self) -> str:
        """The create token of the current object."""
        return create_token(self.uid, self.generation)

    @property
    def ever_created(self) -> bool:
        """Whether an object of this record ever came to be as far as is known: not a first create that never succeeded."""
        if self.status is ResourceStatus.TAINTED:
            return bool(self.driver_outputs)
        return not (
            self.pending is not None and self.pending.operation == "create" and self.pending.generation == 1
        )


class DeploymentStatus(StrEnum):
    """How a deployment ended, or that it has not."""

    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    INTERRUPTED = "interrupted"
    ABANDONED = "abandoned"


class DeploymentRecord(Struct, frozen=True):
    """One numbered deployment of an environment.

    ``kind`` is ``apply``, ``destroy``, ``rotate``, ``restart``, ``rollback``, ``pause`` or ``resume``. ``plan`` is
    the digest under which the plan is filed, ``application`` and ``catalog`` those of the snapshots (None where it
    was planned from state alone). ``variables`` are those of the environment that it was planned with, secrets as
    references; None where it needed none. ``rolled_back_to`` is the deployment that a rollback went back to.
    ``counts`` is how many changes of each action were done and how many failed. ``planned`` is the instant of the
    plan's making: it knows nothing of what was recorded later. ``command`` is what carries it on, nothing secret in it.
    """

    number: int
    kind: str
    status: DeploymentStatus
    plan_digest: str
    started: str
    actor: str
    plan: str | None = None
    application: str | None = None
    catalog: str | None = None
    catalog_revision: str | None = None
    images: Mapping[str, str] = field(default_factory=dict[str, str])
    commit: str | None = None
    ended: str | None = None
    counts: Mapping[str, int] = field(default_factory=dict[str, int])
    reason: str | None = None
    variables: Mapping[str, Value] | None = None
    rolled_back_to: int | None = None
    planned: str | None = None
    command: str | None = None

    @property
    def is_good(self) -> bool:
        """Whether it made the environment what its snapshots say: what may be rolled back to, copied, compared."""
        return self.status is DeploymentStatus.SUCCEEDED and self.application is not None


class StepStatus(StrEnum):
    """What became of a step."""

    INTENT = "intent"
    DONE = "done"
    UNCHANGED = "unchanged"
    FAILED = "failed"
    SKIPPED = "skipped"
    PENDING = "pending"
    NOT_ATTEMPTED = "not-attempted"


class StepRecord(Struct, frozen=True):
    """The journal's line for one step of one deployment; ``key`` is ``ADDRESS/KIND``.

    ``row_version`` is the resource's after the step. ``detail`` holds the fault, or why it was skipped.
    """

    deployment: int
    key: str
    address: Address
    kind: str
    status: StepStatus
    at: str
    seconds: float = 0.0
    row_version: int | None = None
    detail: Mapping[str, Any] = field(default_factory=dict[str, Any])


class RolledBack(Struct, frozen=True):
    """An environment stands where deployment ``to`` had brought it; those of ``away`` were rolled away."""

    to: int
    away: tuple[int, ...]


class Seed(Struct, frozen=True):
    """What a new environment was given of another one's deployment.

    ``images`` count as recorded until something is deployed. Where ``application`` is given, the environment is
    planned from that snapshot, and from ``catalog`` where that is given too, until a deployment has succeeded.
    """

    environment: str
    deployment: int
    images: Mapping[str, str] = field(default_factory=dict[str, str])
    application: str | None = None
    catalog: str | None = None


class EnvironmentRecord(Struct, frozen=True):
    """A registered environment; ``application`` owns it.

    ``serial`` rises with every committed write to it, ``revision`` with every amendment of this record. ``folder`` and
    ``slug`` are what it is called on disk and in other systems where that is not said by its present names: a rename
    changes neither. ``expires`` is an ISO 8601 instant, and so is ``last_read``: when all objects were looked at last
    for a plan that was applied.
    """

    uid: str
    application: str
    name: str
    type: str
    created: str
    serial: int = 0
    variables: Mapping[str, Value] = field(default_factory=dict[str, Value])
    images: Mapping[str, str] = field(default_factory=dict[str, str])
    expires: str | None = None
    paused: bool = False
    note: str | None = None
    revision: int = 0
    folder: str | None = None
    slug: str | None = None
    rolled_back: RolledBack | None = None
    seed: Seed | None = None
    last_read: str | None = None

    @property
    def lasting_slug(self) -> str:
        """What it is called in other systems: what a rename has frozen, else by its names."""
        return self.slug or context_slug(self.application, self.name, self.uid)

    def expired(self, now: str) -> bool:
        """Whether its time is over at the instant ``now`` (ISO 8601)."""
        return self.expires is not None and datetime.fromisoformat(self.expires) <= datetime.fromisoformat(
            now
        )


class Holder(Struct, frozen=True):
    """Who holds a lease: enough to tell on the same host whether the holder is alive."""

    actor: str
    host: str
    boot_id: str
    pid: int
    pid_started: str
    purpose: str


class Lease(Struct, frozen=True):
    """A held lease: ``fence`` is compared with every write; times are the database's clock, ISO 8601."""

    environment_uid: str
    fence: int
    holder: Holder
    acquired: str
    expires: str
