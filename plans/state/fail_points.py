"""Points at which tests make a process die: before and after each durable write under a lease. Off for everybody else."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from typing import Any, cast

from .records import Holder
from .store import StateStore, StateWriter

SWITCH = "BAKEHOUSE_TESTING"
"""Without this variable, set to 1, a fail point is not heeded."""

FAIL_POINT = "BAKEHOUSE_FAIL_POINT"
"""``before:N`` or ``after:N``: SIGKILL at the N-th write, counted from 0 in each process."""

_WRITES = frozenset({"begin", "commit", "finish"})


def doomed(store: StateStore, environ: Mapping[str, str]) -> StateStore:
    """``store`` itself, unless both variables are set: then one whose writers end this process at that point."""
    if FAIL_POINT not in environ or environ.get(SWITCH) != "1":
        return store
    moment, _, number = environ[FAIL_POINT].partition(":")
    return cast("StateStore", _Store(store, moment, int(number)))


class _Store:
    """Everything of a store as it is, but for those who write."""

    def __init__(self, store: StateStore, moment: str, number: int) -> None:
        self._store, self._moment, self._number = store, moment, number

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    @contextmanager
    def hold(self, environment_uid: str, holder: Holder, *, wait: float = 0.0) -> Generator[StateWriter]:
        with self._store.hold(environment_uid, holder, wait=wait) as writer:
            yield cast("StateWriter", _Writer(writer, self._moment, self._number))


class _Writer:
    """Everything of a writer as it is; its process ends at the write that was named."""

    def __init__(self, writer: StateWriter, moment: str, left: int) -> None:
        self._writer, self._moment, self._left = writer, moment, left

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._writer, name)
        return self._deadly(found) if name in _WRITES else found

    def _deadly(self, write: Callable[..., Any]) -> Callable[..., Any]:
        def writing(*given: Any, **named: Any) -> Any:
            self._reach("before")
            written = write(*given, **named)
            self._reach("after")
            self._left -= 1
            return written

        return writing

    def _reach(self, moment: str) -> None:
        if self._left == 0 and moment == self._moment:
            os.kill(os.getpid(), signal.SIGKILL)
