"""What became of a plan that was read before: which changes are new since, which are others, and which are gone. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..graph.address import Address
from ..graph.diagnostics import Diagnostic
from ..graph.errors import InvalidInput
from .plan import Plan


def since_body(former: Plan, plan: Plan) -> dict[str, Any]:
    """The published account: the former plan's digest, whether both do the same, and each change that is not in both.

    Changes that only write the record count for nothing. Raises InvalidInput (``plan-of-another-environment``).
    """
    _check(former, plan)
    return {
        "digest": former.digest,
        "same": former.digest == plan.digest,
        "changes": list(_differences(former, plan)),
    }


def _check(former: Plan, plan: Plan) -> None:
    if former.environment_uid != plan.environment_uid:
        message = (
            f"the plan to compare with is of {former.application} in {former.environment}, "
            f"and this one of {plan.application} in {plan.environment}"
        )
        hint = "name with --since a plan of the same environment"
        raise InvalidInput(Diagnostic("plan-of-another-environment", message, hint=hint))


def _differences(former: Plan, plan: Plan) -> Iterator[Mapping[str, Any]]:
    """In the order of the plan, then what is gone in the order of the former one."""
    before = {change.address: change for change in former.effective()}
    after = {change.address: change for change in plan.effective()}
    for address, change in after.items():
        was = before.get(address)
        if was is None:
            yield _entry("new", address, verb=change.action.verb)
        elif former.change_digests[address] != plan.change_digests[address]:
            yield _entry("different", address, verb=change.action.verb, was=was.action.verb)
    for address, was in before.items():
        if address not in after:
            yield _entry("gone", address, was=was.action.verb)


def _entry(kind: str, address: Address, *, verb: str | None = None, was: str | None = None) -> dict[str, Any]:
    return {"kind": kind, "address": str(address), "verb": verb, "was": was}
