"""What happens to recorded resources that are no longer wanted. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from msgspec import Struct, field
from msgspec.structs import replace

from ..graph.address import Address
from ..graph.diagnostics import Diagnostic
from .action import Action
from .change import Change, PropertyDiff, Reason, Why, of_record
from .referrers import named
from .state.records import Referrer, ResourceRecord, ResourceStatus

PROTECT = "protect"
RETAIN = "retain"
DESTROY = "destroy"
ALL = "all"


def dropped_somewhere(record: ResourceRecord) -> Reason:
    """The reason of a removal where it is not known what asked for the resource so far."""
    return Reason(Why.DROPPED, "dropped from the application")


class Removals(Struct, frozen=True):
    """The rules of one plan: what may be destroyed, and whether everything goes.

    ``allowed`` are addresses as text, or ``all``. ``ephemeral`` environments protect nothing but adopted
    resources. ``limit`` is the number given with ``--allow-mass-delete``. ``referrers`` are the resources of other
    environments that read one of these, by its uid: what is read is protected, in every environment. ``dropped`` says why
    what is recorded is not wanted any more. ``protecting`` are the definitions that say now what was not recorded yet: that
    their objects are protected.
    """

    allowed: frozenset[str] = frozenset()
    ephemeral: bool = False
    everything: bool = False
    limit: int | None = None
    dropped: Callable[[ResourceRecord], Reason] = dropped_somewhere
    referrers: Mapping[str, tuple[Referrer, ...]] = field(default_factory=dict[str, tuple[Referrer, ...]])
    protecting: frozenset[str] = frozenset()

    def permits(self, address: Address) -> bool:
        """Whether the user allowed this resource's destruction."""
        return ALL in self.allowed or str(address) in self.allowed or address.full in self.allowed

    def protects(self, record: ResourceRecord) -> bool:
        """Whether the object of ``record`` must not be destroyed unless allowed."""
        if self.permits(record.address) or not record.ever_created or record.owner is not None:
            return False
        return record.uid in self.referrers or _is_protected(record, self)

    def readers(self, record: ResourceRecord) -> tuple[tuple[str, str], ...]:
        """The keys of those that read a resource from elsewhere."""
        return tuple(r.key for r in self.referrers.get(record.uid, ()))

    def read_by(self, record: ResourceRecord) -> str | None:
        """Who reads a resource from elsewhere, as a part of a sentence; None where nobody does."""
        found = self.referrers.get(record.uid)
        return None if found is None else f"what {named(found)} reads"


def rule(record: ResourceRecord) -> str:
    """What its definition, else its environment type, else its type says about removal."""
    if record.owner is not None:
        return RETAIN
    if record.adopted:
        return PROTECT
    if record.on_remove is not None:
        return record.on_remove
    return PROTECT if record.data_bearing else DESTROY


def _is_protected(record: ResourceRecord, rules: Removals) -> bool:
    now = record.owner is None and record.definition.get("name") in rules.protecting
    return (now or rule(record) == PROTECT) and (record.adopted or not rules.ephemeral)


def remove(record: ResourceRecord, rules: Removals) -> Change:
    """The change for a recorded resource that is not wanted any more."""
    action = _action(record, rules)
    lost = None if action is Action.HOLD else rules.read_by(record)
    return replace(
        of_record(record, action, *_reasons(record, rules)),
        before=record.inputs,
        diffs=tuple(PropertyDiff(k, before=v, removed=True) for k, v in sorted(record.inputs.items())),
        notes=() if lost is None else (f"it takes away {lost}",),
        protected=lost is not None or (_is_protected(record, rules) and record.ever_created),
        owner=record.owner,
        referrers=() if action is Action.HOLD else rules.readers(record),
    )


def _action(record: ResourceRecord, rules: Removals) -> Action:
    if record.owner is not None or record.half_adopted:
        return Action.RETAIN
    if rules.protects(record):
        return Action.HOLD
    if rule(record) == RETAIN and not rules.permits(record.address) and record.ever_created:
        return Action.RETAIN
    return Action.DELETE


def _reasons(record: ResourceRecord, rules: Removals) -> tuple[Reason, ...]:
    found = rules.referrers.get(record.uid)
    if found is None or rules.permits(record.address):
        return _why(record, rules)
    return (*_why(record, rules), Reason(Why.KEPT, f"read by {named(found)}"))


def _why(record: ResourceRecord, rules: Removals) -> tuple[Reason, ...]:
    if rules.everything and not record.half_adopted:
        return (Reason(Why.DESTROY, "the environment is destroyed"),)
    if record.half_adopted:
        text = "dropped from the application before its adoption was done: the object is left alone"
        return (replace(rules.dropped(record), text=text),)
    if record.status is ResourceStatus.ORPHANED:
        return (
            Reason(
                Why.KEPT, f"removed from the application earlier, protected (deployment {record.deployment})"
            ),
        )
    return (rules.dropped(record),)


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
