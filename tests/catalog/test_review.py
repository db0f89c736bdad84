"""What is found wrong with a catalog alone, although no application uses any of it."""

import pytest

from bakehouse.graph.diagnostics import Severity
from bakehouse.resolvers.catalog import load_catalog
from bakehouse.resolvers.review import review_catalog
from compiling import LOCAL, catalog, definition
from fakes.schemas import NUMBER, SERVER, TEXT, FakeSchemas, described

DRIVERS = FakeSchemas(
    {"bucket": described({"name": TEXT, "size": NUMBER}, SERVER, required=("name",), connection="aws")},
    {"aws": {"type": "object", "properties": {"host": TEXT}, "additionalProperties": False}},
)


def told(text: str) -> list[tuple[str, str, str | None]]:
    """Code, place and hint of everything that is found."""
    found = review_catalog(catalog(LOCAL + text, pack=True), DRIVERS)
    return [(d.code, str(d.place).rpartition(".yaml:")[2], d.hint) for d in found]


def test_the_pack_for_one_machine_has_nothing_wrong() -> None:
    assert review_catalog(load_catalog(), FakeSchemas()) == ()


def test_what_only_an_environment_decides_is_not_asked_for() -> None:
    body = """
    inputs: {name: "${var.X}-${resource.params.any}-${context.organization}", size: "${resource.params.size}"}
    dependencies: {db: {type: postgres, params: {of: "${resource.id}"}}}
    coProvision: [{type: config, id: "@-x", params: {host: "${dependencies.db.host}"}}]
    outputs: {any: "${outputs.host}", other: "${select.consumers('workload').outputs.x}"}
    """
    variables = "spec: {variables: {X: {secret: true}}}\n"
    assert told(variables + definition("config", driver="bucket", body=body)) == []


NO_CONNECTION = (
    "none is read: connections count only in a catalog that the store names ('bakehouse catalog use SOURCE')"
)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("inputs: {nmae: x}", [("unknown-key", "11:12", "did you mean 'name'?"), ("missing-input", "11:11", "add 'name'")]),
        ("inputs: {name: 1}", [("wrong-type", "11:18", "put it in quotes")]),
        ('inputs: {name: "${resource.sluk}"}', [("unknown-placeholder", "11:18", "did you mean 'slug'?")]),
        ('inputs: {name: "${dependencies.db.hots}"}\ndependencies: {db: {type: postgres}}',
         [("unknown-output", "11:18", "did you mean 'host'?")]),
        ("inputs: {name: x}\ndependencies: {db: {type: postgras}}",
         [("unknown-type", "12:29", "did you mean 'postgres'?")]),
        ('inputs: {name: x}\ncoProvision: [{type: config, id: x, params: {a: "${dependencies.db.host}"}}]',
         [("unknown-dependency", "12:51", "there are no dependencies names here")]),
        ('inputs: {name: x}\noutputs: {host: "${outputs.hots}"}', [("unknown-output", "12:19", "did you mean 'host'?")]),
        ("inputs: {name: x}\nconnection: nothing", [("unknown-connection", "12:15", NO_CONNECTION)]),
        ('inputs: {name: "${resource.params.sise}"}\nparams: {properties: {size: {type: integer}}}',
         [("missing-param", "11:18",
           "give the param, or declare it as optional in spec.params of the definition")]),
        ('inputs: {name: x, size: "${resource.params.size}"}\nparams: {properties: {size: {type: string}}}',
         [("wrong-type", "11:27", None)]),
    ],
)  # fmt: skip
def test_a_definition_that_nothing_uses_is_tried(
    body: str, expected: list[tuple[str, str, str | None]]
) -> None:
    assert told(definition("base-env", driver="bucket", body=body)) == expected


def test_unknown_types_and_drivers_are_told() -> None:
    assert [t[0] for t in told(definition("nothing") + definition("config", driver="nobody"))] == [
        "unknown-driver", "unknown-type",
    ]  # fmt: skip


def test_definitions_about_endpoints_are_tried_on_one() -> None:
    service = definition(
        "service", inputs='{values: {name: "${endpoint.workload}", url: "${endpoint.pots}"}}'
    )
    assert told(service) == [("unknown-placeholder", "11:56", "did you mean 'ports'?")]


def test_connections_are_checked_against_their_kind_and_must_exist_where_they_are_named() -> None:
    text = (
        "spec: {connections: {aws: acount}}\n"
        "---\nkind: Connection\nmetadata: {name: account}\nspec: {kind: aws, values: {hots: h}}\n"
    )
    assert [t[0] for t in told(text)] == ["unknown-connection", "unknown-key"]


def test_environment_types_that_do_not_exist_are_a_warning() -> None:
    known = catalog(LOCAL + definition("config", match="[{environmentType: locla}]"))
    (found,) = review_catalog(known, DRIVERS)
    assert (found.code, found.severity, found.hint) == (
        "unknown-environment-type", Severity.WARNING, "did you mean 'local'?",
    )  # fmt: skip


def test_an_environment_without_its_application_is_a_warning_when_the_catalog_is_read() -> None:
    known = catalog(LOCAL + definition("config", match="[{environment: blue}]"))
    (found,) = known.remarks
    assert (found.code, found.severity) == ("environment-of-every-application", Severity.WARNING)
