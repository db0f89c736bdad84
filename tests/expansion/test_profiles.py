"""Profiles as people see them: in conflict, in explain, in the plan."""

import pytest

from bakehouse.graph.errors import InvalidInput
from bakehouse.resolvers.catalog import Catalog
from compiling import LOCAL, application, catalog, compiled, node, problem, problems

PROFILE = "---\nkind: WorkloadProfile\nmetadata: {name: %s}\nspec: {match: [%s], %s}\n"


def known(*profiles: str) -> Catalog:
    return catalog(LOCAL + "".join(profiles), pack=True)


def patch(name: str, patches: str, match: str = "{}", target: str = "kubernetes") -> str:
    return PROFILE % (name, match, f"target: {target}, patches: [{patches}]")


def test_every_matching_profile_is_listed_the_most_specific_last_with_what_is_skipped() -> None:
    graph = compiled(
        application(web=""),
        known(
            patch("apm", "{object: {kind: Deployment}, merge: {spec: {x: 1}}}"),
            PROFILE
            % ("base", "{environmentType: local}", 'defaults: {containers: {"*": {variables: {A: x}}}}'),
            patch("limits", "{merge: {startsecs: 3}}", "{application: shop}", "process"),
            PROFILE % ("others", "{application: other}", "defaults: {}"),
        ),
    )
    found = [
        (p.name, p.criterion, p.sets, p.patches, p.skipped) for p in node(graph, "workload#web").profiles
    ]
    assert found == [
        ("apm", {}, (), 1, "they are for kubernetes, and this runs on target process"),
        ("base", {"environmentType": "local"}, ("containers.main.variables.A",), 0, None),
        ("limits", {"application": "shop"}, (), 1, None),
    ]
    assert [p["name"] for p in node(graph, "workload#web").inputs["profiles"]] == ["limits"]


@pytest.mark.parametrize(
    ("one", "two", "path"),
    [
        ("{merge: {a: {b: 1}}}", "{merge: {a: {b: 2}}}", "a.b"),
        ("{merge: {a: {b: 1}}}", "{merge: {a: null}}", "a.b"),
        ("{merge: {a: {b: 1}}}", "{json: [{op: remove, path: /a/b}]}", "a.b"),
        ("{merge: {a: {b: 1}}}", "{json: [{op: add, path: /a, value: {b: 1}}]}", "a.b"),
        ("{json: [{op: add, path: /a~1b, value: 1}]}", "{merge: {a/b: 2}}", "a/b"),
        ("{object: {kind: X}, merge: {a: 1}}", "{merge: {a: 2}}", "a"),
        ("{merge: {env: [{name: A, value: 1}]}}", "{merge: {env: [{name: A, value: 2}]}}", "env.A.value"),
    ],
)
def test_equally_specific_patches_that_contradict_name_both_files(one: str, two: str, path: str) -> None:
    found = problem(application(web=""), known(patch("one", one), patch("two", two)))
    assert found.code == "profile-conflict"
    assert found.message == (
        "profiles 'one' (layer0/all.yaml:5:1) and 'two' (layer0/all.yaml:9:1) are equally specific and write "
        f"different values to {path} of workload web"
    )


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("{merge: {a: {b: 1}}}", "{merge: {a: {c: 2}}}"),
        ("{merge: {a: null}}", "{json: [{op: remove, path: /a}]}"),
        ("{object: {kind: X}, merge: {a: 1}}", "{object: {kind: Y}, merge: {a: 2}}"),
        ("{json: [{op: add, path: /a/-, value: 1}]}", "{json: [{op: add, path: /a/-, value: 2}]}"),
        ("{merge: {env: [{name: A, value: 1}]}}", "{merge: {env: [{name: B, value: 2}]}}"),
    ],
)
def test_patches_that_add_or_agree_are_no_conflict(one: str, two: str) -> None:
    assert (
        len(
            node(
                compiled(application(web=""), known(patch("one", one), patch("two", two))), "workload#web"
            ).profiles
        )
        == 2
    )


@pytest.mark.parametrize(
    ("body", "code", "message"),
    [
        ("{json: [{op: move, path: /a}]}", "bad-value", "op"),
        ("{json: [{op: add, path: a, value: 1}]}", "bad-value", "a path begins with '/'"),
        ("{json: [{op: add, path: /a}]}", "missing-key", "the operation 'add' needs a value"),
        ("{object: {kind: X}}", "missing-key", ""),
    ],
)
def test_a_patch_of_any_target_is_checked_when_it_is_read(body: str, code: str, message: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        known(patch("one", body))
    (found,) = raised.value.diagnostics
    assert (found.code, str(found.place).rpartition(":")[0]) == (code, "layer0/all.yaml:7")
    assert message in found.message


def test_three_equally_specific_profiles_are_told_pair_by_pair() -> None:
    texts = [patch(name, f"{{merge: {{a: {n}}}}}") for n, name in enumerate(("one", "two", "six"))]
    assert [d.code for d in problems(application(web=""), known(*texts))] == ["profile-conflict"] * 3
