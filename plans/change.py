"""One planned change of one resource: what, why, and everything that apply needs to carry it out."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from msgspec import Struct, field

from ..graph.address import Address
from ..graph.diagnostics import Place
from ..graph.types import OutputField
from ..graph.values import Unknown, Value, leaves
from .action import Action
from .state.records import Owner, RecordedConnection, RecordedEdge, ResourceRecord


class Why(StrEnum):
    """The kinds of reasons that a change can have."""

    REQUESTED = "requested"
    INPUT = "input-changed"
    DEFINITION = "definition-changed"
    BEHAVIOUR = "behaviour-changed"
    CONNECTION = "connection-changed"
    DRIVER = "driver-changed"
    UPSTREAM = "upstream-may-change"
    DRIFT = "drift"
    TAINTED = "tainted"
    UNFINISHED = "unfinished"
    NOT_RUNNING = "not-running"
    RESTART = "restart"
    ROTATION = "rotation"
    ASKED = "replace-asked-for"
    DROPPED = "dropped"
    UNASKED = "not-asked-for"
    DESTROY = "destroy"
    KEPT = "kept"
    OWNER = "owner-changed"
    MOVED = "moved"
    ADOPTED = "adopted"
    PAUSE = "pause"
    RESUME = "resume"


FORCED = frozenset(
    {
        Why.TAINTED,
        Why.UNFINISHED,
        Why.NOT_RUNNING,
        Why.RESTART,
        Why.ROTATION,
        Why.ASKED,
        Why.DRIVER,
        Why.DRIFT,
    }
)
"""Reasons that hold whatever value the unknown inputs take: such a change never shrinks to nothing."""


class Reason(Struct, frozen=True):
    """Why a resource changes: kind, a sentence for people, and the line that caused it."""

    why: Why
    text: str
    place: Place | None = None


class PropertyDiff(Struct, frozen=True):
    """One property's values before and after; a missing side is marked by ``added`` or ``removed``.

    ``path`` is dotted. ``forces_replacement`` holds where the driver cannot change the property in place.
    """

    path: str
    before: Value = None
    after: Value = None
    added: bool = False
    removed: bool = False
    forces_replacement: bool = False


class Basis(Struct, frozen=True):
    """What the plan was made on: the uid and row version of a resource; ``row_version`` None means absent.

    ``live`` is the digest of the object as it was found, None where nobody looked.
    """

    uid: str | None
    row_version: int | None
    live: str | None = None


class ReadBasis(Struct, frozen=True):
    """What a reference was planned with: its owner, what people call it, and the digest of the outputs that it uses."""

    owner: Owner
    name: str
    outputs: tuple[str, ...]
    digest: str


class Target(Struct, frozen=True):
    """How the resource is to be met: the part of a node that apply and the record need.

    ``inputs`` are planned values. ``output_map`` maps outputs to expressions over the driver's own (None: same
    names). ``fields`` are the declared outputs. ``asked_by`` are the resources whose definitions ask for it, where no file
    does.
    """

    inputs: Mapping[str, Value]
    output_map: Mapping[str, Value] | None
    fields: Mapping[str, OutputField]
    definition: Mapping[str, Any]
    connection: RecordedConnection | None
    edges: tuple[RecordedEdge, ...]
    on_remove: str | None
    timeout: float | None
    runtime: bool
    asked_by: tuple[Address, ...] = ()


_CLEANING = frozenset(Action) - {Action.READ, Action.HOLD, Action.PAUSE, Action.RESUME}
"""Those that leave nothing behind of what was replaced before; the others touch no object, or just this one."""

LOSING = ("delete", "replace")
"""What a driver calls it where an object below a resource goes."""


class Change(Struct, frozen=True):
    """A change of one resource.

    ``generation`` is that of the object after the change. ``target`` is None for removals. ``outputs`` are the
    planned outputs. ``conditional`` names the inputs whose final values decide whether it is really this
    action; apply may only go down (no-op < update < replace). ``refused`` says why it cannot be applied.
    ``deposed`` counts replaced objects that an earlier deployment could not delete; they are deleted with the change, after
    it or, where the record is forgotten, before. ``record_only`` changes write the record and call no driver, unless
    something is deposed. ``protected`` says that its rule protects the object which is destroyed all the same, because
    the user allowed it. ``moved_from`` is the address under which it is recorded so far. ``adopts`` is what the object
    to be adopted is known by in its own system.
    ``owner`` is the resource of another environment that this one only reads. ``referrers`` are the keys of those that
    read this one from elsewhere, and that its deletion or replacement was shown with.
    """

    address: Address
    uid: str
    slug: str
    birth: int
    generation: int
    action: Action
    driver: str
    schema_version: int
    reasons: tuple[Reason, ...]
    target: Target | None = None
    before: Mapping[str, Value] | None = None
    outputs: Mapping[str, Value] = field(default_factory=dict[str, Value])
    diffs: tuple[PropertyDiff, ...] = ()
    conditional: tuple[str, ...] = ()
    create_first: bool = False
    deposed: int = 0
    record_only: bool = False
    rotate: str | None = None
    nested: tuple[Mapping[str, Any], ...] = ()
    notes: tuple[str, ...] = ()
    refused: str | None = None
    protected: bool = False
    data_bearing: bool = False
    workload: str | None = None
    owner: Owner | None = None
    referrers: tuple[tuple[str, str], ...] = ()
    moved_from: Address | None = None
    adopts: str | None = None

    @property
    def dangerous(self) -> bool:
        """Whether a reviewer must see it first; that something is not read any more loses nothing.

        An update does that may delete or replace objects below the resource: a module's database, a cluster's claim.
        """
        if self.action.dangerous:
            return not (self.action is Action.RETAIN and self.owner is not None)
        return any(inner.get("action") in LOSING for inner in self.nested)

    @property
    def cleans(self) -> bool:
        """Whether what was replaced before, and is still there, is deleted with it."""
        return self.deposed > 0 and self.action in _CLEANING

    @property
    def only_cleans(self) -> bool:
        """Whether nothing else is done."""
        return self.cleans and self.record_only

    @property
    def forced(self) -> bool:
        """Whether apply may not shrink it to nothing."""
        return any(r.why in FORCED for r in self.reasons)

    @property
    def only_moves(self) -> bool:
        """Whether nothing but the address changes."""
        return self.moved_from is not None and self.record_only and self.action is Action.NO_OP

    @property
    def sources(self) -> tuple[Address, ...]:
        """The resources whose outputs are still unknown inputs of this change, sorted."""
        if self.target is None:
            return ()
        found = {leaf.source for leaf in leaves(self.target.inputs) if isinstance(leaf, Unknown)}
        return tuple(sorted(found))


def of_record(record: ResourceRecord, action: Action, *reasons: Reason) -> Change:
    """The change of something recorded, with all that the record says of it, and nothing of what it is to be."""
    return Change(
        address=record.address,
        uid=record.uid,
        slug=record.slug,
        birth=record.birth,
        generation=record.generation,
        action=action,
        driver=record.driver,
        schema_version=record.schema_version,
        reasons=reasons,
        deposed=len(record.deposed),
        data_bearing=record.data_bearing,
        workload=record.workload,
    )


ROTATE_ALL = "*"
"""``Change.rotate`` when every secret output gets a new version."""
