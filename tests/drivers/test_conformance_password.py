"""The driver `password` keeps every promise, and its password once it is made."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from bakehouse.drivers.builtin.password import Password
from bakehouse.drivers.conformance import Bench, DriverConformance
from bakehouse.graph.values import Secret, Value


class TestPassword(DriverConformance):
    @pytest.fixture
    def driver(self) -> Password:
        return Password()

    @pytest.fixture
    def inputs(self) -> Mapping[str, Value]:
        return {}

    @pytest.fixture
    def changed_inputs(self) -> Mapping[str, Value]:
        return {"length": 40}


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with Bench(Password(), tmp_path) as bench:
        yield bench


def test_it_needs_no_quoting_anywhere_and_no_two_are_alike(bench: Bench) -> None:
    found = [str(bench.vault.open(bench.create({"length": 64}).outputs)["value"]) for _ in range(2)]
    assert all(len(text) == 64 and text.isalnum() and text.isascii() for text in found)
    assert found[0] != found[1]


def test_an_update_gives_the_recorded_one_by_its_reference(bench: Bench) -> None:
    held = bench.create({})
    assert isinstance(held.outputs["value"], Secret)
    assert bench.update(held, {"length": 32}).outputs == held.outputs
