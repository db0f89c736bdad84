"""Which connection a driver works with."""

from bakehouse.graph.resources import Connection
from bakehouse.graph.values import Secret
from compiling import LOCAL, application, catalog, compiled, definition, node, problem, problems
from fakes.schemas import NUMBER, TEXT, FakeSchemas, described

SCHEMA = {
    "type": "object",
    "properties": {"host": TEXT, "port": NUMBER, "password": TEXT},
    "required": ["host"],
}
DRIVERS = FakeSchemas(
    {"bucket": described({}, {"host": TEXT}, connection="aws")}, {"aws": SCHEMA, "postgres": SCHEMA}
)
DNS = definition("dns", driver="bucket")
ACCOUNT = """
---
kind: Connection
metadata: {name: account}
spec:
  kind: aws
  values: {host: "${var.HOST}", password: {$secret: {store: env, ref: KEY}}}
"""
NAMED = LOCAL + "spec: {connections: {aws: account}, variables: {HOST: {default: h}}}\n"
APP = application("aa: {type: dns}")


def test_it_is_the_environment_types_of_the_drivers_kind() -> None:
    found = node(compiled(APP, catalog(NAMED + DNS + ACCOUNT), DRIVERS), "dns#shared.aa").connection
    assert found == Connection("account", "aws", {"host": "h", "password": Secret("env", "KEY")})


def test_a_definition_may_name_another() -> None:
    own = definition("dns", driver="bucket", connection="second")
    second = ACCOUNT.replace("name: account", "name: second")
    found = node(compiled(APP, catalog(NAMED + own + ACCOUNT + second), DRIVERS), "dns#shared.aa").connection
    assert found is not None
    assert found.name == "second"


def test_a_driver_without_the_connection_that_it_needs_is_told() -> None:
    found = problem(APP, catalog(LOCAL + DNS), DRIVERS)
    assert (found.code, str(found.place)) == ("no-connection", "layer0/all.yaml:9:11")
    assert "spec.connections.aws" in (found.hint or "")


def test_an_unknown_connection_names_the_nearest() -> None:
    wrong = definition("dns", driver="bucket", connection="acount")
    found = problem(APP, catalog(NAMED + wrong + ACCOUNT), DRIVERS)
    assert (found.code, found.hint) == ("unknown-connection", "did you mean 'account'?")
    at_type = problem(APP, catalog(NAMED.replace("aws: account", "aws: acount") + DNS + ACCOUNT), DRIVERS)
    assert (at_type.code, str(at_type.place)) == ("unknown-connection", "layer0/all.yaml:2:1")


def test_a_connection_of_another_kind_is_told() -> None:
    other = ACCOUNT.replace("kind: aws", "kind: postgres")
    found = problem(APP, catalog(NAMED + DNS + other), DRIVERS)
    assert found.code == "connection-kind"


def test_values_that_do_not_fit_the_drivers_model_are_told() -> None:
    wrong = ACCOUNT.replace('host: "${var.HOST}"', "port: many")
    codes = {d.code for d in problems(APP, catalog(NAMED + DNS + wrong), DRIVERS)}
    assert codes == {"wrong-type", "missing-key"}


def test_a_connection_may_use_context_and_variables_only() -> None:
    wrong = ACCOUNT.replace("${var.HOST}", "${resource.id}")
    assert {d.code for d in problems(APP, catalog(NAMED + DNS + wrong), DRIVERS)} == {"unknown-placeholder"}
