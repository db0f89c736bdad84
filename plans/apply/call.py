"""What a call of a driver is made of, and how it ended."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ...drivers.context import Cancellation, Workspace
from ...drivers.faults import Fault
from ...drivers.registry import AnyDriver
from ...drivers.secrets import SecretRow
from ..access import SecretAccess
from ..change import Change, Target
from ..state.records import Deposed, ResourceRecord
from .ledger import Made
from .sealing import Newest


@dataclass(frozen=True)
class Surroundings:
    """What all calls of one apply share."""

    workspace: Workspace
    secrets: SecretAccess
    newest: Newest
    run_root: Path


@dataclass(frozen=True)
class Line:
    """What a call says to the walk while it runs.

    ``tell`` takes progress and retries as (kind, detail). ``keep`` records private data and returns once it is durable;
    it raises Cancelled where nobody waits for the call any more.
    """

    tell: Callable[[str, Mapping[str, Any]], None]
    keep: Callable[[Mapping[str, Any]], None]


@dataclass(frozen=True)
class Old:
    """An object to delete, and the driver that made it."""

    driver: AnyDriver
    object: Deposed


@dataclass(frozen=True)
class Call:
    """One operation on one resource. ``target`` has its final inputs; it is None for removals.

    ``record`` is what is recorded now. ``old`` are the objects that a ``delete`` deletes, in order. ``settle``
    says that an object of this token may exist already, left by a run that did not finish.
    """

    operation: str
    driver: AnyDriver
    change: Change
    target: Target | None
    record: ResourceRecord | None
    generation: int
    deadline: float
    settle: bool = False
    old: tuple[Old, ...] = ()
    cancelled: Cancellation = field(default_factory=Cancellation)


@dataclass(frozen=True)
class Answer:
    """How a call ended: what it made, or the fault; ``rows`` are new secrets; ``seconds`` of wall time."""

    made: Made | None = None
    fault: Fault | None = None
    rows: tuple[SecretRow, ...] = ()
    seconds: float = 0.0
