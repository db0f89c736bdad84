"""What a release's upgrade does is what was reviewed, as far as that was known."""

from typing import Any

import pytest

from bakehouse.drivers.builtin.helm.review import ANYTHING, agreed, check_reviewed
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


def test_what_a_chart_takes_from_the_clock_is_no_difference() -> None:
    first, second = item("a", "update", time="12:00:01", x=1), item("a", "update", time="12:00:02", x=1)
    check_reviewed([item("a", "update", time="11:59:59", x=1)], agreed([first], [second]))
    with pytest.raises(PermanentFault, match="a: x becomes 1 instead of 2"):
        check_reviewed([item("a", "update", time="11:59:59", x=2)], agreed([first], [second]))
