"""What is asked for becomes nodes: ids, sharing, and the nodes that every workload has."""

from bakehouse.graph.diagnostics import Severity
from bakehouse.resolvers.application import load_application_from
from compiling import LOCAL, application, catalog, compiled, definition, node, problem, targets

CONFIG = definition("config", inputs='{values: "${resource.params}"}')
PLAIN = (
    LOCAL + CONFIG + definition("workload") + definition("endpoint", outputs="{host: h, ports: {www: 80}}")
)

PORTS = "service: {ports: {www: {port: 80}}}\n"


def test_a_resource_without_id_is_its_workloads_own() -> None:
    app = application(web="resources: {aa: {type: config}}", worker="resources: {aa: {type: config}}")
    graph = compiled(app, catalog(PLAIN))
    assert [str(a) for a in graph.nodes] == [
        "config#web.aa",
        "config#worker.aa",
        "workload#web",
        "workload#worker",
    ]


def test_a_resource_with_id_is_that_of_the_application() -> None:
    app = application("aa: {type: config, params: {x: 1}}", web="resources: {mine: {type: config, id: aa}}")
    graph = compiled(app, catalog(PLAIN))
    assert targets(graph, "workload#web") == ["config#shared.aa"]
    assert node(graph, "config#shared.aa").inputs == {"values": {"x": 1}}


def test_an_explicit_id_does_not_meet_a_workloads_own_resource() -> None:
    app = application(aa="resources: {db: {type: config}}", bb="resources: {xx: {type: config, id: aa.db}}")
    graph = compiled(app, catalog(PLAIN))
    assert {str(a) for a in graph.nodes} >= {"config#aa.db", "config#shared.aa.db"}


def test_a_leading_shared_is_not_doubled() -> None:
    app = application("aa: {type: config}", web="resources: {xx: {type: config, id: shared.aa}}")
    assert targets(compiled(app, catalog(PLAIN)), "workload#web") == ["config#shared.aa"]


def test_the_same_id_with_another_class_is_another_resource_with_a_warning() -> None:
    app = application("aa: {type: config}", web="resources: {xx: {type: config, id: aa, class: big}}")
    graph = compiled(app, catalog(PLAIN))
    assert "config.big#shared.aa" in {str(a) for a in graph.nodes}
    assert [(d.code, d.severity) for d in graph.remarks] == [("same-id-other-class", Severity.WARNING)]


def test_a_workload_with_ports_has_an_endpoint_that_depends_on_nothing() -> None:
    graph = compiled(application(web=PORTS, worker=""), catalog(PLAIN))
    assert [str(a) for a in graph.nodes] == ["endpoint#web", "workload#worker", "workload#web"]
    assert targets(graph, "endpoint#web") == []
    assert node(graph, "endpoint#web").inputs == {}, "the driver template takes no ports"


def test_a_workload_depends_on_everything_that_it_declares_used_or_not() -> None:
    app = application(web="resources: {aa: {type: config}, bb: {type: config}}")
    edges = node(compiled(app, catalog(PLAIN)), "workload#web").edges
    assert [(str(e.target), e.uses, e.why) for e in edges] == [
        ("config#web.aa", (), "resource aa of workload web"),
        ("config#web.bb", (), "resource bb of workload web"),
    ]
    assert str(edges[0].place).startswith("web.yaml:4:")


def test_the_class_of_a_workload_is_an_annotation() -> None:
    text = "apiVersion: score.dev/v1b1\nmetadata: {name: web, annotations: {bakehouse.dev/class: big}}\n"
    app = load_application_from(
        {"score.yaml": (text + "containers: {main: {image: nginx}}\n").encode()}, "shop"
    )
    graph = compiled(app, catalog(PLAIN))
    assert [str(a) for a in graph.nodes] == ["workload.big#web"]


def test_two_workloads_may_refer_to_each_other() -> None:
    one = PORTS + "resources: {other: {type: service-port, params: {workload: two, port: www}}}"
    two = PORTS + "resources: {other: {type: service-port, params: {workload: one, port: 80}}}"
    ports = definition(
        "service-port", inputs='{values: {hostname: "${endpoint.host}", port: "${endpoint.port}"}}'
    )
    graph = compiled(application(one=one, two=two), catalog(PLAIN + ports))
    assert targets(graph, "service-port#one.other") == ["endpoint#two"]
    assert targets(graph, "service-port#two.other") == ["endpoint#one"]


def test_a_service_is_about_the_workload_that_is_named_like_it() -> None:
    service = definition(
        "service", inputs='{values: {name: "${endpoint.workload}", url: "${endpoint.port}"}}'
    )
    app = application(web=PORTS, worker="resources: {web: {type: service}}")
    graph = compiled(app, catalog(PLAIN + service))
    found = node(graph, "service#worker.web")
    assert found.inputs["values"]["name"] == "web"
    assert found.edges[0].uses == (("values.url", "ports.www"),)


def test_a_service_of_an_unknown_workload_names_the_nearest() -> None:
    app = application(web=PORTS, worker="resources: {wep: {type: service}}")
    found = problem(app, catalog(PLAIN + definition("service", inputs="{values: {name: x, url: y}}")))
    assert (found.code, found.hint) == ("no-endpoint", "did you mean 'web'?")


def test_a_service_of_a_workload_without_ports_says_so() -> None:
    app = application(web="", worker="resources: {web: {type: service}}")
    found = problem(app, catalog(PLAIN + definition("service", inputs="{values: {name: x, url: y}}")))
    assert found.code == "no-endpoint"
    assert "declares none" in found.message


def test_an_unknown_type_names_the_nearest() -> None:
    found = problem(application("aa: {type: postgras}"), catalog(PLAIN))
    assert (found.code, found.hint, found.address) == (
        "unknown-type", "did you mean 'postgres'?", "postgras#shared.aa",
    )  # fmt: skip
    assert str(found.place).startswith("bakehouse.yaml:6:")
