"""Many modules are read by one start of the program, and each is told as it would be alone."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from bakehouse.drivers.builtin.terraform import Terraform
from bakehouse.drivers.builtin.terraform.providers import ProviderSettings
from bakehouse.drivers.builtin.terraform.state import State
from bakehouse.drivers.conformance.bench import Bench, Held
from bakehouse.drivers.conformance.vault import Vault
from bakehouse.drivers.sdk import Fault, NotFound, Recorded, Result
from parts.bake import REQUIRED, configuration
from terraform_module import folder

pytestmark = pytest.mark.slow

OVEN = (
    REQUIRED
    + """
variable "value" {
  type = string
}
variable "drifting" {
  type    = string
  default = null
}
variable "secret" {
  type      = string
  sensitive = true
}
resource "bake_oven" "main" {
  value     = var.value
  sensitive = var.secret
  drifting  = var.drifting
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


@pytest.fixture
def bench(tmp_path: Path, counted: tuple[str, Path], monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    monkeypatch.setenv("TF_CLI_CONFIG_FILE", str(configuration(tmp_path)))
    with Bench(Terraform(), tmp_path, None, Vault(), 60) as found:
        yield found


def made(
    bench: Bench, program: str, name: str, connection: str = "host=nowhere", **variables: str
) -> tuple[Bench, Held]:
    """An oven of another resource in the same environment, and what is recorded of it."""
    own = Bench(
        bench.driver, bench.folder, ProviderSettings.model_validate({"postgres": connection}), bench.vault, 60
    )
    given = {"value": name, "secret": bench.vault.put(name, f"secret-of-{name}"), **variables}
    return own, own.create({"source": folder(main_tf=OVEN), "variables": given, "binary": program})


def asked(world: tuple[Bench, Held]) -> Recorded:
    own, held = world
    return Recorded(own.context(held.prior()), own.validated(held.inputs))


def together(*worlds: tuple[Bench, Held]) -> list[Result | Fault | None]:
    first, *others = (asked(world) for world in worlds)
    here = [replace(o, context=replace(o.context, run_dir=first.context.run_dir)) for o in others]
    return list(worlds[0][0].driver.read_together([first, *here]))


def alone(world: tuple[Bench, Held]) -> Result:
    recorded = asked(world)
    found: Result = world[0].driver.read(recorded.context, recorded.inputs)
    return found


def state(result: Result) -> State:
    return State.unpacked(result.private["state"].get_secret_value())


def value(found: Result | Fault | None) -> Any:
    assert isinstance(found, Result)
    return dict(found.outputs)["value"]


def test_each_is_told_as_it_would_be_alone_by_one_start_of_the_program(
    bench: Bench, counted: tuple[str, Path]
) -> None:
    program, log = counted
    same, drifted = made(bench, program, "same"), made(bench, program, "drifted", drifting="cold")
    gone = made(bench, program, "gone", drifting="gone")
    log.write_text("")
    first, second, third = together(same, drifted, gone)
    assert log.read_text().split() == ["init", "apply", "plan", "show"]
    assert isinstance(first, Result)
    assert isinstance(second, Result)
    assert isinstance(third, NotFound)
    assert (first.differs, second.differs) == ((), ("bake_oven.main: an apply would update it",))
    assert value(second) == "cold"
    for found, world in ((first, same), (second, drifted)):
        by_itself = alone(world)
        assert (found.outputs, found.differs) == (by_itself.outputs, by_itself.differs)
        assert state(found).has_objects_of(state(by_itself))
    with pytest.raises(NotFound, match=third.message):
        alone(gone)


def test_where_nothing_changed_nothing_is_planned(bench: Bench, counted: tuple[str, Path]) -> None:
    program, log = counted
    worlds = [made(bench, program, f"n{i}") for i in range(3)]
    log.write_text("")
    found = together(*worlds)
    assert log.read_text().split() == ["init", "apply"]
    assert [value(f) for f in found] == ["n0", "n1", "n2"]
    assert not any("secret-of" in repr(f) for f in found)


def test_modules_of_different_accounts_are_read_by_their_own(bench: Bench, counted: tuple[str, Path]) -> None:
    program, log = counted
    worlds = [made(bench, program, f"n{i}", f"host=nowhere password=of-{i}") for i in range(3)]
    log.write_text("")
    found = together(*worlds)
    assert log.read_text().split() == ["init", "apply"]
    for one, world in zip(found, worlds, strict=True):
        assert isinstance(one, Result)
        assert state(one) == state(alone(world))


def test_what_cannot_be_refreshed_together_is_left_to_be_read_alone(
    bench: Bench, counted: tuple[str, Path]
) -> None:
    program, _ = counted
    worlds = [made(bench, program, name) for name in ("one", "two")]
    broken = replace(
        worlds[1][1],
        inputs={
            **worlds[1][1].inputs,
            "source": folder(main_tf=OVEN + "\nlocals {\n x = bake_oven.none.id\n}\n"),
        },
    )
    assert together(worlds[0], (worlds[1][0], broken)) == [None, None]
    elsewhere = replace(
        worlds[1][1], inputs={**worlds[1][1].inputs, "source": "git::file:///nowhere?ref=v1.0.0"}
    )
    assert together(worlds[0], (worlds[1][0], elsewhere)) == [None, None]
