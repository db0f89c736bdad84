"""What the promises are tried with: a store, an environment in it, and the fixtures that a subclass gives."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager

import pytest

from ....graph.diagnostics import Diagnostic
from ....graph.errors import BakehouseError
from ..holder import current_holder
from ..records import EnvironmentRecord, Holder
from ..store import Snapshot, StateStore, StateWriter
from . import samples

OpenStore = Callable[[], StateStore]


class Bench:
    """The fixtures. ``open_store`` must be given; everything else follows from it."""

    @pytest.fixture
    def open_store(self) -> Iterator[OpenStore]:
        """Opens the same store again and again, as one process after the other would; the first time it is empty."""
        raise NotImplementedError("give a fixture 'open_store'")

    @pytest.fixture
    def store(self, open_store: OpenStore) -> StateStore:
        """A store that holds nothing."""
        return open_store()

    @pytest.fixture
    def home(self, store: StateStore) -> EnvironmentRecord:
        """A registered environment."""
        return store.register(samples.environment())


def me() -> Holder:
    """This process as a holder."""
    return current_holder("dev", "apply")


@contextmanager
def writing(store: StateStore, home: EnvironmentRecord) -> Generator[StateWriter]:
    """Holds the environment, in a deployment that has begun."""
    with store.hold(home.uid, me()) as writer:
        writer.begin(samples.deployment(), {})
        yield writer


def recorded(store: StateStore, home: EnvironmentRecord) -> Snapshot:
    """The environment as recorded now."""
    return store.reader().snapshot(home.uid)


def diagnostic(error: pytest.ExceptionInfo[BakehouseError]) -> Diagnostic:
    """What the user would be told."""
    return error.value.diagnostics[0]
