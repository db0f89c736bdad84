"""Which changes cannot be carried out: what would destroy something protected, and what the driver refuses. Pure."""

from __future__ import annotations

from collections.abc import Collection

from msgspec import Struct

from ..drivers.context import Proposal
from ..graph.address import Address
from ..graph.resources import ResourceNode
from .action import Action
from .change import LOSING
from .diff import Decision
from .removal import Removals
from .state.records import ResourceRecord


class Refusing(Struct, frozen=True):
    """The rules of one plan, and what it rotates: whoever asks for a rotation has asked for what that replaces."""

    rules: Removals
    rotated: Collection[Address]


def refusal(
    node: ResourceNode,
    record: ResourceRecord | None,
    decision: Decision,
    proposal: Proposal | None,
    refusing: Refusing,
) -> str | None:
    """Why the change cannot be carried out; None where it can."""
    if record is not None and refusing.rules.protects(record):
        lost = _replaced(record, refusing.rules) if decision.action is Action.REPLACE else None
        if lost is None and node.data_bearing and node.address not in refusing.rotated:
            lost = _lost_below(proposal)
        if lost is not None:
            return f"{lost}; if that is meant, plan with --allow-destroy {record.address}"
    return None if proposal is None or proposal.refused is None else _placed(proposal.refused, node)


def _replaced(record: ResourceRecord, rules: Removals) -> str:
    return f"replacing it would destroy {rules.read_by(record) or 'a protected object'}"


def _lost_below(proposal: Proposal | None) -> str | None:
    """What an update would take away of a protected resource that holds data: of which objects data hangs, nobody knows."""
    nested = () if proposal is None else proposal.nested
    found = [str(inner.get("object")) for inner in nested if inner.get("action") in LOSING]
    if not found:
        return None
    more = f" and {len(found) - 1} more" if len(found) > 1 else ""
    return f"this update would destroy {found[0]}{more} below a protected resource that holds data"


def _placed(refused: str, node: ResourceNode) -> str:
    """A refusal that names a profile, with the profile's file and line: drivers know no places."""
    uses = (use for use in node.profiles if f"of profile {use.name} " in f"{refused} ")
    return next((f"{refused} ({use.place})" for use in uses if use.place is not None), refused)
