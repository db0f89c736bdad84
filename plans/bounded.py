"""A call of a driver while planning: it is waited for only so long, and has a folder of its own."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable
from concurrent.futures import Future, wait
from typing import TypeVar

from ..drivers.context import Cancellation
from ..drivers.faults import Fault

T = TypeVar("T")

GRACE = 5.0
"""Seconds that a call may take beyond its deadline, to say itself why it gave up."""


class TooLate(Fault):
    """A driver did not answer in time."""


def scratch() -> tempfile.TemporaryDirectory[str]:
    """A folder (0700) for a call; one that is abandoned may still be writing into it when it is removed."""
    return tempfile.TemporaryDirectory(prefix="bakehouse-", ignore_cleanup_errors=True)


def within(seconds: float, driver: str, call: Callable[[Cancellation], T]) -> T:
    """What ``call`` gives, or raises, in a thread of its own; it is told to give up once nobody waits any more.

    Raises :class:`TooLate` when it took longer than ``seconds`` and the grace period; a later answer is of no use.
    """
    answer, cancelled = Future[T](), Cancellation()

    def work() -> None:
        try:
            answer.set_result(call(cancelled))
        except BaseException as error:
            answer.set_exception(error)

    threading.Thread(target=work, name=f"ask {driver}", daemon=True).start()
    try:
        wait([answer], timeout=seconds + GRACE)
    finally:
        cancelled.set()
    if not answer.done():
        raise TooLate(f"driver {driver} did not answer within {seconds:.0f} s")
    return answer.result()
