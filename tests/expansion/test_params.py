"""Params: what developers give, compared, defaulted and checked."""

from bakehouse.graph.diagnostics import Severity
from compiling import LOCAL, application, catalog, compiled, definition, node, problem, problems

CONFIG = definition("config", inputs='{values: "${resource.params}"}')
PLAIN = LOCAL + CONFIG + definition("workload")

SIZED = """
---
kind: ResourceType
metadata: {name: disk}
spec:
  params:
    type: object
    required: [size]
    properties: {size: {type: integer, minimum: 1}, kind: {type: string, enum: [slow, fast], default: slow}}
  outputs: {type: object, properties: {size: {type: integer}}}
"""
DISK = SIZED + definition(
    "disk", inputs='{values: {size: "${resource.params.size}", kind: "${resource.params.kind}"}}'
)


def test_a_whole_placeholder_keeps_its_type_and_text_takes_it_in() -> None:
    app = application("""
        aa: {type: disk, params: {size: 3}}
        bb: {type: config, params: {whole: "${resources.aa.size}", text: "is ${resources.aa.size}", lit: "$${x} $$"}}
    """)
    values = node(compiled(app, catalog(LOCAL + CONFIG + DISK)), "config#shared.bb").inputs["values"]
    assert (values["whole"].type, values["whole"].path) == ("integer", ("size",))
    assert values["text"].parts == ("is ", values["whole"])
    assert values["lit"] == "${x} $"


def test_defaults_of_the_schema_are_filled_in() -> None:
    graph = compiled(application("aa: {type: disk, params: {size: 3}}"), catalog(LOCAL + DISK))
    assert node(graph, "disk#shared.aa").inputs == {"values": {"size": 3, "kind": "slow"}}


def test_all_params_that_do_not_fit_are_told_at_once_with_their_places() -> None:
    app = application("aa: {type: disk, params: {size: big, kind: fats, colour: red}}")
    found = problems(app, catalog(LOCAL + DISK))
    assert [(d.code, d.message, d.hint, str(d.place)) for d in found] == [
        ("wrong-type", "disk#shared.aa: param size: must be a whole number, not text", None, "bakehouse.yaml:6:37"),
        ("bad-value", "disk#shared.aa: param kind: must be one of slow, fast", "did you mean 'fast'?",
         "bakehouse.yaml:6:48"),
        ("unknown-param", "disk#shared.aa: 'colour' is not known here", "known: kind, size", "bakehouse.yaml:6:62"),
    ]  # fmt: skip


def test_a_missing_param_is_told() -> None:
    found = problems(application("aa: {type: disk}"), catalog(LOCAL + DISK))
    assert ("missing-param", "disk#shared.aa: 'size' is required") in [(d.code, d.message) for d in found]


def test_standard_types_take_any_param_and_warn_of_those_that_nothing_reads() -> None:
    host = definition("dns", inputs='{values: {host: "${resource.params.host}"}}')
    graph = compiled(application("aa: {type: dns, params: {host: h, colour: red}}"), catalog(LOCAL + host))
    (remark,) = graph.remarks
    assert (remark.code, remark.severity, str(remark.place)) == (
        "param-not-read", Severity.WARNING, "bakehouse.yaml:6:47",
    )  # fmt: skip


def test_a_definition_that_declares_its_params_refuses_others() -> None:
    body = "params: {type: object, properties: {size: {type: integer}}}"
    closed = definition("dns", body=body, inputs='{values: {host: "${resource.params.size}"}}')
    found = problem(application("aa: {type: dns, params: {sise: 3}}"), catalog(LOCAL + closed))
    assert (found.code, found.hint) == ("unknown-param", "did you mean 'size'?")


def test_an_optional_param_that_is_left_out_leaves_its_input_out() -> None:
    body = "params: {type: object, properties: {size: {type: integer}}}"
    some = definition("dns", body=body, inputs='{values: {host: h, size: "${resource.params.size}"}}')
    graph = compiled(application("aa: {type: dns}"), catalog(LOCAL + some))
    assert node(graph, "dns#shared.aa").inputs == {"values": {"host": "h"}}


def test_a_definition_that_reads_a_param_which_nobody_declares_or_gives_is_told() -> None:
    some = definition("dns", inputs='{values: {host: "${resource.params.hots}"}}')
    found = problem(application("aa: {type: dns, params: {host: h}}"), catalog(LOCAL + some))
    assert (found.code, str(found.place)) == ("missing-param", "layer0/all.yaml:11:27")


def test_two_declarations_of_one_address_with_equal_params_are_one() -> None:
    text = "resources: {it: {type: config, id: both, params: {x: '${metadata.kind}'}}}"
    app = application(
        "both: {type: config, params: {x: web}}", web=text.replace("${metadata.kind}", "${metadata.name}")
    )
    assert len(node(compiled(app, catalog(PLAIN)), "config#shared.both").causes) == 2


def test_two_declarations_that_differ_are_told_with_both_places_and_the_difference() -> None:
    own = "resources: {it: {type: config, id: both, params: {x: '${metadata.name}', y: 1}}}"
    found = problem(application(web=own, worker=own), catalog(PLAIN))
    assert found.code == "params-conflict"
    assert found.message == (
        "config#shared.both is asked for with other params at web.yaml:4:13: x is 'web' there and 'worker' here"
    )
    assert str(found.place) == "worker.yaml:4:13"


def test_unknown_params_are_compared_by_what_they_refer_to() -> None:
    shared = "one: {type: config, params: {v: 1}}"
    own = "resources: {src: {type: config, id: %s}, it: {type: config, id: both, params: {x: '${resources.src.v}'}}}"
    same = application(shared, web=own % "one", worker=own % "one")
    assert len(compiled(same, catalog(PLAIN)).nodes) == 4
    other = application(shared + "\ntwo: {type: config, params: {v: 1}}", web=own % "one", worker=own % "two")
    assert problem(other, catalog(PLAIN)).code == "params-conflict"


def test_declarations_without_params_never_conflict() -> None:
    app = application("both: {type: config, params: {x: 1}}", web="resources: {it: {type: config, id: both}}")
    assert node(compiled(app, catalog(PLAIN)), "config#shared.both").inputs == {"values": {"x": 1}}


def test_a_route_to_an_undeclared_port_of_a_service_names_the_declared_ones() -> None:
    ports = "service: {ports: {www: {port: 80}}}\n"
    known = catalog(PLAIN + definition("service-port", inputs="{values: {hostname: h, port: 1}}")
                    + definition("endpoint", inputs="{values: {host: h, ports: {}}}"))  # fmt: skip
    text = "resources: {pp: {type: service-port, params: {workload: web, port: 81}}}"
    found = problem(application(web=ports, worker=text), known)
    assert (found.code, found.hint) == ("undeclared-port", "its ports: www (80)")
