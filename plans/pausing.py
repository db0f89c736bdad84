"""The plan of pausing or resuming: what runs is stopped, or started again, and nothing else changes. Pure."""

from __future__ import annotations

from collections.abc import Callable

from .action import Action
from .change import Basis, Change, Reason, Why, of_record
from .order import chained
from .plan import Origin, Plan
from .state.records import ResourceRecord, ResourceStatus
from .state.store import Snapshot

Offers = Callable[[ResourceRecord, str], bool]
"""Whether a resource's driver has the operation of this name."""


def switching(snapshot: Snapshot, store_id: str, origin: Origin, action: Action, offers: Offers) -> Plan:
    """The plan that pauses or resumes (``action``) every resource whose driver can do that.

    Everything that ever came to be is paused. Only what was whole is resumed: the next apply repairs the rest.
    """
    recorded = snapshot.resources
    concerned = [
        r
        for _, r in sorted(recorded.items())
        if r.ever_created and (action is Action.PAUSE or _whole(r)) and offers(r, action.label)
    ]
    changes = {r.address: _change(r, action) for r in concerned}
    former = {a: tuple(dict.fromkeys(e.target for e in r.edges)) for a, r in recorded.items()}
    environment = snapshot.environment
    return Plan(
        application=environment.application,
        environment=environment.name,
        environment_uid=environment.uid,
        environment_type=environment.type,
        store_id=store_id,
        changes=changes,
        ties=chained(changes, former),
        basis={r.address: Basis(r.uid, r.row_version) for r in concerned},
        unchanged=len(recorded) - len(changes),
        origin=origin,
    )


def _whole(record: ResourceRecord) -> bool:
    return record.status in (ResourceStatus.READY, ResourceStatus.ORPHANED)


def _change(record: ResourceRecord, action: Action) -> Change:
    why = Why.PAUSE if action is Action.PAUSE else Why.RESUME
    return of_record(record, action, Reason(why, f"the environment is {action.label}d"))
