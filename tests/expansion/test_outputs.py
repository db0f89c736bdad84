"""Which outputs others may use: those of the type, as far as definition and driver give them."""

from textwrap import dedent

from bakehouse.graph.diagnostics import Diagnostic
from bakehouse.graph.values import Unknown
from compiling import LOCAL, application, catalog, compiled, definition, node, problem, problems
from fakes.schemas import SERVER, TEXT, FakeSchemas, described

BOX = 'aa: {type: box}\nbb: {type: config, params: {x: "${resources.aa.PATH}"}}'
CONFIG = definition("config", inputs='{values: "${resource.params}"}')
DRIVERS = FakeSchemas(
    {"server": described({}, {**SERVER, "extra": TEXT}), "half": described({}, {"host": TEXT})}
)


def fields(type_: str, body: str = "", driver: str = "server") -> dict[str, str]:
    """The marks of each output that a resource offers."""
    graph = compiled(
        application(f"aa: {{type: {type_}}}"),
        catalog(LOCAL + definition(type_, body=body, driver=driver)),
        DRIVERS,
    )
    found = next(iter(graph)).fields
    marks = ("secret", "stable", "optional")
    return {n: f.type + "".join(f" {m}" for m in marks if getattr(f, m)) for n, f in found.items()}


def failure(type_: str, body: str = "", driver: str = "server") -> Diagnostic:
    known = catalog(LOCAL + definition(type_, body=body, driver=driver))
    return problem(application(f"aa: {{type: {type_}}}"), known, DRIVERS)


def test_without_a_mapping_they_are_the_drivers_of_the_same_names() -> None:
    assert fields("postgres-instance") == {
        "host": "string stable", "port": "integer stable", "username": "string stable", "password": "string secret",
    }  # fmt: skip


def test_a_mapping_keeps_type_and_stability_of_plain_references_only() -> None:
    outputs = 'outputs: {host: "${outputs.host}", url: "http://${outputs.host}"}'
    assert fields("dns", outputs) == {"host": "string stable", "url": "string optional"}


def test_what_is_made_of_a_secret_is_secret() -> None:
    outputs = 'outputs: {host: "${outputs.host}", url: "http://${outputs.password}@x"}'
    assert fields("dns", outputs)["url"] == "string secret optional"


def test_what_the_type_calls_secret_is_secret_whatever_the_driver_says() -> None:
    outputs = 'outputs: {host: h, port: 1, username: u, password: "${outputs.host}"}'
    assert fields("redis", outputs)["password"] == "string secret stable"


def test_an_open_type_has_whatever_its_definition_gives() -> None:
    assert fields("config", 'outputs: {any: "${outputs.port}"}') == {"any": "integer stable"}
    assert set(fields("config")) == {*SERVER, "extra"}


def test_an_optional_output_may_be_left_out_and_is_then_no_output() -> None:
    app = application('aa: {type: dns}\nbb: {type: config, params: {x: "${resources.aa.url}"}}')
    known = catalog(LOCAL + CONFIG + definition("dns", "short", "outputs: {host: h}", driver="server"))
    found = problem(app, known, DRIVERS)
    assert (found.code, found.message) == (
        "unknown-output",
        "definition 'short' leaves out the output 'url' of type dns",
    )


def test_a_promised_output_that_nothing_gives_is_told_at_the_definition() -> None:
    found = problems(
        application("aa: {type: postgres-instance}"),
        catalog(LOCAL + definition("postgres-instance", driver="half")),
        DRIVERS,
    )
    assert [d.code for d in found] == ["output-missing"] * 3
    assert found[0].message == (
        "definition 'postgres-instance': driver 'half' does not give 'port', which type postgres-instance promises"
    )
    assert str(found[0].place) == "layer0/all.yaml:9:11"


def test_an_output_that_the_type_does_not_declare_is_told() -> None:
    found = failure("dns", "outputs: {host: h, urll: u}")
    assert (found.code, found.hint) == ("output-not-declared", "did you mean 'url'?")


def test_an_output_that_the_driver_does_not_give_is_told() -> None:
    found = failure("dns", 'outputs: {host: "${outputs.hots}"}')
    assert (found.code, found.hint, str(found.place)) == (
        "unknown-output", "did you mean 'host'?", "layer0/all.yaml:11:19",
    )  # fmt: skip


def test_the_mapping_of_a_node_is_made_of_its_own_drivers_outputs() -> None:
    known = catalog(LOCAL + definition("dns", body='outputs: {host: "${outputs.host}"}', driver="server"))
    found = node(compiled(application("aa: {type: dns}"), known, DRIVERS), "dns#shared.aa")
    assert found.outputs == {"host": Unknown(found.address, ("host",), "string")}
    assert found.edges == ()


def test_an_output_may_be_read_in_part_where_its_schema_allows() -> None:
    types = """
    ---
    kind: ResourceType
    metadata: {name: box}
    spec:
      outputs:
        type: object
        properties:
          net: {type: object, additionalProperties: false, properties: {ip: {type: string}}}
          list: {type: array, items: {type: integer}}
          name: {type: string}
    """
    box = dedent(types) + definition("box", inputs="{values: {net: {ip: x}, list: [1], name: n}}")
    for path, kind in (("net.ip", "string"), ("list.0", "integer")):
        shared = BOX.replace("PATH", path)
        graph = compiled(application(shared), catalog(LOCAL + CONFIG, box))
        assert node(graph, "config#shared.bb").inputs["values"]["x"].type == kind
    for path in ("net.pi", "name.x"):
        shared = BOX.replace("PATH", path)
        assert problem(application(shared), catalog(LOCAL + CONFIG, box)).code == "unknown-output"


def test_variables_of_the_environment_are_the_outputs_of_type_environment() -> None:
    known = catalog(LOCAL + "spec: {variables: {LEVEL: {default: info}}}\n" + CONFIG, pack=True)
    app = application('aa: {type: environment}\nbb: {type: config, params: {x: "${resources.aa.LEVEL}"}}')
    graph = compiled(app, known)
    assert node(graph, "environment#shared.aa").inputs == {"values": {"LEVEL": "info"}, "secrets": {}}
    assert node(graph, "config#shared.bb").edges[0].uses == (("values.x", "LEVEL"),)
    wrong = application('aa: {type: environment}\nbb: {type: config, params: {x: "${resources.aa.LEVLE}"}}')
    assert problem(wrong, known).hint == "did you mean 'LEVEL'?"
