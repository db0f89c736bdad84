"""What definitions ask for: dependencies, co-provisioned resources, and their bounds."""

import pytest

from bakehouse.graph.address import Address
from bakehouse.plans.reports.explanation import way
from compiling import LOCAL, application, catalog, compiled, definition, node, problem, targets

CONFIG = definition("config", inputs='{values: "${resource.params}"}')


def base(inputs: str = "{values: {v: 1}}", body: str = "", name: str = "base") -> str:
    return definition("base-env", name, body, inputs=inputs)


def test_a_dependency_has_the_owners_id_and_the_class_default_unless_it_says_otherwise() -> None:
    deps = """
    dependencies:
      same: {type: config}
      named: {type: config, id: network}
      mine: {type: config, class: "@", id: "@-x"}
    """
    app = application("aa: {type: base-env, class: big}")
    graph = compiled(app, catalog(LOCAL + CONFIG + base(body=deps)))
    assert targets(graph, "base-env.big#shared.aa") == [
        "config.big#shared.aa-x", "config#network", "config#shared.aa",
    ]  # fmt: skip
    edge = node(graph, "base-env.big#shared.aa").edges[1]
    assert edge.why == "dependency named of definition base"
    assert str(edge.place) == "layer0/all.yaml:22:12"


def test_dependencies_of_two_owners_on_one_id_are_one_resource() -> None:
    deps = "dependencies: {net: {type: config, id: network, params: {size: 1}}}"
    app = application("aa: {type: base-env}\nbb: {type: base-env}")
    graph = compiled(app, catalog(LOCAL + CONFIG + base(body=deps)))
    assert len(graph) == 3
    assert len(node(graph, "config#network").causes) == 1, "both come from one line of one definition"


def test_the_params_of_a_dependency_see_the_owner_and_its_other_dependencies() -> None:
    deps = """
    dependencies:
      one: {type: config, id: one}
      two:
        type: config
        id: two
        params: {owner: "${resource.id}", size: "${resource.params.size}", from: "${dependencies.one.x}"}
    """
    app = application("aa: {type: base-env, params: {size: 3}}")
    graph = compiled(app, catalog(LOCAL + CONFIG + base(body=deps)))
    values = node(graph, "config#two").inputs["values"]
    assert (values["owner"], values["size"], values["from"].path) == ("shared.aa", 3, ("x",))
    assert targets(graph, "config#two") == ["config#one"]
    assert node(graph, "config#two").edges[0].uses == (("values.from", "x"),)


def test_a_chain_of_definitions_without_end_is_told_with_its_chain() -> None:
    endless = definition(
        "config", body='dependencies: {next: {type: config, id: "@x"}}', inputs="{values: {}}"
    )
    found = problem(application("aa: {type: config}"), catalog(LOCAL + endless))
    assert found.code == "expansion-too-deep"
    assert "config#shared.aa -> config#shared.aax -> config#shared.aaxx" in found.message


def test_an_expansion_that_grows_without_end_is_stopped() -> None:
    two = 'coProvision: [{type: config, id: "@1"}, {type: config, id: "@2"}]'
    found = problem(application("aa: {type: config}"), catalog(LOCAL + definition("config", body=two)))
    assert found.code == "expansion-too-large"
    assert "config#shared.aa -> config#shared.aa1 -> config#shared.aa11" in found.message
    assert found.message.startswith("definitions ask for more than 10,000 further resources, ")
    assert str(found.place) == "layer0/all.yaml:5:1"


def test_many_resources_that_were_asked_for_are_no_endless_expansion() -> None:
    shared = "\n".join(f"r{n}: {{type: config}}" for n in range(10_050))
    assert len(compiled(application(shared), catalog(LOCAL + CONFIG))) == 10_050


def test_what_is_provisioned_together_has_no_edge_unless_it_says_so() -> None:
    body = """
    coProvision:
      - {type: config, id: "@-alone"}
      - {type: config, id: "@-after", dependsOnCurrent: true}
    """
    graph = compiled(application("aa: {type: base-env}"), catalog(LOCAL + CONFIG + base(body=body)))
    assert targets(graph, "config#shared.aa-alone") == []
    assert targets(graph, "config#shared.aa-after") == ["base-env#shared.aa"]


