"""Keeps the lease alive beside the walk, and tells when it may not be trusted any more."""

from __future__ import annotations

import threading
import time

from ...graph.errors import BakehouseError
from ..state.store import LeaseLost, StateWriter

PERIOD = 5.0
"""Seconds between two heart-beats."""

TRUST = 20.0
"""Seconds after the last good heart-beat from which no new work is started."""


class Heartbeat:
    """A context manager; inside it a daemon thread extends the lease."""

    def __init__(self, writer: StateWriter) -> None:
        self._writer = writer
        self._end = threading.Event()
        self._good = time.monotonic()
        self._lost: LeaseLost | None = None
        self._thread = threading.Thread(target=self._beat, name="heartbeat", daemon=True)

    def __enter__(self) -> Heartbeat:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join(timeout=PERIOD)

    @property
    def lost(self) -> LeaseLost | None:
        """The refusal of a heart-beat, once somebody else holds the environment."""
        return self._lost

    @property
    def trusted(self) -> bool:
        """Whether new work may be started."""
        return self._lost is None and time.monotonic() - self._good < TRUST

    def _beat(self) -> None:
        while not self._end.wait(PERIOD):
            started = time.monotonic()
            try:
                self._writer.heartbeat()
            except LeaseLost as lost:
                self._lost = lost
                return
            except BakehouseError:
                continue
            self._good = started
