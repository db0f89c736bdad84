"""A module of a real provider: its connection becomes the provider block, and what happens outside is seen."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import psycopg
import pytest
from msgspec.structs import replace
from pydantic import BaseModel

from bakehouse.drivers.builtin.terraform import Terraform
from bakehouse.drivers.builtin.terraform.providers import ProviderSettings
from bakehouse.drivers.conformance.bench import Bench
from bakehouse.drivers.conformance.hooks import Failing, Inputs
from bakehouse.drivers.conformance.vault import Vault
from bakehouse.drivers.sdk import Fault, NotFound, PermanentFault, Planned, Proposal
from parts.bake import REQUIRED, configuration
from parts.postgres import Server, server
from terraform_module import folder
from terraform_promises import TerraformConformance

pytestmark = pytest.mark.slow

OVEN = (
    REQUIRED
    + """
variable "value" {
  type = string
}
variable "kind" {
  type    = string
  default = "round"
}
variable "drifting" {
  type    = string
  default = null
}
variable "failing" {
  type    = string
  default = null
}
variable "secret" {
  type      = string
  sensitive = true
}
resource "bake_oven" "main" {
  value     = var.value
  immutable = var.kind
  sensitive = var.secret
  drifting  = var.drifting
  failing   = var.failing
}
output "id" {
  value = bake_oven.main.id
}
output "value" {
  value = bake_oven.main.value
}
output "token" {
  value     = bake_oven.main.token
  sensitive = true
}
"""
)

DATABASE = (
    REQUIRED
    + """
variable "name" {
  type = string
}
variable "password" {
  type      = string
  sensitive = true
}
resource "bake_database" "main" {
  name     = var.name
  password = var.password
}
output "name" {
  value = bake_database.main.name
}
output "url" {
  value     = bake_database.main.url
  sensitive = true
}
"""
)


@pytest.fixture
def provided(binary: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The program, that finds the provider."""
    monkeypatch.setenv("TF_CLI_CONFIG_FILE", str(configuration(tmp_path)))
    return binary


class TestOven(TerraformConformance):
    """The promises, of a module whose object can be changed and removed by somebody else."""

    @pytest.fixture
    def driver(self) -> Terraform:
        return Terraform()

    @pytest.fixture
    def connection(self) -> BaseModel:
        return ProviderSettings.model_validate({"postgres": "host=nowhere password=planted-in-the-provider"})

    @pytest.fixture
    def inputs(self, provided: str, vault: Vault) -> Inputs:
        variables = {"value": "warm", "secret": vault.put("secret", "correct-horse-battery")}
        return {"source": folder(main_tf=OVEN), "variables": variables, "binary": provided}

    @pytest.fixture
    def changed_inputs(self, inputs: Inputs) -> Inputs:
        return {**inputs, "variables": {**inputs["variables"], "value": "hot"}}

    @pytest.fixture
    def failing(self, inputs: Inputs) -> tuple[Failing, ...]:
        variables: Mapping[str, Any] = inputs["variables"]
        cases = ("plan", "create", "made")
        return tuple(
            Failing(PermanentFault, {**inputs, "variables": {**variables, "failing": c}}) for c in cases
        )

    def test_an_object_lives_from_create_to_delete(self, bench: Bench, inputs: Inputs) -> None:
        """An oven is nowhere but in the state, so nothing can say that it is gone."""
        held = bench.create(inputs)
        assert bench.read(held).outputs == held.outputs
        bench.delete(held)


def bench_of(tmp_path: Path, connection: BaseModel | None = None) -> Bench:
    return Bench(Terraform(), tmp_path, connection or ProviderSettings(), Vault(), 60)


def oven(bench: Bench, binary: str, **variables: str) -> dict[str, Any]:
    given = {"value": "warm", "secret": bench.vault.put("secret", "correct-horse"), **variables}
    return {"source": folder(main_tf=OVEN), "variables": given, "binary": binary}


def test_drift_and_absence_are_read(tmp_path: Path, provided: str) -> None:
    with bench_of(tmp_path) as bench:
        drifted = bench.create(oven(bench, provided, drifting="cold"))
        assert bench.read(drifted).outputs["value"] == "cold"
        assert bench.differences(drifted) == ("bake_oven.main: an apply would update it",)
        bench.delete(drifted)
        gone = bench.create(oven(bench, provided, drifting="gone"))
        with pytest.raises(NotFound):
            bench.read(gone)
        bench.delete(gone)


def test_a_provider_that_is_in_the_cache_stays_as_it_is_for_those_who_have_started_it(
    tmp_path: Path, provided: str
) -> None:
    def kept() -> list[tuple[str, int]]:
        cache = tmp_path / "cache/bakehouse/terraform"
        found = [p for p in cache.glob("parts.test/bakehouse/bake/*/*") if p.suffix != ".lock"]
        return [(p.name, p.lstat().st_ctime_ns) for p in found]

    with bench_of(tmp_path) as bench:
        first = bench.create(oven(bench, provided))
        before = kept()
        second = bench.create(oven(bench, provided))
        assert len(before) == 1
        assert kept() == before
        for held in (first, second):
            bench.delete(held)


def test_a_replacement_below_names_what_forces_it(tmp_path: Path, provided: str) -> None:
    with bench_of(tmp_path) as bench:
        held = bench.create(oven(bench, provided))
        found = bench.plan(oven(bench, provided, kind="square"), held)
        assert isinstance(found, Proposal)
        (item,) = found.nested
        assert (item["object"], item["action"], item["forced_by"]) == (
            "bake_oven.main",
            "replace",
            ["immutable"],
        )
        bench.delete(held)


def test_the_connection_is_for_the_only_provider_that_needs_one() -> None:
    needs = (
        'resource "aws_route53_record" "r" {}\nresource "random_id" "x" {}\nresource "terraform_data" "y" {}'
    )
    several = needs + '\nresource "google_dns_record_set" "z" {}'
    own = needs + '\nprovider "aws" {}'
    described = [Terraform().describe({"source": folder(main_tf=text)}) for text in (needs, several, own)]
    assert [d.connection_kind for d in described] == ["aws", None, None]
    assert all(d.connection_optional for d in described)


@pytest.fixture(scope="module")
def database() -> Iterator[Server]:
    """A server for this module."""
    with server() as found:
        yield found


def test_a_real_database_is_planned_made_found_and_removed(
    tmp_path: Path, provided: str, database: Server
) -> None:
    def names() -> list[str]:
        with psycopg.connect(database.conninfo()) as connection:
            return [str(row[0]) for row in connection.execute("select datname from pg_database")]

    settings = ProviderSettings.model_validate({"postgres": database.conninfo()})
    with bench_of(tmp_path, settings) as bench:
        password = bench.vault.put("password", "correct-horse")
        given = {"name": "orders", "password": password}
        inputs = {"source": folder(main_tf=DATABASE), "variables": given, "binary": provided}
        assert "orders" not in names()
        held = bench.create(inputs)
        assert "orders" in names()
        assert held.outputs["name"] == "orders"
        assert database.conninfo() not in repr((held, bench.said))
        contexts = [
            bench.context(held.prior()),
            replace(bench.context(), uid="x" * 12, token="x.1", address="a#x"),
        ]
        answers = bench.driver.plan_together(
            [Planned(replace(c, connection=settings), inputs) for c in contexts]
        )
        assert not any(isinstance(answer, Fault) for answer in answers)
        assert [len(answer.nested) for answer in answers if isinstance(answer, Proposal)] == [0, 1]
        bench.delete(held)
        assert "orders" not in names()
