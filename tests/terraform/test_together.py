"""Many modules are planned by one start of the program, wired to each other."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from bakehouse.drivers.builtin.terraform import Terraform
from bakehouse.drivers.builtin.terraform.nested import LATER
from bakehouse.drivers.builtin.terraform.review import ANY
from bakehouse.drivers.conformance.bench import Bench, Held
from bakehouse.drivers.conformance.vault import Vault
from bakehouse.drivers.sdk import Fault, PermanentFault, Planned, Proposal
from bakehouse.graph.address import Address
from bakehouse.graph.values import Text, Unknown, Value
from terraform_module import folder

pytestmark = pytest.mark.slow

Outputs = Mapping[str, Value]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with Bench(Terraform(), tmp_path, None, Vault(), 60) as found:
        yield found


def server(bench: Bench, binary: str, **variables: Value) -> dict[str, Any]:
    given = {"name": "db", "password": bench.vault.put("password", "correct-horse"), **variables}
    return {"source": folder(), "variables": given, "binary": binary}


def planned(
    bench: Bench,
    name: str,
    inputs: Mapping[str, Any],
    outputs: Outputs | None = None,
    held: Held | None = None,
) -> Planned:
    context = bench.context(held.prior() if held else None)
    other = {} if held else {"uid": f"{name:x>12}", "token": f"{name}.1"}
    return Planned(replace(context, address=f"server#{name}", **other), inputs, outputs)


def out(name: str, *path: str, type_: str = "any") -> Unknown:
    return Unknown(Address.parse(f"server#{name}"), path, type_)


def asked(bench: Bench, *group: Planned) -> list[Proposal | Fault | None]:
    return list(bench.driver.plan_together(group))


def values(proposal: Proposal | Fault | None, name: str = "terraform_data.server") -> dict[str, Any]:
    assert isinstance(proposal, Proposal)
    (item,) = [item for item in proposal.nested if item["object"] == name]
    return {change["path"]: change["after"] for change in item["changes"]}


def test_twenty_modules_take_one_start(bench: Bench, counted: tuple[str, Path]) -> None:
    binary, log = counted
    group = [planned(bench, f"n{i}", server(bench, binary, name=f"n{i}")) for i in range(20)]
    found = asked(bench, *group)
    assert [values(p)["input.name"] for p in found] == [f"n{i}" for i in range(20)]
    assert log.read_text().split() == ["init", "plan", "show"]


def test_outputs_of_one_are_inputs_of_another(bench: Bench, binary: str) -> None:
    own = {
        "where": Text(("tcp://", out("aa", "host", type_="string"), ":5432")),
        "id": out("aa", "id"),
        "p": out("aa", "port"),
    }
    first = planned(bench, "aa", server(bench, binary, name="aa"), own)
    tags = {"where": out("aa", "where", type_="string"), "id": out("aa", "id")}
    second = planned(bench, "bb", server(bench, binary, name="bb", tags=tags, port=out("aa", "p")))
    third = planned(bench, "cc", server(bench, binary, name=out("bb", "host"), port=out("other", "x")))
    _, wired, further = asked(bench, first, second, third)
    got = values(wired)
    assert got["input.tags.where"] == "tcp://aa.internal:5432"
    assert got["input.tags.id"] == LATER
    assert got["input.port"] == 5432
    assert values(further)["input.name"] == "bb.internal"
    assert values(further)["input.port"] == LATER


def test_what_exists_is_planned_beside_what_does_not(bench: Bench, counted: tuple[str, Path]) -> None:
    binary, log = counted
    held = bench.create(server(bench, binary))
    log.write_text("")
    same = planned(bench, "aa", held.inputs, held=held)
    other = planned(bench, "bb", server(bench, binary, name=out("aa", "host")))
    unchanged, created = asked(bench, same, other)
    assert isinstance(unchanged, Proposal)
    assert (unchanged.action, unchanged.nested) == ("no-op", ())
    assert values(created)["input.name"] == "db.internal"
    assert log.read_text().split() == ["init", "plan", "show"]
    bench.delete(held)


def test_one_whose_number_is_not_known_is_left_out_and_the_others_stay_together(
    bench: Bench, counted: tuple[str, Path]
) -> None:
    binary, log = counted
    group = [planned(bench, f"n{i}", server(bench, binary, name=f"n{i}")) for i in range(3)]
    unknown = planned(bench, "zz", server(bench, binary, zones=out("other", "zones", type_="array")))
    *known, open_ = asked(bench, *group, unknown)
    assert [values(p)["input.name"] for p in known] == ["n0", "n1", "n2"]
    assert isinstance(open_, Proposal)
    assert [item["object"] for item in open_.nested] == [ANY]
    assert log.read_text().split().count("show") == 1


def test_one_that_is_wrong_is_told_and_the_others_are_planned(bench: Bench, binary: str) -> None:
    good = [planned(bench, f"n{i}", server(bench, binary, name=f"n{i}")) for i in range(2)]
    wrong = {
        "source": folder("modules/bad", main_tf='output "x" {\n  value = var.nothing\n}'),
        "binary": binary,
    }
    *fine, bad = asked(bench, *good, planned(bench, "bad", {**wrong, "variables": {}}))
    assert [values(p)["input.name"] for p in fine] == ["n0", "n1"]
    assert isinstance(bad, PermanentFault)
    assert "modules/bad/main.tf:2" in bad.message
