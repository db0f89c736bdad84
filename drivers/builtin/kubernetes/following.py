"""What containers print, as it comes: of pods that are there, of those that follow them, and over restarts."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator, Sequence
from typing import Any

from ...sdk import Context, Fault, PermanentFault, TransientFault
from .cluster import Cluster
from .faults import Refused
from .logs import Printing, not_begun, printing, timed
from .objects import Identity

_LOOK = 2.0
"""Seconds between two looks for new pods and containers that began again."""

_PAUSE = 0.2
_MOST = 50

Line = tuple[str, str]


def follow(
    context: Context, cluster: Cluster, names: Sequence[Identity], lines: int
) -> Iterator[tuple[str, str]]:
    """The last ``lines`` of each container, then everything of all until cancelled.

    Raises :class:`PermanentFault` for more than 50 containers at once, and what the cluster refuses.
    """
    inbox: queue.SimpleQueue[Line | Fault] = queue.SimpleQueue()
    readers: dict[Printing, _Reader] = {}
    tail: int | None = lines
    try:
        while not context.cancelled:
            for one in _present(context, cluster, names, bool(readers)):
                if one.waits is None and one not in readers:
                    readers[one] = _Reader(cluster, one, inbox, tail)
            tail = None
            living = [reader for reader in readers.values() if reader.goes_on]
            if len(living) > _MOST:
                raise PermanentFault(
                    f"{len(living)} containers print, and at most {_MOST} are followed",
                    hint="follow one workload, or read the last lines without following",
                )
            yield from _until_next_look(context, inbox)
    finally:
        for reader in readers.values():
            reader.stop()


def _present(context: Context, cluster: Cluster, names: Sequence[Identity], begun: bool) -> list[Printing]:
    """What prints now; once it has begun, a cluster that is away is waited for, as its readers do."""
    try:
        return printing(context, cluster, names)
    except TransientFault:
        if not begun:
            raise
        return []


def _until_next_look(context: Context, inbox: queue.SimpleQueue[Line | Fault]) -> Iterator[Line]:
    left = _LOOK
    while left > 0 and not context.cancelled:
        try:
            told = inbox.get(timeout=_PAUSE)
        except queue.Empty:
            left -= _PAUSE
            continue
        if isinstance(told, Fault):
            raise told
        yield told


class _Reader:
    """Reads one container in a thread of its own; what breaks off is taken up again behind the last line."""

    def __init__(
        self, cluster: Cluster, one: Printing, inbox: queue.SimpleQueue[Line | Fault], tail: int | None
    ) -> None:
        self._cluster = cluster
        self._one = one
        self._inbox = inbox
        self._tail = tail
        self._over = threading.Event()
        self._answer: Any = None
        self._last = ""
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    @property
    def goes_on(self) -> bool:
        """Whether it still reads."""
        return self._thread.is_alive()

    def stop(self) -> None:
        """End the reading; the answer that is waited for is cut off."""
        self._over.set()
        if self._answer is not None:
            self._cluster.cut(self._answer)

    def _read(self) -> None:
        while not self._over.is_set():
            try:
                self._once()
                return
            except Refused as fault:
                if not not_begun(fault):
                    self._inbox.put(fault)
                    return
            except Fault:
                pass  # it broke off: taken up again after a pause, as often as it takes
            self._over.wait(_LOOK)

    def _once(self) -> None:
        """Read to the end of the container's life; raises what keeps it from that."""
        query: dict[str, object] = {"follow": "true"}
        if self._last:
            query["sinceTime"] = f"{self._last.partition('.')[0]}Z"
        elif self._tail is not None:
            query["tailLines"] = self._tail
        what = f"the log of {self._one.source}"
        with self._cluster.opened(self._one.address(**query), what) as answer:
            self._answer = answer
            for line in self._cluster.lines(answer, what):
                time, text = timed(line)
                if time > self._last:
                    self._last = time
                    self._inbox.put((self._one.source, text))
                if self._over.is_set():
                    return
