"""What a plan can say of a module whose inputs are not known yet."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from bakehouse.drivers.builtin.terraform import Terraform
from bakehouse.drivers.builtin.terraform.nested import LATER
from bakehouse.drivers.builtin.terraform.review import ANY
from bakehouse.drivers.conformance.bench import Bench
from bakehouse.drivers.conformance.vault import Vault
from bakehouse.drivers.sdk import Proposal
from bakehouse.graph.address import Address
from bakehouse.graph.values import Text, Unknown, Value
from repository import Repository
from terraform_module import SERVER, folder

pytestmark = pytest.mark.slow

OTHER = Address.parse("vpc#net")


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with Bench(Terraform(), tmp_path, None, Vault(), 60) as found:
        yield found


def inputs(bench: Bench, binary: str, **variables: Value) -> dict[str, Any]:
    password = bench.vault.put("password", "correct-horse-battery")
    given = {"name": "db", "password": password, "zones": ["a"], **variables}
    return {"source": folder(), "variables": given, "binary": binary}


def later(name: str, type_: str = "any", *, secret: bool = False) -> Unknown:
    return Unknown(OTHER, (name,), type_, secret)


def planned(bench: Bench, given: Mapping[str, Any], held: Any = None) -> Proposal:
    found = bench.plan(given, held)
    assert found is not None
    assert found.refused is None
    return found


def after(proposal: Proposal, name: str) -> dict[str, Any]:
    (item,) = [item for item in proposal.nested if item["object"] == name]
    return {change["path"]: change["after"] for change in item["changes"]}


def test_unknown_values_of_every_type_are_shown_as_such_and_their_siblings_stay_known(
    bench: Bench, binary: str
) -> None:
    tags = {"known": "x", "later": later("tag", "string")}
    name = Text(("db-", later("id")))
    given = inputs(bench, binary, name=name, port=later("port", "integer"), tags=tags)
    found = planned(bench, given)
    values = after(found, "terraform_data.server")
    assert values["input.name"] == values["input.port"] == values["input.tags.later"] == LATER
    assert values["input.tags.known"] == "x"
    assert values["input.password"] == "***"
    assert "u_" not in repr(found.nested)


@pytest.mark.parametrize("type_", ["object", "any"])
def test_a_whole_map_may_be_unknown(bench: Bench, binary: str, type_: str) -> None:
    found = planned(bench, inputs(bench, binary, tags=later("tags", type_)))
    assert after(found, "terraform_data.server")["input.tags"] == LATER


def test_outputs_that_are_known_already_are_planned(bench: Bench, binary: str) -> None:
    found = planned(bench, inputs(bench, binary, port=later("port", "integer")))
    assert found.outputs == {"host": "db.internal"}


def test_an_unknown_secret_stays_secret(bench: Bench, binary: str) -> None:
    found = planned(bench, inputs(bench, binary, password=later("password", "string", secret=True)))
    assert after(found, "terraform_data.server")["input.password"] == LATER
    assert "password" not in found.outputs


def test_how_many_objects_there_are_may_be_known_later(bench: Bench, binary: str) -> None:
    given = inputs(bench, binary, zones=later("zones", "array"))
    found = planned(bench, given)
    assert [item["object"] for item in found.nested] == [ANY]
    assert found.notes == ("creates objects whose number is known after vpc#net",)


def test_recorded_values_stand_in_where_the_number_is_known_later(bench: Bench, binary: str) -> None:
    held = bench.create(inputs(bench, binary))
    given = inputs(bench, binary, zones=later("zones", "array"), port=7)
    found = planned(bench, given, held)
    assert after(found, "terraform_data.server")["input.port"] == 7
    assert [item["object"] for item in found.nested] == ["terraform_data.server"]
    assert "final after vpc#net" in found.notes[0]
    bench.delete(held)


def test_all_variables_may_come_from_elsewhere(bench: Bench, binary: str) -> None:
    found = planned(bench, {"source": folder(), "variables": later("all"), "binary": binary})
    assert [item["object"] for item in found.nested] == [ANY]


def test_a_module_that_does_nothing_new_is_no_change(bench: Bench, binary: str) -> None:
    held = bench.create(inputs(bench, binary))
    changed = {**inputs(bench, binary), "source": folder("modules/moved")}
    found = planned(bench, changed, held)
    assert (found.action, found.nested) == ("no-op", ())
    bench.delete(held)


def test_a_module_of_a_repository_is_fetched_planned_and_applied(
    bench: Bench, binary: str, tmp_path: Path
) -> None:
    made = Repository.made(tmp_path / "module", {"main.tf": SERVER})
    made.git("tag", "v1")
    source = f"git::file://{made.folder}?ref=v1"
    given = {**inputs(bench, binary), "source": source}
    assert planned(bench, given).outputs == {"host": "db.internal", "port": 5432}
    held = bench.create(given)
    assert held.outputs["host"] == "db.internal"
    assert "correct-horse" not in repr(held)
    bench.delete(held)
