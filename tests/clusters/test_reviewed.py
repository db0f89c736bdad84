"""What is changed in a cluster is what was reviewed, or less; what was not known may become anything."""

from typing import Any

import pytest

from bakehouse.drivers.builtin.kubernetes.differences import Difference
from bakehouse.drivers.builtin.kubernetes.foreseen import Foreseen
from bakehouse.drivers.builtin.kubernetes.reviewed import check_reviewed
from bakehouse.drivers.sdk import PermanentFault


def seen(name: str, action: str, **values: Any) -> Foreseen:
    changes = tuple(Difference(path.replace("__", "."), "old", value) for path, value in values.items())
    return Foreseen(name, action, changes)


@pytest.mark.parametrize(
    ("reviewed", "now"),
    [
        ([seen("Pod a", "update", x=1)], [seen("Pod a", "update", x=1)]),
        ([seen("Pod a", "update", x=1, y=2)], [seen("Pod a", "update", x=1)]),
        ([seen("Pod a", "update", x=1)], [seen("Pod a", "no-op")]),
        ([seen("Pod a", "update", x="http://(known after dns#web.dns)/")], [seen("Pod a", "update", x="http://b/")]),
        ([seen("Pod a", "update", x=["(known after dns#web.dns)"])], [seen("Pod a", "update", **{"x[0].y": 5})]),
        ([seen("Pod a", "create")], [seen("Pod a", "update", x=1)]),
        ([seen("Pod a", "create")], [seen("Pod a", "create")]),
        ([seen("Pod (known after dns#web.dns)", "create")], [seen("Pod b", "create")]),
        ([seen("Pod a", "replace", x=1)], [seen("Pod a", "update", y=1)]),
        ([seen("Pod a", "delete")], [seen("Pod a", "delete")]),
        ([seen("Pod (known after dns#web.dns)", "create")], [seen("Pod a", "update", x=1), seen("Job b", "delete")]),
        ([seen("Secret a", "update", data__x="***")], [seen("Secret a", "update", data__x="*** (changed)")]),
    ],
)  # fmt: skip
def test_it_may_turn_out_as_shown_or_less(reviewed: list[Foreseen], now: list[Foreseen]) -> None:
    check_reviewed([item.plain() for item in reviewed], now)


@pytest.mark.parametrize(
    ("now", "says"),
    [
        (seen("Pod b", "update"), "Pod b would be updated, which was not shown"),
        (seen("Pod b", "delete"), "Pod b would be deleted, which was not shown"),
        (seen("Pod b", "create"), "Pod b would be made, which was not shown"),
        (seen("Pod a", "create"), "Pod a would be made instead of updated"),
        (seen("Pod a", "replace", x=1), "Pod a would be replaced instead of updated"),
        (seen("Pod a", "update", x=2), "Pod a: x would become 2 instead of 1"),
        (seen("Pod a", "update", y=2), "Pod a: y would become 2, which was not shown"),
    ],
)
def test_anything_else_has_moved(now: Foreseen, says: str) -> None:
    with pytest.raises(PermanentFault) as error:
        check_reviewed([seen("Pod a", "update", x=1).plain()], [now])
    assert error.value.code == "plan-moved"
    assert says in error.value.message
