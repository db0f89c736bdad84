"""What the nodes of workloads and endpoints are given."""

from typing import Any

import pytest

from bakehouse.graph.diagnostics import Severity
from bakehouse.graph.values import Text, Unknown
from compiling import LOCAL, application, catalog, compiled, definition, node, problem, problems

KUBE = definition("workload", driver="workload", inputs="{target: kubernetes}") + definition(
    "endpoint", driver="endpoint", inputs="{target: kubernetes}"
)
CONFIG = definition("config", inputs='{values: "${resource.params}"}')
PROFILE = "---\nkind: WorkloadProfile\nmetadata: {name: %s}\nspec: {%s}\n"
IMAGE = "containers: {main: {image: .}}\n"


def inputs(
    text: str, profiles: str = "", shared: str = "", types: str = LOCAL, **more: Any
) -> dict[str, Any]:
    """The inputs of workload web."""
    known = catalog(types + profiles + CONFIG, pack=True)
    return dict(node(compiled(application(shared, web=text), known, **more), "workload#web").inputs)


def main(text: str, profiles: str = "", shared: str = "", **more: Any) -> dict[str, Any]:
    """The container main of workload web."""
    found: dict[str, Any] = inputs(text, profiles, shared, **more)["workload"]["containers"]["main"]
    return found


def test_a_workload_gets_its_file_and_its_endpoint() -> None:
    found = inputs("service: {ports: {www: {port: 80}}}\n")
    assert found["target"] == "process"
    assert found["workload"]["name"] == "web"
    assert found["workload"]["folder"] == ""
    assert found["workload"]["service"] == {"ports": {"www": {"port": 80}}}
    assert [(k, str(u.source), u.path) for k, u in found["endpoint"].items()] == [
        ("host", "endpoint#web", ("host",)), ("ports", "endpoint#web", ("ports",)),
    ]  # fmt: skip
    assert found["profiles"] == []


def test_a_workload_without_ports_has_no_endpoint() -> None:
    assert inputs("")["endpoint"] is None


def test_an_endpoint_gets_the_ports() -> None:
    app = application(web="service: {ports: {www: {port: 80, targetPort: 8080}}}\n")
    graph = compiled(app, catalog(LOCAL, pack=True))
    assert node(graph, "endpoint#web").inputs["ports"] == {"www": {"port": 80, "targetPort": 8080}}


def test_variables_and_contents_are_text_with_references() -> None:
    text = """
    containers:
      main:
        image: x
        command: ["${metadata.name}"]
        variables: {NAME: "${metadata.name}", PORT: "${resources.db.port}", URL: "x:${resources.db.password}"}
        files:
          /a: {content: "$${x} ${resources.db.host}"}
          /b: {content: "${resources.db.host}", noExpand: true}
          /c: {binaryContent: "aGk="}
    resources: {db: {type: postgres}}
    """
    found = main(text)
    assert found["command"] == ["${metadata.name}"], "not expanded there"
    variables = found["variables"]
    assert variables["NAME"] == "web"
    assert isinstance(variables["PORT"], Text), "a number becomes text"
    (port,) = variables["PORT"].parts
    assert isinstance(port, Unknown)
    assert port.type == "integer"
    assert variables["URL"].parts[1].secret
    assert found["files"]["/a"]["content"].parts[0] == "${x} "
    assert found["files"]["/b"] == {"content": "${resources.db.host}", "noExpand": True}
    assert found["files"]["/c"] == {"binaryContent": "aGk="}


def test_a_secret_variable_that_is_one_placeholder_stays_a_reference() -> None:
    text = """
    containers: {main: {image: x, variables: {PASSWORD: "${resources.db.password}"}}}
    resources: {db: {type: postgres}}
    """
    assert isinstance(main(text)["variables"]["PASSWORD"], Unknown)


def test_a_volume_gets_the_outputs_of_the_resource_that_it_names() -> None:
    text = """
    containers: {main: {image: x, volumes: {/data: {source: "${resources.disk}", readOnly: true}}}}
    resources: {disk: {type: volume, id: disk}}
    """
    found = main(text)["volumes"]["/data"]
    assert found["source"] == "shared.disk"
    assert found["readOnly"] is True
    assert found["volume"]["source"].path == ("source",)
    assert found["volume"]["claimSpec"] is None


def test_a_volume_that_names_something_else_is_told() -> None:
    text = """
    containers: {main: {image: x, volumes: {/data: {source: "${resources.db}"}}}}
    resources: {db: {type: postgres}}
    """
    found = problem(application(web=text), catalog(LOCAL, pack=True))
    assert (found.code, str(found.place)) == ("no-volume", "web.yaml:4:57")


def test_an_unknown_output_in_a_variable_is_told_with_its_place() -> None:
    text = """
    containers: {main: {image: x, variables: {A: "${resources.db.hots}", B: "${resources.db.urn}"}}}
    resources: {db: {type: postgres}}
    """
    found = problems(application(web=text), catalog(LOCAL, pack=True))
    assert [(d.code, d.message, str(d.place)) for d in found] == [
        ("unknown-output", "type postgres has no output 'hots'", "web.yaml:4:46"),
        ("unknown-output", "type postgres has no output 'urn'", "web.yaml:4:73"),
    ]
    assert found[0].hint == "did you mean 'host'?"


