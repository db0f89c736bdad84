"""What a driver keeps while its call runs is recorded at once, however the call ends."""

import os
import signal
from pathlib import Path
from typing import Any

import pytest

from bakehouse.drivers.registry import Registry
from bakehouse.drivers.sdk import Context, PermanentFault, Result
from bakehouse.plans.state.records import ResourceStatus
from fakes.engine import Engine, a
from fakes.world import Journal, ThingDriver, ThingInputs, World


class Keeper(ThingDriver):
    """Says of which sizes there may be things before it makes one; size 0 cannot be made, and size 13 kills."""

    def create(self, context: Context, inputs: ThingInputs) -> Result:
        self._keep(context, inputs)
        return super().create(context, inputs)

    def update(self, context: Context, inputs: ThingInputs) -> Result:
        self._keep(context, inputs)
        return super().update(context, inputs)

    def _keep(self, context: Context, inputs: ThingInputs) -> None:
        former = list(context.prior.private.get("sizes", ())) if context.prior else []
        context.keep({"sizes": [*former, inputs.size]})
        if inputs.size == 0:
            raise PermanentFault("nothing is no size")
        if inputs.size == 13:
            os.kill(os.getpid(), signal.SIGKILL)

    def _result(self, context: Context, inputs: ThingInputs) -> Result:
        return Result(super()._result(context, inputs).outputs, {"sizes": [inputs.size]})


def keeping(folder: Path) -> Engine:
    engine = Engine(folder, World(things=Journal(folder / "world")))
    engine.registry = Registry([], [Keeper(engine.world)])
    return engine


def sizes(engine: Engine, name: str = "a") -> Any:
    return engine.records()[a(name)].private["sizes"]


def killed(folder: Path, size: int) -> None:
    """Apply in a process of its own, which does not survive it."""
    child = os.fork()
    if child == 0:
        try:
            keeping(folder).run({"a": {"size": size}})
        finally:
            os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


def test_what_a_failed_call_kept_is_recorded_and_told_to_the_next(tmp_path: Path) -> None:
    engine = keeping(tmp_path)
    assert engine.run({"a": {"size": 1}}).succeeded
    assert not engine.run({"a": {"size": 0}}).succeeded
    assert sizes(engine) == [1, 0]
    assert not engine.run({"a": {"size": 0, "note": "again"}}).succeeded
    assert sizes(engine) == [1, 0, 0]
    assert engine.run({"a": {"size": 2}}).succeeded
    assert sizes(engine) == [2]


@pytest.mark.slow
def test_what_killed_calls_kept_is_recorded(tmp_path: Path) -> None:
    engine = keeping(tmp_path)
    assert engine.run({"a": {"size": 1}}).succeeded
    engine.store.close()
    for _ in range(2):
        killed(tmp_path, 13)
    engine = keeping(tmp_path)
    assert sizes(engine) == [1, 13, 13]
    assert engine.records()[a("a")].status is ResourceStatus.PENDING
    assert engine.run({"a": {"size": 2}}).succeeded
    assert sizes(engine) == [2]


@pytest.mark.slow
def test_what_a_killed_first_create_kept_is_recorded(tmp_path: Path) -> None:
    keeping(tmp_path).store.close()
    killed(tmp_path, 13)
    assert sizes(keeping(tmp_path)) == [13]


def test_an_object_that_is_made_before_the_old_one_goes_leaves_its_record_alone(tmp_path: Path) -> None:
    engine = keeping(tmp_path)
    first = {"definition": {"replace": "create-first"}}
    assert engine.run({"a": {"size": 1}}, **first).succeeded
    assert not engine.run({"a": {"size": 0, "shape": "square"}}, **first).succeeded
    assert sizes(engine) == [1]
    assert engine.run({"a": {"size": 1}}, **first).succeeded
