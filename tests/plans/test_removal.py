"""What becomes of recorded resources that nobody asks for: one rule after the other, and the guard over all of them."""

from typing import Any

import pytest
from msgspec.structs import replace

from bakehouse.plans.action import Action
from bakehouse.plans.removal import ALL, Removals, mass_delete, remove, rule
from bakehouse.plans.state.conformance.samples import resource
from bakehouse.plans.state.records import PendingOperation, ResourceRecord, ResourceStatus

HOME = "6ba7b810-9dad-11d1-80b4-00c04fd430c8"


def record(number: int = 0, **facts: Any) -> ResourceRecord:
    plain = {"on_remove": None, "data_bearing": False, "adopted": False, "status": ResourceStatus.READY}
    return replace(resource(HOME, number), **{**plain, "pending": None, **facts})


@pytest.mark.parametrize(
    ("facts", "found"),
    [
        ({}, "destroy"),
        ({"data_bearing": True}, "protect"),
        ({"data_bearing": True, "on_remove": "destroy"}, "destroy"),
        ({"data_bearing": True, "on_remove": "retain"}, "retain"),
        ({"on_remove": "protect"}, "protect"),
        ({"adopted": True, "on_remove": "destroy"}, "protect"),
        ({"adopted": True, "on_remove": "retain"}, "protect"),
    ],
)
def test_adopted_comes_before_what_is_written_and_that_before_what_the_type_bears(
    facts: dict[str, Any], found: str
) -> None:
    """A definition's onRemove, or else that of the environment's type, is recorded as one: `on_remove`."""
    assert rule(record(**facts)) == found


@pytest.mark.parametrize(
    ("facts", "rules", "action"),
    [
        ({"on_remove": "protect"}, Removals(), Action.HOLD),
        ({"on_remove": "protect", "status": ResourceStatus.ORPHANED}, Removals(), Action.HOLD),
        ({"on_remove": "protect"}, Removals(allowed=frozenset({ALL})), Action.DELETE),
        ({"on_remove": "protect"}, Removals(everything=True), Action.HOLD),
        ({"on_remove": "protect"}, Removals(ephemeral=True), Action.DELETE),
        ({"adopted": True}, Removals(ephemeral=True), Action.HOLD),
        ({"on_remove": "retain"}, Removals(), Action.RETAIN),
        ({"on_remove": "retain"}, Removals(allowed=frozenset({ALL})), Action.DELETE),
        ({"on_remove": "destroy"}, Removals(), Action.DELETE),
        (
            {"on_remove": "protect", "status": ResourceStatus.TAINTED, "driver_outputs": {}},
            Removals(),
            Action.DELETE,
        ),
        (
            {"on_remove": "retain", "status": ResourceStatus.TAINTED, "driver_outputs": {}},
            Removals(),
            Action.DELETE,
        ),
    ],
)
def test_the_rule_the_flags_and_the_environment_decide_what_is_done(
    facts: dict[str, Any], rules: Removals, action: Action
) -> None:
    assert remove(record(**facts), rules).action is action


def test_an_address_allows_only_itself() -> None:
    one, other = (record(number, on_remove="protect") for number in (1, 2))
    rules = Removals(allowed=frozenset({str(one.address)}))
    assert [remove(r, rules).action for r in (one, other)] == [Action.DELETE, Action.HOLD]
    assert remove(one, rules).protected


def test_a_first_create_that_is_not_known_to_have_succeeded_is_not_protected() -> None:
    pending = PendingOperation("create", 1, "x/create", {}, 1, "2026-01-01T00:00:00Z", 1)
    found = record(on_remove="protect", status=ResourceStatus.PENDING, pending=pending)
    assert remove(found, Removals()).action is Action.DELETE


@pytest.mark.parametrize(
    ("deleted", "recorded", "rules", "stopped"),
    [
        (5, 5, Removals(), False),
        (6, 24, Removals(), False),
        (6, 23, Removals(), True),
        (6, 23, Removals(limit=5), True),
        (6, 23, Removals(limit=6), False),
        (6, 6, Removals(everything=True), False),
    ],
)
def test_more_than_five_and_more_than_a_quarter_need_their_number(
    deleted: int, recorded: int, rules: Removals, stopped: bool
) -> None:
    records = {r.address: r for r in (record(number) for number in range(recorded))}
    changes = [remove(r, rules) for r in list(records.values())[:deleted]]
    found = mass_delete(changes, records, rules)
    assert (found is not None) is stopped
    if found is not None:
        assert found.code == "mass-delete"
        assert found.message == f"this plan deletes {deleted} of {recorded} recorded resources"
        assert found.hint == f"if that is meant, add --allow-mass-delete {deleted}"


def test_what_is_held_or_only_forgotten_does_not_count() -> None:
    records = [record(number, on_remove="protect" if number % 2 else "retain") for number in range(20)]
    changes = [remove(r, Removals()) for r in records]
    assert mass_delete(changes, {r.address: r for r in records}, Removals()) is None