def test_images_come_from_the_flag_then_the_pin_then_the_record() -> None:
    sources: dict[str, Any] = {
        "images": {"web/main": "flag:1"}, "pinned": {"web/main": "pin:1"}, "recorded_images": {"web/main": "old:1"},
    }  # fmt: skip
    known, app = catalog(LOCAL + KUBE), application(web=IMAGE)
    for source, image in (("--image", "flag:1"), ("environment", "pin:1"), ("recorded", "old:1")):
        graph = compiled(app, known, **sources)
        assert graph.images == {"web/main": (image, source)}
        assert node(graph, "workload#web").inputs["workload"]["containers"]["main"]["image"] == image
        sources.pop(next(iter(sources)))
    found = problem(app, known)
    assert (found.code, str(found.place)) == ("image-missing", "web.yaml:3:28")
    assert "--image web/main=REF" in (found.hint or "")


def test_one_image_may_be_for_every_container_that_waits_for_one() -> None:
    text = "containers: {main: {image: .}, side: {image: .}, other: {image: nginx}}\n"
    graph = compiled(application(web=text), catalog(LOCAL + KUBE), images={"": "ref:1"})
    assert {k: v[0] for k, v in graph.images.items()} == {
        "web/main": "ref:1", "web/side": "ref:1", "web/other": "nginx",
    }  # fmt: skip


def test_a_process_needs_no_image() -> None:
    assert main(IMAGE)["image"] == "."


def test_an_image_for_an_unknown_container_is_told() -> None:
    found = problem(application(web=IMAGE), catalog(LOCAL + KUBE), images={"web/mian": "x", "web/main": "y"})
    assert (found.code, found.hint) == ("unknown-container", "did you mean 'web/main'?")


def test_an_image_that_is_not_used_is_a_warning() -> None:
    graph = compiled(application(web=""), catalog(LOCAL + KUBE), images={"web/main": "x"})
    assert [(d.code, d.severity) for d in graph.remarks] == [("image-not-used", Severity.WARNING)]


def test_defaults_of_profiles_lie_under_the_workload_the_more_specific_nearer() -> None:
    profiles = (
        PROFILE % ("general", 'match: [{}], defaults: {containers: {"*": {variables: {A: g, B: g, C: g, D: g}}}}')
        + PROFILE % ("special", "match: [{id: web}], defaults: {containers: {main: {variables: {B: s, C: s}}}}")
    )  # fmt: skip
    text = "containers: {main: {image: x, variables: {C: own}}, side: {image: y}}\n"
    containers = inputs(text, profiles)["workload"]["containers"]
    assert containers["main"]["variables"] == {"A": "g", "B": "s", "C": "own", "D": "g"}
    assert containers["side"]["variables"] == {"A": "g", "B": "g", "C": "g", "D": "g"}


def test_a_profile_for_a_container_that_is_not_there_gives_nothing() -> None:
    profiles = PROFILE % ("one", "match: [{}], defaults: {containers: {other: {variables: {A: x}}}}")
    assert list(inputs("", profiles)["workload"]["containers"]) == ["main"]


def test_a_profile_may_use_variables_of_the_environment_and_what_a_workload_may() -> None:
    profiles = PROFILE % (
        "one",
        'match: [{}], defaults: {containers: {"*": {variables: {L: "${var.LEVEL}", N: "${metadata.name}"}}}}',
    )
    types = LOCAL + "spec: {variables: {LEVEL: {default: info}}}\n"
    assert main("", profiles, types=types)["variables"] == {"L": "info", "N": "web"}


def test_a_workload_may_not_use_what_only_profiles_may() -> None:
    with pytest.raises(Exception, match="starts with neither"):
        application(web='containers: {main: {image: x, variables: {L: "${var.LEVEL}"}}}\n')


def test_a_problem_in_a_profile_is_told_in_the_profile() -> None:
    profiles = PROFILE % (
        "one",
        'match: [{}], defaults: {containers: {"*": {variables: {L: "${var.LEVLE}"}}}}',
    )
    found = problem(application(web=""), catalog(LOCAL + profiles, pack=True))
    assert (found.code, str(found.place)) == ("unknown-variable", "layer0/all.yaml:7:66")


def test_patches_are_handed_over_for_the_target_only() -> None:
    patch = "match: [{}], target: %s, patches: [{object: {kind: X}, merge: {a: %s}}]"
    profiles = PROFILE % ("one", patch % ("process", 1)) + PROFILE % ("two", patch % ("kubernetes", 2))
    assert inputs("", profiles)["profiles"] == [
        {"name": "one", "target": "process", "patches": [{"object": {"kind": "X"}, "merge": {"a": 1}}]}
    ]


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("defaults: {containers: {'*': {variables: {A: x}}}}", "defaults: {containers: {main: {variables: {A: y}}}}"),
        ("target: process, patches: [{merge: {a: {b: 1}}}]", "target: process, patches: [{merge: {a: {b: 2}}}]"),
        ("target: process, patches: [{merge: {env: [{name: A, v: 1}]}}]",
         "target: process, patches: [{merge: {env: [{name: A, v: 2}]}}]"),
    ],
)  # fmt: skip
def test_equally_specific_profiles_that_differ_are_told(one: str, two: str) -> None:
    profiles = PROFILE % ("one", f"match: [{{}}], {one}") + PROFILE % ("two", f"match: [{{}}], {two}")
    found = problem(application(web=""), catalog(LOCAL + profiles, pack=True))
    assert found.code == "profile-conflict"
    assert "'one' (layer0/all.yaml:5:1) and 'two'" in found.message


def test_equally_specific_profiles_may_agree_or_add() -> None:
    one = "target: process, patches: [{merge: {env: [{name: A, v: 1}], x: 1}}]"
    two = "target: process, patches: [{merge: {env: [{name: B, v: 2}], x: 1}}]"
    profiles = PROFILE % ("one", f"match: [{{}}], {one}") + PROFILE % ("two", f"match: [{{}}], {two}")
    assert [p["name"] for p in inputs("", profiles)["profiles"]] == ["one", "two"]
