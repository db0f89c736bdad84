"""What happens to recorded resources that are no longer wanted. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from ..graph.address import Address
from ..graph.diagnostics import Diagnostic, Place
from .action import Action
from .change import Change, PropertyDiff, Reason, Why
from .state.records import ResourceRecord, ResourceStatus

PROTECT = "protect"
RETAIN = "retain"
DESTROY = "destroy"
ALL = "all"


@dataclass(frozen=True, slots=True)
class Removals:
    """The rules of one plan: what may be destroyed, and whether everything goes.

    ``allowed`` are addresses as text, or ``all``. ``ephemeral`` environments protect nothing but adopted
    resources. ``limit`` is the number given with ``--allow-mass-delete``.
    """

    allowed: frozenset[str] = frozenset()
    ephemeral: bool = False
    everything: bool = False
    limit: int | None = None
    cause: Place | None = None

    def permits(self, address: Address) -> bool:
        """Whether the user allowed this resource's destruction."""
        return ALL in self.allowed or str(address) in self.allowed or address.full in self.allowed

    def protects(self, record: ResourceRecord) -> bool:
        """Whether the object of ``record`` must not be destroyed unless allowed."""
        if self.permits(record.address) or not record.ever_created:
            return False
        return _is_protected(record, self)


def rule(record: ResourceRecord) -> str:
    """What its definition, else its environment type, else its type says about removal."""
    if record.adopted:
        return PROTECT
    if record.on_remove is not None:
        return record.on_remove
    return PROTECT if record.data_bearing else DESTROY


def _is_protected(record: ResourceRecord, rules: Removals) -> bool:
    return rule(record) == PROTECT and (record.adopted or not rules.ephemeral)


def remove(record: ResourceRecord, rules: Removals) -> Change:
    """The change for a recorded resource that is not wanted any more."""
    return Change(
        address=record.address,
        uid=record.uid,
        slug=record.slug,
        birth=record.birth,
        generation=record.generation,
        action=_action(record, rules),
        driver=record.driver,
        schema_version=record.schema_version,
        reasons=_reasons(record, rules),
        before=record.inputs,
        diffs=tuple(PropertyDiff(k, before=v, removed=True) for k, v in sorted(record.inputs.items())),
        protected=_is_protected(record, rules) and record.ever_created,
        data_bearing=record.data_bearing,
        workload=record.workload,
    )


def _action(record: ResourceRecord, rules: Removals) -> Action:
    if rules.protects(record):
        return Action.HOLD
    if rule(record) == RETAIN and not rules.permits(record.address) and record.ever_created:
        return Action.RETAIN
    return Action.DELETE


def _reasons(record: ResourceRecord, rules: Removals) -> tuple[Reason, ...]:
    if rules.everything:
        return (Reason(Why.DESTROY, "the environment is destroyed"),)
    if record.status is ResourceStatus.ORPHANED:
        return (
            Reason(
                Why.KEPT, f"removed from the application earlier, protected (deployment {record.deployment})"
            ),
        )
    return (Reason(Why.DROPPED, "dropped from the application", rules.cause),)


def mass_delete(
    changes: Collection[Change], recorded: Mapping[Address, ResourceRecord], rules: Removals
) -> Diagnostic | None:
    """The finding that stops a plan which deletes suspiciously much, or None."""
    count = sum(1 for c in changes if c.action is Action.DELETE)
    if rules.everything or count <= max(5, rules.limit or 0) or count * 4 <= len(recorded):
        return None
    return Diagnostic(
        code="mass-delete",
        message=f"this plan deletes {count} of {len(recorded)} recorded resources",
        hint=f"if that is meant, add --allow-mass-delete {count}",
    )
