"""A world that can be made to fail: a driver over a dict, for faults that no real system shows on command."""

from __future__ import annotations

import json
import os
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

    things: Any = field(default_factory=dict)
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


class Journal(MutableMapping[str, dict[str, Any]]):
    """Things that outlive the process that made them, as a journal of what was done to them; lines are never lost or cut.

    ``ever`` are the tokens of all things that there were, in the order in which they were made.
    """

    def __init__(self, file: Path) -> None:
        self._file = os.open(file, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        self._things: dict[str, dict[str, Any]] = {}
        self.ever: list[str] = []
        for line in file.read_text(encoding="utf-8").splitlines():
            self._remember(*json.loads(line))

    def __getitem__(self, token: str) -> dict[str, Any]:
        return self._things[token]

    def __setitem__(self, token: str, thing: dict[str, Any]) -> None:
        self._tell(token, thing)

    def __delitem__(self, token: str) -> None:
        if token not in self._things:
            raise KeyError(token)
        self._tell(token, None)

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._things))

    def __len__(self) -> int:
        return len(self._things)

    def _tell(self, token: str, thing: dict[str, Any] | None) -> None:
        os.write(self._file, json.dumps([token, thing]).encode() + b"\n")
        self._remember(token, thing)

    def _remember(self, token: str, thing: dict[str, Any] | None) -> None:
        if thing is None:
            self._things.pop(token, None)
            return
        if token not in self._things:
            self.ever.append(token)
        self._things[token] = thing


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

    def retain(self, context: Context) -> str | None:
        self.world.call("retain", context)
        assert context.prior is not None
        return None if context.prior.inputs.get("note") == "nothing" else f"it is number {context.generation}"

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
