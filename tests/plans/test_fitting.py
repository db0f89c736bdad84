"""Inputs against a driver's model, while parts of them are not known yet."""

from typing import Any

import pytest
from pydantic import BaseModel, SecretStr, field_validator

from bakehouse.graph.address import Address
from bakehouse.graph.values import Secret, Text, Unknown
from bakehouse.plans.fitting import misfit

LATER = Unknown(Address.parse("dns#web.dns"), ("host",), "string")
SEALED = Secret("local", "x")


class Rule(BaseModel):
    host: str
    port: int = 80
    password: SecretStr = SecretStr("")
    ports: dict[str, int] = {}

    @field_validator("host")
    @classmethod
    def _is_a_name(cls, host: str) -> str:
        if " " in host:
            raise ValueError(f"{host!r} is no host name")
        return host

    @field_validator("port", mode="before")
    @classmethod
    def _from_text(cls, port: Any) -> Any:
        return port.strip() if not isinstance(port, int) else port


@pytest.mark.parametrize(
    "inputs",
    [
        {"host": "a"},
        {"host": LATER},
        {"host": Text(("x.", LATER))},
        {"host": "a", "password": SEALED},
        {"host": "a", "ports": {"www": LATER, "api": "no number"}},
        {"host": "a b", "port": LATER},
    ],
)
def test_what_may_still_become_right_is_let_through(inputs: dict[str, Any]) -> None:
    assert misfit(Rule, inputs) is None


@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        ({"host": "a b"}, "host: 'a b' is no host name"),
        ({"host": "a b", "password": SEALED}, "host: 'a b' is no host name"),
        (
            {"host": LATER, "ports": {"www": "x"}},
            "ports.www: input should be a valid integer, unable to parse string as an integer",
        ),
        ({}, "host: field required"),
    ],
)
def test_what_is_wrong_however_the_rest_turns_out_is_told(inputs: dict[str, Any], said: str) -> None:
    assert misfit(Rule, inputs) == said
