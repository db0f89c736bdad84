"""The driver `template` keeps every promise, and makes nothing unknown that need not be."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from bakehouse.drivers.builtin.template import Template, TemplateInputs
from bakehouse.drivers.conformance import Bench, DriverConformance, Vault
from bakehouse.graph.address import Address
from bakehouse.graph.values import Secret, Text, Unknown, Value

UPSTREAM = Address.parse("postgres#web.db")


class TestTemplate(DriverConformance):
    @pytest.fixture
    def driver(self) -> Template:
        return Template()

    @pytest.fixture
    def inputs(self, vault: Vault) -> Mapping[str, Value]:
        password = vault.put("password", "the clear password")
        return {
            "values": {"host": "db", "port": 5432, "url": Text(("postgres://", password, "@db"))},
            "secrets": {"password": password},
        }

    @pytest.fixture
    def changed_inputs(self) -> Mapping[str, Value]:
        return {"values": {"host": "other"}}


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with Bench(Template(), tmp_path) as bench:
        yield bench


def test_outputs_are_the_values_and_the_secrets(bench: Bench) -> None:
    password = bench.vault.put("p", "x")
    held = bench.create({"values": {"a": 1}, "secrets": {"p": password}})
    assert held.outputs == {"a": 1, "p": password}


def test_a_clear_text_among_the_secrets_is_kept_as_a_secret(bench: Bench) -> None:
    held = bench.create({"secrets": {"p": "clear", "q": {"n": 7}}})
    assert isinstance(held.outputs["p"], Secret)
    assert bench.vault.open(held.outputs) == {"p": "clear", "q": {"n": "7"}}


def test_a_name_stands_in_values_or_in_secrets() -> None:
    with pytest.raises(ValidationError, match="a stands in both"):
        TemplateInputs.model_validate({"values": {"a": 1}, "secrets": {"a": SecretStr("x")}})


def test_planned_outputs_are_final_where_the_inputs_are(bench: Bench) -> None:
    host = Unknown(UPSTREAM, ("host",), "string")
    password = Unknown(UPSTREAM, ("password",), "string")
    planned = {"values": {"a": 1, "h": host}, "secrets": {"p": password, "clear": "x"}}
    proposal = bench.plan(planned)
    assert proposal is not None
    assert proposal.outputs == {"a": 1, "h": host, "p": Unknown(UPSTREAM, ("password",), "string", True)}


def test_equal_inputs_are_planned_as_nothing_to_do(bench: Bench) -> None:
    held = bench.create({"values": {"a": 1}})
    same, other = bench.plan({"values": {"a": 1}}, held), bench.plan({"values": {"a": 2}}, held)
    assert same is not None
    assert other is not None
    assert (same.action, other.action) == ("no-op", "update")


def test_its_outputs_are_described_by_the_definition() -> None:
    described = (
        Template()
        .describe(
            {
                "values": {
                    "host": "127.0.0.1",
                    "port": 8080,
                    "ratio": 0.5,
                    "on": True,
                    "whole": "${dependencies.db.port}",
                    "mixed": "http://${context.slug}",
                    "nested": {"key": {"$secret": {"store": "env", "ref": "X"}}},
                    "list": [1],
                    "typed": Unknown(UPSTREAM, ("port",), "integer", True),
                },
                "secrets": {"password": "${dependencies.db.password}"},
            }
        )
        .outputs
    )
    properties = described["properties"]
    kinds = {name: schema.get("type", "any") for name, schema in properties.items()}
    assert kinds == {
        "host": "string",
        "port": "integer",
        "ratio": "number",
        "on": "boolean",
        "whole": "any",
        "mixed": "string",
        "nested": "object",
        "list": "array",
        "typed": "integer",
        "password": "any",
    }
    assert {n for n, s in properties.items() if s.get("x-secret")} == {"typed", "password"}
    assert properties["nested"]["properties"]["key"] == {"type": "string", "x-secret": True}
    assert described["additionalProperties"] is False


def test_a_placeholder_in_place_of_all_values_leaves_the_names_open() -> None:
    described = Template().describe({"values": "${resource.params}"}).outputs
    assert described["additionalProperties"] is True
    assert described["properties"] == {}
