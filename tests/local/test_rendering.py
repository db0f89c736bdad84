"""From a workload's values to processes: patches, order, names. Pure."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bakehouse.drivers.builtin.local import rooted
from bakehouse.drivers.builtin.local.program import program_name, token_prefix
from bakehouse.drivers.builtin.workload.patches import Patchable, apply_operation, merge, patched
from bakehouse.drivers.builtin.workload.process.containers import ContainerProcess, port_variables, render
from bakehouse.drivers.builtin.workload.process.order import start_order
from bakehouse.drivers.sdk import PermanentFault
from bakehouse.graph.values import Secret

SECRET = Secret("local", "x", "1")


def profile(**patch: Any) -> list[dict[str, Any]]:
    return [{"name": "p", "target": "process", "patches": [patch]}]


OBJECTS = {
    "main": {"kind": "Process", "name": "main", "command": ["a"], "args": [], "variables": {"S": SECRET}}
}


@pytest.mark.parametrize(
    ("operation", "after"),
    [
        ({"op": "add", "path": "/a/-", "value": 3}, {"a": [1, 2, 3]}),
        ({"op": "add", "path": "/a/0", "value": 0}, {"a": [0, 1, 2]}),
        ({"op": "replace", "path": "/a/1", "value": 9}, {"a": [1, 9]}),
        ({"op": "remove", "path": "/a/0"}, {"a": [2]}),
        ({"op": "add", "path": "/b~1c~0", "value": 1}, {"a": [1, 2], "b/c~": 1}),
        ({"op": "remove", "path": "/a"}, {}),
    ],
)
def test_json_patches_do_what_they_say(operation: dict[str, Any], after: Any) -> None:
    before = {"a": [1, 2]}
    assert apply_operation(before, operation) == after
    assert before == {"a": [1, 2]}


@pytest.mark.parametrize(
    ("operation", "said"),
    [
        ({"op": "move", "path": "/a"}, "none of add, replace, remove"),
        ({"op": "add", "path": "a"}, "does not begin with /"),
        ({"op": "remove", "path": "/x"}, "there is no 'x'"),
        ({"op": "replace", "path": "/a/7", "value": 1}, "ends before 7"),
        ({"op": "add", "path": "/a/x", "value": 1}, "no position"),
        ({"op": "add", "path": "/a/0/y", "value": 1}, "nothing at 'y'"),
    ],
)
def test_json_patches_that_lead_nowhere_say_so(operation: dict[str, Any], said: str) -> None:
    with pytest.raises(KeyError, match=said):
        apply_operation({"a": [1, 2]}, operation)


def test_merges_go_deep_delete_by_null_and_know_items_by_name() -> None:
    before = {
        "m": {"a": 1, "b": 2},
        "l": [1],
        "env": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}],
    }
    change = {"m": {"b": None, "c": 3}, "l": [2], "env": [{"name": "B", "value": "9"}, {"name": "C"}]}
    assert merge(before, change) == {
        "m": {"a": 1, "c": 3},
        "l": [2],
        "env": [{"name": "A", "value": "1"}, {"name": "B", "value": "9"}, {"name": "C"}],
    }


@pytest.mark.parametrize(
    ("patch", "said"),
    [
        ({"object": {"kind": "Deployment"}, "merge": {}}, "matches no object"),
        ({"object": {"kind": "Process", "name": "other"}, "merge": {}}, "matches no object"),
        (
            {"object": {"kind": "Process"}, "merge": {"variables": {"S": None}}},
            "removes a reference to a secret",
        ),
        ({"object": {"kind": "Process"}, "merge": {"name": "x"}}, "changes the object's kind or name"),
        (
            {"object": {"kind": "Process"}, "json": [{"op": "remove", "path": "/x"}]},
            "cannot be made: there is no 'x'",
        ),
    ],
)
def test_patches_that_cannot_be_meant_are_refused(patch: dict[str, Any], said: str) -> None:
    with pytest.raises(PermanentFault, match=said):
        patched(OBJECTS, profile(**patch), Patchable("process", lambda found: found["name"]))


def test_secrets_do_not_get_into_arguments() -> None:
    workload = {"name": "w", "containers": {"main": {"command": ["a"]}}}
    with pytest.raises(PermanentFault, match="plain text only"):
        render(workload, {}, profile(object={"kind": "Process"}, merge={"args": [SECRET]}))


def test_a_file_inside_a_volume_is_refused() -> None:
    body = {"command": ["a"], "files": {"/data/x/y": {"content": ""}}, "volumes": {"/data": {"source": "v"}}}
    with pytest.raises(PermanentFault, match="/data/x/y lies inside the volume at /data"):
        render({"name": "w", "containers": {"main": body}}, {}, [])


def test_port_is_the_one_with_the_lowest_declared_number() -> None:
    workload = {"service": {"ports": {"b-x": {"port": 80}, "a": {"port": 443}}}}
    assert port_variables(workload, {"b-x": 1, "a": 2}) == {"PORT": 1, "PORT_B_X": 1, "PORT_A": 2}


def process(name: str, **before: str) -> ContainerProcess:
    return ContainerProcess(name, ("x",), before=before)


def test_containers_start_after_what_they_wait_for() -> None:
    order = start_order([process("a"), process("b", a="started"), process("c", b="complete")])
    assert [p.name for p in order] == ["c", "b", "a"]


def test_circles_and_strangers_are_refused() -> None:
    with pytest.raises(PermanentFault, match="a, b wait for each other"):
        start_order([process("a", b="started"), process("b", a="started")])
    with pytest.raises(PermanentFault, match="there is no container x"):
        start_order([process("a", x="started")])


@given(st.text(max_size=80), st.text(max_size=80))
def test_names_of_programs_are_safe_everywhere(token: str, part: str) -> None:
    name = program_name(token, part)
    assert name.startswith(token_prefix(token))
    assert name.isascii()
    assert not set(name) & set("/:[]; #%\n\0 ")
    assert name not in (".", "..")
    assert len(name.encode()) <= 255


@given(st.text(max_size=40))
def test_no_target_leads_out_of_the_root(target: str) -> None:
    try:
        names = rooted.steps(target)
    except PermanentFault:
        return
    assert names
    assert not {"", ".", ".."} & set(names)
    assert not any("/" in name or "\0" in name for name in names)