def test_dependents_are_copied_but_not_those_that_the_owner_provisions() -> None:
    body = """
    coProvision:
      - {type: config, id: "@-gate", dependsOnCurrent: true, copyDependents: true}
      - {type: config, id: "@-log", dependsOnCurrent: true}
    """
    app = application("""
        aa: {type: base-env}
        user: {type: config, params: {x: "${resources.aa.v}"}}
    """)
    graph = compiled(app, catalog(LOCAL + CONFIG + base(body=body)))
    assert targets(graph, "config#shared.user") == ["base-env#shared.aa", "config#shared.aa-gate"]
    assert targets(graph, "config#shared.aa-log") == ["base-env#shared.aa"]
    assert targets(graph, "config#shared.aa-gate") == ["base-env#shared.aa"]


def test_a_resource_that_depends_on_itself_is_a_cycle() -> None:
    body = "dependencies: {me: {type: base-env}}"
    found = problem(application("aa: {type: base-env}"), catalog(LOCAL + base(body=body)))
    assert found.code == "cycle"
    assert found.message == (
        "these resources depend on each other: base-env#shared.aa -> base-env#shared.aa\n"
        "  base-env#shared.aa -> base-env#shared.aa: dependency me of definition base (layer0/all.yaml:12:22)"
    )


@pytest.mark.scenario(15)
def test_a_cycle_is_told_with_every_edge_of_the_shortest_way_round() -> None:
    app = application("""
        aa: {type: config, params: {x: "${resources.bb.x}"}}
        bb: {type: config, params: {x: "${resources.cc.x}"}}
        cc: {type: config, params: {x: "${resources.aa.x}", y: "${resources.bb.x}"}}
    """)
    found = problem(app, catalog(LOCAL + CONFIG))
    assert found.message == (
        "these resources depend on each other: config#shared.bb -> config#shared.cc -> config#shared.bb\n"
        "  config#shared.bb -> config#shared.cc: params.x uses ${resources.cc.x} (bakehouse.yaml:7:36)\n"
        "  config#shared.cc -> config#shared.bb: params.y uses ${resources.bb.x} (bakehouse.yaml:8:60)"
    )


def test_definitions_that_derive_params_from_each_other_are_told() -> None:
    one = 'coProvision: [{type: config, id: two, params: {x: "${resource.params.x}"}}]'
    two = 'coProvision: [{type: base-env, id: one, params: {x: "${resource.params.x}"}}]'
    first = "coProvision: [{type: base-env, id: one}]"
    app = application("aa: {type: k8s-namespace}")
    known = catalog(
        LOCAL
        + base(body=one)
        + definition("config", body=two)
        + definition("k8s-namespace", body=first, inputs="{values: {name: n}}")
    )
    found = problem(app, known)
    assert found.code == "params-cycle"
    assert found.message == (
        "definitions derive the params of these resources from each other: base-env#one <- config#two <- base-env#one\n"
        "  base-env#one: provisioned together with config#two by definition config (layer0/all.yaml:20:17)\n"
        "  config#two: provisioned together with base-env#one by definition base (layer0/all.yaml:12:17)"
    )


def test_a_cycle_through_what_is_provisioned_together_is_told_with_the_line_of_each_edge() -> None:
    body = """
    dependencies: {log: {type: config, id: "@-log"}}
    coProvision: [{type: config, id: "@-log", dependsOnCurrent: true}]
    """
    found = problem(application("aa: {type: base-env}"), catalog(LOCAL + CONFIG + base(body=body)))
    assert (found.code, found.hint) == ("cycle", "take one of these edges away")
    assert found.message == (
        "these resources depend on each other: "
        "base-env#shared.aa -> config#shared.aa-log -> base-env#shared.aa\n"
        "  base-env#shared.aa -> config#shared.aa-log: dependency log of definition base (layer0/all.yaml:20:23)\n"
        "  config#shared.aa-log -> base-env#shared.aa: provisioned after base-env#shared.aa (layer0/all.yaml:21:17)"
    )


def test_the_way_to_what_is_provisioned_together_begins_at_the_workload() -> None:
    body = 'coProvision: [{type: config, id: "@-log"}]'
    app = application(web="resources: {env: {type: base-env}}")
    graph = compiled(app, catalog(LOCAL + CONFIG + base(body=body), pack=True))
    steps = [
        (str(e.source), str(e.target), str(e.place)) for e in way(graph, Address.parse("config#web.env-log"))
    ]
    assert steps == [
        ("workload#web", "base-env#web.env", "web.yaml:4:13"),
        ("base-env#web.env", "config#web.env-log", "layer0/all.yaml:20:17"),
    ]
