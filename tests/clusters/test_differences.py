"""What differs between two objects is told by paths that a reader finds again."""

from typing import Any

import pytest

from bakehouse.drivers.builtin.kubernetes.differences import differences


def pod(*containers: dict[str, Any]) -> dict[str, Any]:
    return {"spec": {"containers": list(containers)}}


CASES: dict[str, tuple[Any, Any, list[tuple[str, Any, Any]]]] = {
    "the same": ({"a": {"b": [1, 2]}}, {"a": {"b": [1, 2]}}, []),
    "a value": ({"spec": {"replicas": 1}}, {"spec": {"replicas": 2}}, [("spec.replicas", 1, 2)]),
    "a value that came": ({"spec": {}}, {"spec": {"a": 1}}, [("spec.a", None, 1)]),
    "nothing, an empty map and an empty list": ({"spec": {"a": {}, "b": []}}, {"spec": {}}, []),
    "a key with dots": (
        {"metadata": {"annotations": {"a.b/c": "1"}}},
        {"metadata": {"annotations": {"a.b/c": "2"}}},
        [("metadata.annotations.'a.b/c'", "1", "2")],
    ),
    "what the server makes up": (
        {"metadata": {"uid": "1", "resourceVersion": "7", "managedFields": [1]}, "status": {"a": 1}},
        {"metadata": {"uid": "2", "generation": 3}},
        [],
    ),
    "a container by its name, one put in front": (
        pod({"name": "main", "image": "a"}),
        pod({"name": "side", "image": "s"}, {"name": "main", "image": "b"}),
        [
            ("spec.containers[main].image", "a", "b"),
            ("spec.containers[side]", None, {"name": "side", "image": "s"}),
        ],
    ),
    "containers in another order": (
        pod({"name": "a"}, {"name": "b"}),
        pod({"name": "b"}, {"name": "a"}),
        [("spec.containers (order)", ["a", "b"], ["b", "a"])],
    ),
    "a list of plain values": ({"args": ["a"]}, {"args": ["a", "b"]}, [("args", ["a"], ["a", "b"])]),
    "maps that nothing tells apart": (
        {"rules": [{"host": "a"}, {"host": "b"}]},
        {"rules": [{"host": "a"}, {"host": "c"}]},
        [("rules[1].host", "b", "c")],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_difference_has_a_path_and_both_sides(case: str) -> None:
    before, after, expected = CASES[case]
    assert [(d.path, d.before, d.after) for d in differences(before, after)] == expected
