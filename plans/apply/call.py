"""What a call of a driver is made of, and how it ended."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct, field

from ...drivers.context import Cancellation, Workspace
from ...drivers.faults import Fault
from ...drivers.registry import AnyDriver
from ...drivers.secrets import SecretRow
from ..access import SecretAccess
from ..change import Change, Target
from ..state.records import Deposed, ResourceRecord
from .ledger import Made
from .sealing import Newest


class Surroundings(Struct, frozen=True):
    """What all calls of one apply share."""

    workspace: Workspace
    secrets: SecretAccess
    newest: Newest
    run_root: Path


class Line(Struct, frozen=True):
    """What a call says to the walk while it runs.

    ``tell`` takes progress and retries as (kind, detail). ``keep`` records private data and returns once it is durable;
    it raises Cancelled where nobody waits for the call any more.
    """

    tell: Callable[[str, Mapping[str, Any]], None]
    keep: Callable[[Mapping[str, Any]], None]


class Old(Struct, frozen=True):
    """An object to delete, and the driver that made it."""

    driver: AnyDriver
    object: Deposed


class Call(Struct, frozen=True):
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


class Answer(Struct, frozen=True):
    """How a call ended: what it made, or the fault; ``rows`` are new secrets; ``seconds`` of wall time."""

    made: Made | None = None
    fault: Fault | None = None
    rows: tuple[SecretRow, ...] = ()
    seconds: float = 0.0
