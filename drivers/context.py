"""What a driver is given with each call, and what it gives back."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct, field
from pydantic import BaseModel

from ..graph.values import Secret
from .faults import Cancelled


class Prior(Struct, frozen=True):
    """What was recorded about the object. Secrets stand as ``Secret`` references; ``Context.reveal`` opens them."""

    inputs: Mapping[str, Any]
    outputs: Mapping[str, Any]
    private: Mapping[str, Any]
    schema_version: int = 1


class Workspace(Struct, frozen=True):
    """Folders and names that a driver of the local target may use.

    ``root`` is the application's folder (workloads run in it; never written to). ``home`` is the private
    folder (0700) of the environment inside the store's folder, such as ``.bakehouse/local``. ``runtime`` is a
    short private folder (0700) for sockets, one per store and environment. ``store`` is the store's URL. ``slug`` is what
    the environment is called in other systems: a rename changes ``application`` and ``environment``, and never that.
    """

    root: Path
    home: Path
    runtime: Path
    store: str
    store_id: str
    application: str
    environment: str
    environment_uid: str
    slug: str


class Cancellation:
    """Set once when the call should give up; drivers look at it between steps and wait on it instead of sleeping."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def set(self) -> None:
        """Ask the call to give up."""
        self._event.set()

    def __bool__(self) -> bool:
        return self._event.is_set()

    def wait(self, seconds: float) -> bool:
        """Sleep at most ``seconds``; True as soon as the token is set."""
        return self._event.wait(seconds)

    def check(self) -> None:
        """Raise :class:`Cancelled` if the token is set."""
        if self:
            raise Cancelled("cancelled")


class Context(Struct, frozen=True):
    """The surroundings of one driver call.

    ``token`` names the object in other systems and finds it again. ``deadline`` is in seconds of
    ``time.monotonic``. ``reveal`` gives the clear text of a secret. ``run_dir`` (0700) is removed after the
    call. ``connection`` is the validated model of the driver's connection kind, with secrets revealed.
    ``reviewed`` is, while applying, what the reviewed plan said of objects below the resource (``Proposal.nested``);
    None where it was not asked to. ``keep`` records private data while the call runs, in place of what was recorded, and
    returns once it is durable: what a create or update is about to make besides is known then, however it ends. It is
    JSON data without secrets. (Of a new object that is made before the old one is deleted nothing is recorded so early.)
    """

    address: str
    uid: str
    slug: str
    generation: int
    token: str
    run_dir: Path
    workspace: Workspace
    reveal: Callable[[Secret], str]
    prior: Prior | None = None
    connection: BaseModel | None = None
    reviewed: tuple[Mapping[str, Any], ...] | None = None
    progress: Callable[[str], None] = lambda message: None
    keep: Callable[[Mapping[str, Any]], None] = lambda private: None
    cancelled: Cancellation = field(default_factory=Cancellation)
    deadline: float = float("inf")

    @property
    def seconds_left(self) -> float:
        """Seconds until the deadline, never negative."""
        return max(0.0, self.deadline - time.monotonic())


class Status(Struct, frozen=True):
    """Whether the thing runs right now, as seen locally within 10 ms. ``detail`` is for people."""

    running: bool
    detail: str = ""


class Planned(Struct, frozen=True):
    """One of several resources that are planned at once.

    ``inputs`` are as those of :meth:`Driver.plan`. ``outputs`` are what its type's outputs are made of: expressions in
    which leaves whose source is its own address stand for the driver's outputs; None where both are called alike.
    """

    context: Context
    inputs: Mapping[str, Any]
    outputs: Mapping[str, Any] | None = None


class Recorded(Struct, frozen=True):
    """One of several resources that are read at once; ``inputs`` are as those of :meth:`Driver.read`."""

    context: Context
    inputs: BaseModel | None


class Proposal(Struct, frozen=True):
    """What a driver says an apply would do.

    ``action`` is ``no-op``, ``update`` or ``replace``; ``outputs`` are the planned ones as values (unknown
    leaves allowed; absent fields are unknown, or unchanged where stable); ``replace_paths`` are the inputs
    that force the replacement; ``nested`` are objects below the resource, as plain data shown to reviewers
    (``object``, ``action``, ``changes`` of ``path``, ``before``, ``after``, and for files ``diff``, a unified one);
    ``notes`` are sentences for them; ``refused`` says why the change cannot be applied.
    """

    action: str
    outputs: Mapping[str, Any] = field(default_factory=dict[str, Any])
    replace_paths: tuple[str, ...] = ()
    nested: tuple[Mapping[str, Any], ...] = ()
    notes: tuple[str, ...] = ()
    refused: str | None = None
