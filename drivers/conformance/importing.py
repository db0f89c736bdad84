"""Promises about what exists already: described without a touch, taken over once, never from another resource."""

from __future__ import annotations

import contextlib
import uuid

import pytest

from ...graph.address import Address
from ...graph.encoding import encode
from ...graph.values import Unknown
from ..marks import IMMUTABLE, marked
from ..sdk import Conflict, Fault, NotFound
from .bench import Bench
from .hooks import Existing, Hooks, Inputs


class Importing(Hooks):
    """For drivers that implement ``import_``; they must give the hook ``existing``."""

    def test_an_object_that_exists_is_described_and_not_touched(
        self, bench: Bench, inputs: Inputs, existing: Existing | None
    ) -> None:
        """A second look sees the same; what it says can be planned with, and tells no secret.

        Where an input is not known yet it may say so by a fault.
        """
        external_id = _made(bench, existing)
        found = bench.imported(inputs, external_id)
        again = bench.imported(inputs, external_id)
        assert (again.inputs, dict(again.outputs)) == (found.inputs, dict(found.outputs))
        encode(found.inputs)
        fixed = marked(bench.driver.Inputs, IMMUTABLE)
        assert {n: found.inputs.get(n) for n in fixed} == {n: inputs.get(n) for n in fixed}
        told = f"{found.inputs} {found.notes}"
        assert [text for text in bench.vault.clear if text and text in told] == []
        for name in inputs:
            with contextlib.suppress(Fault):
                bench.imported({**inputs, name: Unknown(Address.parse("upstream#x"), (name,))}, external_id)
        bench.delete(bench.adopt(inputs, external_id))

    def test_an_adopted_object_is_like_one_that_was_made(
        self, bench: Bench, inputs: Inputs, existing: Existing | None, changed_inputs: Inputs | None
    ) -> None:
        """It can be read, updated and deleted, and an adoption whose answer was lost can be repeated."""
        external_id = _made(bench, existing)
        bench.adopt(inputs, external_id)
        held = bench.adopt(inputs, external_id)
        try:
            assert bench.read(held).outputs == held.outputs
            held = bench.update(held, changed_inputs or inputs)
            assert bench.read(held).outputs == held.outputs
        finally:
            bench.delete(held)
        with pytest.raises(NotFound):
            bench.read(held)

    def test_what_does_not_exist_cannot_be_adopted(self, bench: Bench, inputs: Inputs) -> None:
        """It is said, and nothing is made."""
        if not bench.driver.offers("import_"):
            pytest.skip("cannot import")
        with pytest.raises(NotFound):
            bench.imported(inputs, f"no-such-{uuid.uuid4().hex}")

    def test_the_object_of_another_resource_is_not_taken_over(
        self, bench: Bench, inputs: Inputs, existing: Existing | None
    ) -> None:
        """Whoever comes second is refused, while planning already."""
        external_id = _made(bench, existing)
        held = bench.adopt(inputs, external_id)
        first, bench.uid = bench.uid, str(uuid.uuid4())
        try:
            with pytest.raises((Conflict, NotFound)):
                bench.imported(inputs, external_id)
        finally:
            bench.uid = first
            bench.delete(held)


def _made(bench: Bench, existing: Existing | None) -> str:
    if not bench.driver.offers("import_"):
        pytest.skip("cannot import")
    assert existing is not None, "give the hook 'existing': the driver offers import_"
    return existing(bench)
