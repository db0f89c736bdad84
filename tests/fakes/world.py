"""A world that can be made to fail: a driver over a dict, for faults that no real system shows on command."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from pydantic import BaseModel, SecretStr

from bakehouse.drivers.sdk import (
    Context,
    CreateMode,
    Driver,
    NotFound,
    Result,
    Status,
    immutable,
    secret,
    stable,
)

Faults = dict[tuple[str, str], list[Exception]]
"""What is raised, once each, by operation and name of the thing."""


class ThingInputs(BaseModel):
    """What a thing is made of."""

    size: int = 1
    shape: str = immutable("round")
    note: str = ""


class ThingOutputs(BaseModel):
    """What a thing gives."""

    id: str = stable()
    size: int
    key: SecretStr = secret(stable=True)


@dataclass
class World:
    """All things by token, and the calls made.

    ``faults`` are raised once each, by (operation, id of address), before anything is done; ``late`` ones when it is done.
    """

    things: MutableMapping[str, dict[str, Any]] = field(default_factory=dict)
    calls: list[tuple[str, str]] = field(default_factory=list)
    faults: Faults = field(default_factory=dict)
    late: Faults = field(default_factory=dict)
    gates: dict[tuple[str, str], threading.Event] = field(default_factory=dict)
    deaf: bool = False
    """Whether calls that wait at a gate ignore their cancellation."""
    running: Callable[[str], bool] = lambda token: True
    on_call: Callable[[str, str], None] = lambda operation, name: None
    """Is told of every call before it does anything."""
    results: dict[str, Result] = field(default_factory=dict[str, Result])
    """What calls on things of these names give, in place of what the driver would say."""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def call(self, operation: str, context: Context) -> None:
        """Note the call, wait at its gate, raise its next fault."""
        name = _name(context)
        with self.lock:
            self.calls.append((operation, name))
        self.on_call(operation, name)
        fault = self._next(self.faults, operation, name)
        gate = self.gates.get((operation, name))
        while gate is not None and not gate.is_set():
            if not self.deaf:
                context.cancelled.check()
            time.sleep(0.005)
        if fault is not None:
            raise fault

    def done(self, operation: str, context: Context) -> None:
        """Raise the next late fault."""
        fault = self._next(self.late, operation, _name(context))
        if fault is not None:
            raise fault

    def named(self, operation: str) -> list[str]:
        """The names of the things on which the operation was called, in order."""
        return [name for called, name in self.calls if called == operation]

    def _next(self, faults: Faults, operation: str, name: str) -> Exception | None:
        with self.lock:
            planned = faults.get((operation, name), [])
            return planned.pop(0) if planned else None


class Folder(MutableMapping[str, dict[str, Any]]):
    """Things as files, so that they outlive the process that made them; one of each token, ever."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        self._folder = folder

    def __getitem__(self, token: str) -> dict[str, Any]:
        try:
            thing: dict[str, Any] = json.loads((self._folder / token).read_text())
        except FileNotFoundError:
            raise KeyError(token) from None
        return thing

    def __setitem__(self, token: str, thing: dict[str, Any]) -> None:
        written = self._folder / f"{token}.new"
        written.write_text(json.dumps(thing))
        written.rename(self._folder / token)

    def __delitem__(self, token: str) -> None:
        try:
            (self._folder / token).unlink()
        except FileNotFoundError:
            raise KeyError(token) from None

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(p.name for p in self._folder.iterdir() if p.suffix != ".new"))

    def __len__(self) -> int:
        return sum(1 for _ in self)


class ThingDriver(Driver[ThingInputs, ThingOutputs]):
    """Makes things in a :class:`World`."""

    name: ClassVar[str] = "thing"
    create_mode: ClassVar[CreateMode] = CreateMode.FINDABLE
    Inputs = ThingInputs
    Outputs = ThingOutputs

    def __init__(self, world: World) -> None:
        self.world = world

    def ephemeral_runtime(self, inputs: Mapping[str, Any]) -> bool:
        return bool(inputs.get("note") == "runs")

    def create(self, context: Context, inputs: ThingInputs) -> Result:
        self.world.call("create", context)
        if context.token in self.world.things:
            raise AssertionError(f"a second object of token {context.token}")
        self.world.things[context.token] = inputs.model_dump()
        self.world.done("create", context)
        return self._result(context, inputs)

    def find(self, context: Context) -> Result | None:
        self.world.call("find", context)
        if context.token not in self.world.things:
            return None
        return self._result(context, ThingInputs(**self.world.things[context.token]))

    def read(self, context: Context, inputs: ThingInputs | None) -> Result:
        self.world.call("read", context)
        if context.token not in self.world.things:
            raise NotFound("gone")
        return self._result(context, ThingInputs(**self.world.things[context.token]))

    def update(self, context: Context, inputs: ThingInputs) -> Result:
        self.world.call("update", context)
        self.world.things[context.token] = inputs.model_dump()
        return self._result(context, inputs)

    def delete(self, context: Context) -> None:
        self.world.call("delete", context)
        self.world.things.pop(context.token, None)

    def pause(self, context: Context) -> None:
        self.world.call("pause", context)

    def resume(self, context: Context) -> None:
        self.world.call("resume", context)

    def status(self, context: Context) -> Status:
        return Status(self.world.running(context.token), "stopped")

    def rotate(self, context: Context, inputs: ThingInputs, field: str | None) -> Result:
        self.world.call("rotate", context)
        outputs = self._result(context, inputs).outputs
        return Result({**dict(outputs), "key": SecretStr(f"rotated-{context.uid}-key")})

    def _result(self, context: Context, inputs: ThingInputs) -> Result:
        told = self.world.results.get(_name(context))
        if told is not None:
            return told
        key = SecretStr(f"clear-{context.uid}-key")
        return Result(ThingOutputs(id=context.token, size=inputs.size, key=key), {"made": True})


class IdempotentThing(ThingDriver):
    """The same, but a second create with one token gives the same object."""

    name: ClassVar[str] = "again"
    create_mode: ClassVar[CreateMode] = CreateMode.IDEMPOTENT

    def create(self, context: Context, inputs: ThingInputs) -> Result:
        self.world.call("create", context)
        self.world.things[context.token] = inputs.model_dump()
        return self._result(context, inputs)


def _name(context: Context) -> str:
    return context.address.split("#", 1)[1]
