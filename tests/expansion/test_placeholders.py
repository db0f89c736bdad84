"""What placeholders of the platform's files mean, and what is said of those that mean nothing."""

from typing import Any

import pytest

from bakehouse.graph.diagnostics import Severity
from bakehouse.graph.values import Secret, Text, Unknown
from compiling import LOCAL, UID, application, catalog, compiled, definition, node, problem, targets

PLATFORM = "---\nkind: Platform\nmetadata: {name: acme}\nspec: {organization: acme}\n"
CONFIG = definition("config", inputs='{values: "${resource.params}"}')

VARIABLES = """
kind: EnvironmentType
metadata: {name: local}
spec:
  variables:
    LEVEL: {default: info}
    SIZE: {default: 3}
    DSN: {secret: true}
    KEY: {secret: true, default: {$secret: {store: env, ref: kv/key, version: 2}}}
"""


def value(text: str, *, types: str = LOCAL, params: str = "{}", body: str = "", **more: Any) -> Any:
    """What a definition's input becomes."""
    known = catalog(
        types + PLATFORM + CONFIG + definition("base-env", inputs=f"{{values: {{it: {text!r}}}}}", body=body)
    )
    app = application(f"aa: {{type: base-env, params: {params}}}")
    return node(compiled(app, known, **more), "base-env#shared.aa").inputs["values"]["it"]


def refusal(text: str, *, types: str = LOCAL, body: str = "", **more: Any) -> tuple[str, str | None]:
    """Code and hint about a definition's input."""
    known = catalog(
        types + PLATFORM + CONFIG + definition("base-env", inputs=f"{{values: {{it: {text!r}}}}}", body=body)
    )
    found = problem(application("aa: {type: base-env}"), known, **more)
    assert str(found.place).startswith("layer0/all.yaml:")
    return found.code, found.hint


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("${context.application}", "shop"),
        ("${context.environment}", "local"),
        ("${context.environmentType}", "local"),
        ("${context.organization}", "acme"),
        ("in ${context.application}-${context.environment}", "in shop-local"),
        ("${resource.id}", "shared.aa"),
        ("${resource.type}", "base-env"),
        ("${resource.class}", "default"),
        ("$${resource.class} $$", "${resource.class} $"),
    ],
)
def test_what_is_known_at_once_is_filled_in(text: str, expected: str) -> None:
    assert value(text) == expected


def test_names_for_other_systems_are_known_before_anything_exists() -> None:
    assert value("${context.slug}").startswith("shop-local-")
    assert value("${resource.slug}").startswith("shop-local-shared-aa-")
    assert len(value("${resource.guid}")) == len(UID)
    assert value("${resource.guid}") == value("${resource.guid}")


def test_params_keep_their_type_and_can_be_read_in_part() -> None:
    assert value("${resource.params.size}", params="{size: 3}") == 3
    assert value("${resource.params.net.ports.0}", params="{net: {ports: [80]}}") == 80
    assert value("${resource.params}", params="{size: 3}") == {"size": 3}


def test_variables_are_those_of_the_environment_over_the_defaults_of_its_type() -> None:
    assert value("${var.LEVEL}", types=VARIABLES) == "info"
    assert value("${var.LEVEL}", types=VARIABLES, variables={"LEVEL": "debug"}) == "debug"
    assert value("size ${var.SIZE}", types=VARIABLES) == "size 3"
    assert value("${variables.plain}", types=VARIABLES) == {"LEVEL": "info", "SIZE": 3}


def test_secret_variables_stay_references() -> None:
    key = Secret("env", "kv/key", "2")
    assert value("${var.KEY}", types=VARIABLES) == key
    assert value("key=${var.KEY}", types=VARIABLES) == Text(("key=", key))
    assert value("${variables.secret}", types=VARIABLES) == {"KEY": key}
    dsn = Secret("local", "x", "1")
    assert value("${var.DSN}", types=VARIABLES, variables={"DSN": dsn}) == dsn


def test_a_dependency_is_typed_by_what_its_definition_gives() -> None:
    body = "dependencies: {srv: {type: postgres-instance, id: one}}"
    server = definition("postgres-instance", driver="embedded-postgres")
    found = value("${dependencies.srv.port}", types=LOCAL + server, body=body)
    assert (str(found.source), found.path, found.type, found.secret) == (
        "postgres-instance#one", ("port",), "integer", False,
    )  # fmt: skip
    password = value("x${dependencies.srv.password}", types=LOCAL + server, body=body).parts[1]
    assert isinstance(password, Unknown)
    assert password.secret
    whole = value("${dependencies.srv}", types=LOCAL + server, body=body)
    assert (whole.path, whole.type, whole.secret) == ((), "object", True)


@pytest.mark.parametrize(
    ("text", "code", "hint"),
    [
        ("${contex.application}", "unknown-root", "did you mean 'context'?"),
        ("${context.aplication}", "unknown-placeholder", "did you mean 'application'?"),
        ("${resource.sluk}", "unknown-placeholder", "did you mean 'slug'?"),
        ("${dependencies.nte.v}", "unknown-dependency", "did you mean 'net'?"),
        ("${dependencies.net.hots}", "unknown-output", "did you mean 'host'?"),
        ("${dependencies.net.host.x}", "unknown-output", None),
        ("${var.LEVL}", "unknown-variable", "did you mean 'LEVEL'?"),
        ("${var.DSN}", "variable-not-set", "bakehouse env set -e local DSN=…"),
        ("${outputs.x}", "unknown-placeholder", None),
        ("${endpoint.host}", "unknown-placeholder", None),
        ("${metadata.name}", "unknown-placeholder",
         "definitions use resource, dependencies, context, var, outputs and select"),
        ("${ context.application }", "bad-placeholder", "write $${ for a literal ${"),
        ("${select.consumers('workload')}", "bad-selector", "write it like ${select.consumers('workload').outputs.NAME}"),
        ("${select.parents('workload').outputs.x}", "bad-selector", "the steps are dependencies and consumers"),
    ],
)  # fmt: skip
def test_what_means_nothing_is_told_with_the_nearest_name(text: str, code: str, hint: str | None) -> None:
    body = "dependencies: {net: {type: dns, id: one}}"
    dns = definition("dns", inputs="{values: {host: h}}")
    assert refusal(text, types=VARIABLES + dns, body=body) == (code, hint)


