"""The plan: a frozen value that people review and apply carries out. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from msgspec import Struct, field

from ..graph.address import Address
from ..graph.dag import Dag
from ..graph.diagnostics import Diagnostic
from ..graph.fingerprint import digest
from ..graph.resources import Candidate, ProfileUse
from ..graph.values import Value
from .action import Action
from .change import Basis, Change, ReadBasis
from .line import Line, line_of
from .order import Step, Ties, execution

PLAN_FORMAT = 1
"""The version of the plan archive's body and envelope."""


class Origin(Struct, frozen=True):
    """Where a plan comes from; part of the envelope, not of the digest.

    ``created`` is the instant before anything was read, ``serial`` that of the environment when it was read.
    ``application`` and ``catalog`` are blob digests of the snapshots planned from, None where the plan is made from
    state alone. ``overrides`` names what was laid upon the application's files. ``lacks_commit`` says that the
    environment requires a committed catalog and was planned from another: such a plan is not applied.
    ``variables`` are those of the environment, None where it was planned without. ``rolled_back_to`` is the
    deployment that it goes back to. ``roll_forward`` allows to bring back what was rolled away.
    ``targets`` and ``excludes`` limit it to a part of the environment. ``refreshed`` says that every object was
    looked at, and could be read, for this plan; ``last_read`` when that was so for the last time, as far as it is recorded.
    """

    created: str
    actor: str
    serial: int
    kind: str = "apply"
    application: str | None = None
    catalog: str | None = None
    catalog_revision: str | None = None
    commit: str | None = None
    images: Mapping[str, tuple[str, str]] = field(default_factory=dict[str, tuple[str, str]])
    links: Mapping[str, str] = field(default_factory=dict[str, str])
    overrides: tuple[str, ...] = ()
    lacks_commit: bool = False
    variables: Mapping[str, Value] | None = None
    rolled_back_to: int | None = None
    roll_forward: bool = False
    targets: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()
    refreshed: bool = False
    last_read: str | None = None


class Plan(Struct, frozen=True, dict=True):
    """All changes of one environment, with the basis that they hold on.

    ``changes`` holds only what is not a plain no-op, in topological order of the graph, removals last.
    ``ties`` say how they hang together.
    ``basis`` covers every resource that is changed or read. ``unchanged`` counts the rest.
    ``reads`` is the basis of the references among them: what their owners in other environments gave.
    ``traces`` say, for the changes of wanted resources, which definitions were looked at and why one won.
    ``profiles`` say what workloads among them got besides their files.
    ``blobs`` are the snapshots and file contents by digest.
    """

    application: str
    environment: str
    environment_uid: str
    environment_type: str
    store_id: str
    changes: Mapping[Address, Change]
    ties: Ties
    basis: Mapping[Address, Basis]
    unchanged: int
    origin: Origin
    destroy: bool = False
    remarks: tuple[Diagnostic, ...] = ()
    traces: Mapping[Address, tuple[Candidate, ...]] = field(
        default_factory=dict[Address, tuple[Candidate, ...]]
    )
    blobs: Mapping[str, bytes] = field(default_factory=dict[str, bytes])
    reads: Mapping[Address, ReadBasis] = field(default_factory=dict[Address, ReadBasis])
    profiles: Mapping[Address, tuple[ProfileUse, ...]] = field(
        default_factory=dict[Address, tuple[ProfileUse, ...]]
    )

    @cached_property
    def lines(self) -> Mapping[Address, Line]:
        """Each change as a line of canonical JSON."""
        return {a: line_of(c) for a, c in self.changes.items()}

    @cached_property
    def change_digests(self) -> Mapping[Address, str]:
        """The digest of each change."""
        return {a: line.digest for a, line in self.lines.items()}

    @cached_property
    def digest(self) -> str:
        """What an approval binds to: equal for equal changes of the same environment."""
        return digest([self.environment_uid, sorted(self.change_digests.values())])

    def steps(self) -> Dag[Step]:
        """The steps and what each waits for."""
        return execution(self.changes, self.ties)

    def counts(self) -> Mapping[str, int]:
        """How many changes of each action; those of words only are counted as ``moved`` or ``record-only``, those
        that only delete what was replaced before as ``clean-up``."""
        found = Counter(_counted(c) for c in self.changes.values())
        return dict(sorted(found.items()))

    @property
    def refusals(self) -> tuple[Change, ...]:
        """The changes that cannot be applied as they are."""
        return tuple(c for c in self.changes.values() if c.refused is not None)

    def effective(self) -> Iterator[Change]:
        """The changes that do more than write the record or list what is held already."""
        return (c for c in self.changes.values() if c.only_cleans or not (c.record_only or already_held(c)))

    @property
    def is_empty(self) -> bool:
        """Whether applying would write nothing at all."""
        return all(already_held(c) for c in self.changes.values())

    @property
    def keeps_everything(self) -> bool:
        """Whether it is to destroy everything, and destroys nothing because all that is recorded is protected."""
        return (
            self.destroy
            and bool(self.changes)
            and all(c.action is Action.HOLD for c in self.changes.values())
        )

    @property
    def has_changes(self) -> bool:
        """Whether there is anything that a person would call a change."""
        return next(self.effective(), None) is not None


def _counted(change: Change) -> str:
    if change.only_moves:
        return "moved"
    if change.only_cleans:
        return "clean-up"
    return "record-only" if change.record_only else change.action.label


def already_held(change: Change) -> bool:
    """Whether the change only repeats that a protected resource is kept."""
    return change.action is Action.HOLD and change.record_only


def summary_of(plan: Plan) -> Mapping[str, Any]:
    """Counts for people and machines: every action that occurs, and how many resources stay as they are."""
    return {**plan.counts(), "unchanged": plan.unchanged}
