"""What is done is what was reviewed: the unknown may become anything, less may be done, and never anything else."""

from typing import Any

import pytest

from bakehouse.drivers.builtin.terraform.nested import LATER, hidden_in, nested
from bakehouse.drivers.builtin.terraform.review import ANY, check_reviewed
from bakehouse.drivers.builtin.terraform.root import Call
from bakehouse.drivers.sdk import PermanentFault

CALL = Call("r_1", "x/y/z", "1.0.0", {})


def item(name: str, action: str, **values: Any) -> dict[str, Any]:
    changes = [{"path": path, "before": None, "after": value} for path, value in values.items()]
    return {"object": name, "action": action, "changes": changes}


def change(name: str, *actions: str, **body: Any) -> dict[str, Any]:
    return {"address": f"module.r_1.{name}", "change": {"actions": list(actions), **body}}


@pytest.mark.parametrize(
    ("reviewed", "now"),
    [
        ([item("a", "create", x=1)], [item("a", "create", x=1)]),
        ([item("a", "create", x=LATER)], [item("a", "create", x=5)]),
        ([{**item("a", "update"), "changes": [{"path": "x", "before": 1, "after": LATER}]}],
         [item("a", "update", **{"x.deep.0": 5})]),
        ([item("a", "create")], []),
        ([item("a", "replace", x=1)], [item("a", "update", x=1)]),
        ([item("a", "create", x=1)], [item("a", "import", x=1)]),
        ([item(ANY, "create")], [item("a", "create", x=1), item("b", "create")]),
    ],
)  # fmt: skip
def test_it_may_turn_out_as_shown_or_less(reviewed: Any, now: Any) -> None:
    check_reviewed(tuple(reviewed), tuple(now))


@pytest.mark.parametrize(
    ("reviewed", "now", "says"),
    [
        ([], [item("a", "create")], "a would be created, which was not shown"),
        ([item("a", "update")], [item("a", "replace")], "a would be replaced instead of updated"),
        ([item("a", "create")], [item("a", "delete")], "a would be deleted instead of created"),
        ([item("a", "create", x=1)], [item("a", "create", x=2)], "a: x would become 2 instead of 1"),
        ([item("a", "create")], [item("a", "create", y=2)], "a: y would become 2, which was not shown"),
        ([item(ANY, "create")], [item("a", "delete")], "a would be deleted, which was not shown"),
    ],
)
def test_anything_else_has_moved(reviewed: Any, now: Any, says: str) -> None:
    with pytest.raises(PermanentFault) as error:
        check_reviewed(tuple(reviewed), tuple(now))
    assert error.value.code == "plan-moved"
    assert says in error.value.message


def test_values_are_shown_property_by_property_with_masks() -> None:
    plan = {
        "resource_changes": [
            change("b", "no-op"),
            change("other", "read"),
            {"address": "terraform_data.u_0", "change": {"actions": ["create"]}},
            change(
                'a["k"]',
                "delete",
                "create",
                before={"name": "old", "same": 1, "deep": {"pw": "s3cret-old"}, "copy": "x s3cret-old"},
                after={"name": "new", "same": 1, "deep": {"pw": "s3cret-new"}, "copy": "x s3cret-new"},
                after_unknown={"id": True, "list": [False, True]},
                before_sensitive={"deep": {"pw": True}},
                after_sensitive={"deep": {"pw": True}},
                replace_paths=[["name"]],
            ),
        ]
    }
    (found,) = nested(plan, CALL, hidden_in(plan))
    assert (found["object"], found["action"], found["forced_by"]) == ('a["k"]', "replace", ["name"])
    assert found["changes"] == [
        {"path": "name", "before": "old", "after": "new"},
        {"path": "deep.pw", "before": "***", "after": "***"},
        {"path": "copy", "before": "x ***", "after": "x ***"},
        {"path": "id", "before": None, "after": LATER},
        {"path": "list.1", "before": None, "after": LATER},
    ]


def test_a_removed_object_is_named_without_what_it_was() -> None:
    plan = {"resource_changes": [change("a", "delete", before={"x": 1}, after=None)]}
    assert nested(plan, CALL, ()) == ({"object": "a", "action": "delete", "changes": []},)