def test_a_plain_value_for_a_secret_variable_is_refused() -> None:
    assert refusal("${var.DSN}", types=VARIABLES, variables={"DSN": "clear"})[0] == "variable-not-secret"


def test_a_reference_to_an_unmatched_resource_is_told_once_as_that() -> None:
    body = "dependencies: {net: {type: dns, id: one}}"
    known = catalog(
        LOCAL + definition("base-env", inputs='{values: {it: "${dependencies.net.host}"}}', body=body)
    )
    assert problem(application("aa: {type: base-env}"), known).code == "no-definition"


def test_a_map_of_unknowns_cannot_stand_inside_text() -> None:
    app = application("""
        aa: {type: config, params: {x: 1}}
        bb: {type: base-env, params: {m: {x: "${resources.aa.x}"}}}
    """)
    known = catalog(
        LOCAL + CONFIG + definition("base-env", inputs='{values: {it: "a ${resource.params.m}"}}')
    )
    assert problem(app, known).code == "not-in-text"


def test_a_selector_lists_what_it_finds_by_address_and_depends_on_it() -> None:
    app = application("""
        aa: {type: config, params: {name: one, x: "${resources.zz.x}"}}
        bb: {type: config, class: big, params: {name: two, x: "${resources.zz.x}"}}
        cc: {type: dns, params: {x: "${resources.zz.x}"}}
        zz: {type: base-env}
        ss: {type: k8s-namespace, params: {x: "${resources.zz.x}"}}
    """)
    select = "${select.dependencies('base-env').consumers('config').outputs.name}"
    known = catalog(
        LOCAL + CONFIG
        + definition("base-env", inputs="{values: {x: 1}}")
        + definition("dns", inputs='{values: {host: "${resource.params.x}"}}')
        + definition("k8s-namespace", inputs=f'{{values: {{name: "${{resource.params.x}}", it: "{select}"}}}}')
    )  # fmt: skip
    found = node(compiled(app, known), "k8s-namespace#shared.ss")
    assert [str(u.source) for u in found.inputs["values"]["it"]] == [
        "config.big#shared.bb",
        "config#shared.aa",
    ]
    assert [str(a) for a in found.depends_on] == [
        "base-env#shared.zz",
        "config.big#shared.bb",
        "config#shared.aa",
    ]


def test_a_selector_can_name_its_own_class_and_id() -> None:
    body = 'dependencies: {one: {type: config, id: "@-x"}, two: {type: config, id: other}}'
    text = "${select.dependencies('config.@#@-x').outputs.name}"
    found = value(text, body=body)
    assert [str(u.source) for u in found] == ["config#shared.aa-x"]


def test_selectors_do_not_see_edges_that_selectors_add() -> None:
    app = application("""
        aa: {type: config, params: {name: one}}
        bb: {type: base-env, params: {x: "${resources.aa.name}"}}
        cc: {type: k8s-namespace, params: {x: "${resources.aa.name}"}}
        dd: {type: image-pull-secret, params: {x: "${resources.cc.name}"}}
    """)
    adds = "${select.dependencies('config').consumers('base-env').outputs.it}"
    sees = "${select.dependencies('k8s-namespace').dependencies('base-env').outputs.it}"
    inputs = '{values: {name: "${resource.params.x}", it: "%s"}}'
    known = catalog(
        LOCAL + CONFIG
        + definition("base-env", inputs='{values: {it: "${resource.params.x}"}}')
        + definition("k8s-namespace", inputs=inputs % adds)
        + definition("image-pull-secret", inputs=inputs % sees)
    )  # fmt: skip
    graph = compiled(app, known)
    assert "base-env#shared.bb" in targets(graph, "k8s-namespace#shared.cc")
    assert node(graph, "image-pull-secret#shared.dd").inputs["values"]["it"] == []


def test_a_selector_that_finds_nothing_gives_an_empty_list_and_a_warning() -> None:
    body = "inputs: {values: {it: \"${select.consumers('workload').outputs.x}\"}}"
    graph = compiled(application("aa: {type: base-env}"), catalog(LOCAL + definition("base-env", body=body)))
    assert node(graph, "base-env#shared.aa").inputs["values"]["it"] == []
    (found,) = graph.remarks
    assert (found.code, found.severity, str(found.place)) == (
        "nothing-selected", Severity.WARNING, "layer0/all.yaml:11:25",
    )  # fmt: skip
    assert found.message == (
        "${select.consumers('workload').outputs.x} selects nothing here: base-env#shared.aa has no such neighbour"
    )


def test_a_selector_with_a_type_that_does_not_exist_is_an_error() -> None:
    body = "inputs: {values: {it: \"${select.consumers('workloda').outputs.x}\"}}"
    found = problem(application("aa: {type: base-env}"), catalog(LOCAL + definition("base-env", body=body)))
    assert (found.code, found.hint) == ("unknown-type", "did you mean 'workload'?")
