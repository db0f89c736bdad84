"""What goes into one transaction, and what is done once it is durable."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct, field

from ..state.store import Write
from .call import Answer
from .events import Event

LARGEST = 1000
"""Steps in one transaction at most, so that progress becomes durable all the time."""


class Batch(Struct):
    """Collects writes, the events that tell of them, and what to start after the commit."""

    writes: list[Write] = field(default_factory=list[Write])
    events: list[Event] = field(default_factory=list[Event])
    then: list[Callable[[], None]] = field(default_factory=list[Callable[[], None]])

    def write(self, write: Write, answer: Answer) -> None:
        """Record an answer, and tell its driver once that is durable."""
        self.writes.append(write)
        if answer.made is not None and answer.made.on_recorded is not None:
            self.then.append(answer.made.on_recorded)

    def __bool__(self) -> bool:
        return bool(self.writes or self.events or self.then)

    @property
    def is_full(self) -> bool:
        """Whether it should be committed before anything is added."""
        return len(self.writes) >= LARGEST
