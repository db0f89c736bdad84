"""What a release's upgrade does is what was reviewed, as far as that was known."""

from collections.abc import Callable
from typing import Any

import pytest

from bakehouse.drivers.builtin.helm.masking import Hidden
from bakehouse.drivers.builtin.helm.planning import told_of
from bakehouse.drivers.builtin.helm.review import ANYTHING, agreed, check_reviewed
from bakehouse.drivers.builtin.kubernetes.differences import Difference
from bakehouse.drivers.builtin.kubernetes.foreseen import Foreseen
from bakehouse.drivers.sdk import PermanentFault


def item(name: str, action: str, **values: Any) -> dict[str, Any]:
    changes = [{"path": path, "before": None, "after": value} for path, value in values.items()]
    return {"object": name, "action": action, "changes": changes}


@pytest.mark.parametrize(
    ("reviewed", "now"),
    [
        ([item("a", "create")], [item("a", "create")]),
        ([item("a", "create")], [item("a", "update", x=1)]),
        ([item("a", "update", x=1, y=2)], [item("a", "update", x=1)]),
        (
            [item("a", "update", x="https://(known after dns#shop)/")],
            [item("a", "update", x="https://x.test/")],
        ),
        ([item("a", "delete")], []),
        ([ANYTHING], [item("a", "update", x=1), item("b", "create")]),
    ],
)
def test_it_may_turn_out_as_shown_or_less(reviewed: Any, now: Any) -> None:
    check_reviewed(reviewed, now)


@pytest.mark.parametrize(
    ("reviewed", "now", "told"),
    [
        ([], [item("a", "create")], "create a, which was not shown"),
        ([item("a", "update", x=1)], [item("a", "delete")], "delete a instead of update"),
        ([item("a", "update", x=1)], [item("a", "update", x=2)], "a: x becomes 2 instead of 1"),
        ([item("a", "update", x=1)], [item("a", "update", x=1, y=2)], "a: y changes, which was not shown"),
    ],
)
def test_it_never_turns_out_as_something_else(reviewed: Any, now: Any, told: str) -> None:
    with pytest.raises(PermanentFault) as caught:
        check_reviewed(reviewed, now)
    assert str(caught.value) == f"plan-moved: what would be done is not what was reviewed: {told}"


def seen(time: Any, x: Any = 1) -> Foreseen:
    return Foreseen("a", "update", (Difference("time", "11:00:00", time), Difference("x", 0, x)))


@pytest.mark.parametrize("clock", [lambda text: text, Hidden], ids=["shown", "hidden by a tick"])
def test_what_a_chart_takes_from_the_clock_is_no_difference(clock: Callable[[str], Any]) -> None:
    twice = agreed([seen(clock("12:00:01"))], [seen(clock("12:00:02"))])
    check_reviewed([item("a", "update", time="11:59:59", x=1)], told_of(twice))
    with pytest.raises(PermanentFault, match="a: x becomes 1 instead of 2"):
        check_reviewed([item("a", "update", time="11:59:59", x=2)], told_of(twice))


def test_a_secret_that_goes_where_none_went_is_a_difference() -> None:
    twice = agreed([seen("12:00:01", Hidden("secret"))], [seen("12:00:02", Hidden("secret"))])
    with pytest.raises(PermanentFault, match=r"a: x becomes \*\*\* instead of 1"):
        check_reviewed([item("a", "update", time="11:59:59", x=1)], told_of(twice))
