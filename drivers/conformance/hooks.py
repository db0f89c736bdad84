"""What the author of a driver gives to the suite: fixtures to override in the subclass."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct
from pydantic import BaseModel

from ...graph.values import Value
from ..sdk import Driver, Fault, Prior
from .bench import Bench, Held
from .vault import Vault

Inputs = Mapping[str, Value]
InTheWorld = Callable[[Bench, Held], None]
Existing = Callable[[Bench], str]


class Failing(Struct, frozen=True):
    """Inputs or a connection with which ``create`` must raise ``fault``; None keeps the suite's own."""

    fault: type[Fault]
    inputs: Inputs | None = None
    connection: BaseModel | None = None


class Hooks:
    """The fixtures. ``driver`` and ``inputs`` must be given; a promise whose hook is None is skipped and says so."""

    @pytest.fixture
    def driver(self) -> Driver[Any, Any]:
        """The driver under test."""
        raise NotImplementedError("give a fixture 'driver'")

    @pytest.fixture
    def vault(self) -> Vault:
        """Where secrets of inputs are put: ``vault.put("name", "clear text")`` gives the reference to use."""
        return Vault()

    @pytest.fixture
    def inputs(self) -> Inputs:
        """Inputs with which an object can be made."""
        raise NotImplementedError("give a fixture 'inputs'")

    @pytest.fixture
    def changed_inputs(self) -> Inputs | None:
        """The same with a change that an update makes."""
        return None

    @pytest.fixture
    def connection(self) -> BaseModel | None:
        """The connection, where the driver needs one."""
        return None

    @pytest.fixture
    def break_it(self) -> InTheWorld | None:
        """Changes the object behind the driver's back, so that a read must differ."""
        return None

    @pytest.fixture
    def remove_it(self) -> InTheWorld | None:
        """Removes the object behind the driver's back, so that a read must say so."""
        return None

    @pytest.fixture
    def count(self) -> Callable[[Bench], int] | None:
        """How many objects of this environment exist in the world."""
        return None

    @pytest.fixture
    def existing(self) -> Existing | None:
        """Makes an object of ``inputs`` that was not made by the driver, and gives the id to adopt it by."""
        return None

    @pytest.fixture
    def failing(self) -> tuple[Failing, ...]:
        """Cases in which a create must raise one of our faults."""
        return ()

    @pytest.fixture
    def old_records(self) -> Mapping[int, Prior]:
        """A record of each older schema version."""
        return {}

    @pytest.fixture
    def seconds(self) -> float:
        """The deadline of one call."""
        return 120.0

    @pytest.fixture
    def bench(
        self,
        driver: Driver[Any, Any],
        vault: Vault,
        connection: BaseModel | None,
        seconds: float,
        tmp_path: Path,
    ) -> Iterator[Bench]:
        """The small engine that calls the driver."""
        with Bench(driver, tmp_path, connection, vault, seconds) as bench:
            yield bench
