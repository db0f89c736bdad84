"""Promises about crashes: a create that is repeated, at once or after a cut, ends with one object."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable

import pytest

from ..sdk import Cancellation, CreateMode, Fault
from .bench import Bench
from .hooks import Hooks, Inputs

Count = Callable[[Bench], int]
AtOnce = Callable[[Bench, Inputs], None]


class Replay(Hooks):
    """One token, one object, whatever was cut off."""

    def test_a_create_after_a_crash_ends_with_one_object(
        self, bench: Bench, inputs: Inputs, count: Count | None
    ) -> None:
        """The engine lost the answer of a create: it settles it by ``find`` and update, or by a second create."""
        bench.create(inputs)
        _settles_to_one(bench, inputs, count)

    @pytest.mark.parametrize("way", ["threads", "processes"])
    def test_two_creates_of_one_token_at_once_leave_one_object(
        self, bench: Bench, inputs: Inputs, count: Count | None, way: str
    ) -> None:
        """Each of the two may fail with one of our faults; together they leave one object, which can be settled."""
        if bench.driver.create_mode is CreateMode.PURE:
            pytest.skip("a pure driver makes no object")
        _WAYS[way](bench, inputs)
        _settles_to_one(bench, inputs, count)

    def test_find_says_none_before_a_create(self, bench: Bench, inputs: Inputs) -> None:
        """None means that surely nothing of this token exists."""
        if bench.driver.create_mode is not CreateMode.FINDABLE:
            pytest.skip("not findable")
        assert bench.find(inputs) is None
        held = bench.create(inputs)
        try:
            assert bench.find(inputs) is not None
            assert bench.find(inputs, generation=2) is None, "an object is found by its token, not by its uid"
        finally:
            bench.delete(held)
        assert bench.find(inputs) is None

    def test_a_cancelled_create_gives_up_with_a_fault_or_finishes(self, bench: Bench, inputs: Inputs) -> None:
        """Whatever it did before it gave up is settled by the next create."""
        token = Cancellation()
        token.set()
        context = bench.context(cancelled=token)
        with contextlib.suppress(Fault):
            bench.driver.create(context, bench.validated(inputs))
        bench.delete(bench.settle(inputs))


def _settles_to_one(bench: Bench, inputs: Inputs, count: Count | None) -> None:
    held = bench.settle(inputs)
    try:
        assert bench.read(held).outputs == held.outputs
        assert count is None or count(bench) == 1
    finally:
        bench.delete(held)
    assert count is None or count(bench) == 0


def _in_threads(bench: Bench, inputs: Inputs) -> None:
    unexpected: list[BaseException] = []

    def create() -> None:
        try:
            bench.driver.create(bench.context(), bench.validated(inputs))
        except Fault:
            return
        except Exception as error:
            unexpected.append(error)

    threads = [threading.Thread(target=create) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(bench.seconds)
    assert unexpected == []


def _in_processes(bench: Bench, inputs: Inputs) -> None:
    """Forked, so that a driver that cannot be pickled is tried too; the children end without any clean-up of ours."""
    children = [pid for pid in (_forked(bench, inputs) for _ in range(2)) if pid]
    codes = [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in children]
    assert codes == [0, 0], "a create ended with something that is no fault of ours"


def _forked(bench: Bench, inputs: Inputs) -> int:
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        bench.driver.create(bench.context(), bench.validated(inputs))
        code = 0
    except Fault:
        code = 0
    finally:
        os._exit(code)


_WAYS: dict[str, AtOnce] = {"threads": _in_threads, "processes": _in_processes}
