"""Promises about one object's life: made, read, changed, drifted, gone."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from ..marks import STABLE, marked
from ..sdk import CreateMode, Driver, Fault, NotFound
from .bench import Bench, Held
from .hooks import Failing, Hooks, Inputs, InTheWorld


class LifeCycle(Hooks):
    """From create to delete, and the faults on the way."""

    def test_an_object_lives_from_create_to_delete(self, bench: Bench, inputs: Inputs) -> None:
        """What a create gave is what a read sees, and after a delete it is gone."""
        held = bench.create(inputs)
        try:
            assert bench.read(held).outputs == held.outputs
        finally:
            bench.delete(held)
        if bench.driver.create_mode is not CreateMode.PURE:
            with pytest.raises(NotFound):
                bench.read(held)

    def test_an_update_without_a_change_changes_nothing(self, bench: Bench, inputs: Inputs) -> None:
        """An update to the same inputs gives the same outputs, secrets by the same references included."""
        held = bench.create(inputs)
        try:
            assert (
                bench.update(held, inputs).outputs == held.outputs
                or bench.driver.create_mode is CreateMode.PURE
            )
        finally:
            bench.delete(held)

    def test_an_update_keeps_stable_outputs(
        self, bench: Bench, inputs: Inputs, changed_inputs: Inputs | None
    ) -> None:
        """After an update a read sees the new object, and no output declared stable has moved."""
        if changed_inputs is None:
            pytest.skip("no changed_inputs given")
        held = bench.create(inputs)
        try:
            after = bench.update(held, changed_inputs)
            fixed = marked(bench.driver.Outputs, STABLE)
            assert {n: after.outputs.get(n) for n in fixed} == {n: held.outputs.get(n) for n in fixed}
            assert bench.read(after).outputs == after.outputs
            held = after
        finally:
            bench.delete(held)

    def test_a_delete_may_be_repeated(self, bench: Bench, inputs: Inputs) -> None:
        """Deleting what is gone already succeeds."""
        held = bench.create(inputs)
        bench.delete(held)
        bench.delete(held)

    def test_a_delete_of_what_was_never_made_succeeds(self, bench: Bench, inputs: Inputs) -> None:
        """A create that was cut off before it began leaves nothing, and its delete finds that out."""
        bench.delete(Held(inputs, {}, {}, bench.uid))

    def test_a_read_of_a_removed_object_says_not_found(
        self, bench: Bench, inputs: Inputs, remove_it: InTheWorld | None
    ) -> None:
        """What somebody removed is reported as gone, and can still be deleted."""
        if remove_it is None:
            pytest.skip("no remove_it given")
        held = bench.create(inputs)
        remove_it(bench, held)
        try:
            with pytest.raises(NotFound):
                bench.read(held)
        finally:
            bench.delete(held)

    def test_drift_is_seen_and_repaired(
        self, bench: Bench, inputs: Inputs, break_it: InTheWorld | None
    ) -> None:
        """A change behind the driver's back shows in what is read, and an update to the same inputs undoes it."""
        if break_it is None:
            pytest.skip("no break_it given")
        held = bench.create(inputs)
        try:
            break_it(bench, held)
            seen = bench.read(held)
            assert (seen.outputs, seen.private) != (held.outputs, held.private)
            held = bench.update(held, inputs)
            assert bench.read(held).outputs == held.outputs
        finally:
            bench.delete(held)

    def test_what_is_paused_can_be_resumed_and_is_what_it_was(self, bench: Bench, inputs: Inputs) -> None:
        """Each may be repeated; what dies with the machine is seen to stop and to run again at once."""
        if not bench.driver.offers("pause"):
            pytest.skip("the driver cannot pause")
        held = bench.create(inputs)
        try:
            watched = bench.driver.ephemeral_runtime(inputs)
            for _ in range(2):
                bench.pause(held)
                assert not (watched and bench.status(held).running)
            for _ in range(2):
                bench.resume(held)
                assert not watched or bench.status(held).running
            assert bench.read(held).outputs == held.outputs
        finally:
            bench.delete(held)

    def test_what_fails_raises_our_faults(
        self, bench: Bench, inputs: Inputs, failing: tuple[Failing, ...]
    ) -> None:
        """No vendor's exception passes; inputs that the model refuses are refused before any call."""
        if not failing:
            pytest.skip("no failing cases given")
        for case in failing:
            bench.connection = case.connection or bench.connection
            with pytest.raises((case.fault, ValidationError)) as caught:
                bench.create(case.inputs or inputs)
            assert not isinstance(caught.value, Fault) or caught.value.message

    def test_two_objects_do_not_disturb_each_other(self, driver: Driver[Any, Any], bench: Bench) -> None:
        """Instances keep nothing between calls: all that a driver knows comes with the call."""
        state = {name: value for name, value in vars(driver).items() if not name.startswith("__")}
        assert state == vars(type(driver)()), f"{type(driver).__name__} holds state in its instances"
