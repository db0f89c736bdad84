"""One call of a driver, in a worker thread: secrets opened, retried, scrubbed, and its result sealed."""

from __future__ import annotations

import random
import shutil
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from ...drivers.context import Cancellation, Context, Prior, Workspace
from ...drivers.faults import Cancelled, Fault, NotFound, PermanentFault, TransientFault
from ...drivers.marks import SEALED, marked
from ...drivers.registry import AnyDriver
from ...drivers.result import Result
from ...drivers.sdk import CreateMode
from ...drivers.secrets import SecretRow
from ...graph.errors import BakehouseError
from ...graph.identity import create_token
from ...graph.values import Value
from ..access import SecretAccess
from ..change import ROTATE_ALL, Change, Target
from ..compare import equal
from ..order import SWITCHING, StepKind
from ..probe import prior_of
from ..prospect import mapped
from ..state.records import Deposed, RecordedConnection, ResourceRecord
from .ledger import Made
from .sealing import Newest, Opened, Sealer

ATTEMPTS = 5
"""How often a call that fails with a transient fault is made in all."""

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 30.0


@dataclass(frozen=True)
class Surroundings:
    """What all calls of one apply share."""

    workspace: Workspace
    secrets: SecretAccess
    newest: Newest
    run_root: Path


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


def perform(call: Call, around: Surroundings, tell: Callable[[str, Mapping[str, Any]], None]) -> Answer:
    """Make the call; never raises. ``tell`` is given progress and retries as (kind, detail)."""
    opened = Opened(around.secrets)
    started = time.monotonic()
    run_dir = Path(tempfile.mkdtemp(dir=around.run_root))
    rows: tuple[SecretRow, ...] = ()
    made, fault = None, None
    try:
        made, rows = _attempts(call, around, opened, run_dir, tell)
    except Fault as caught:
        fault = _scrubbed(caught, opened)
        made, rows = _partial(call, around, opened, caught)
    except BakehouseError as error:
        first = error.diagnostics[0]
        fault = PermanentFault(opened.scrub(first.message), hint=first.hint)
    except ValidationError as error:
        fault = PermanentFault(opened.scrub(_invalid(call, error)))
    except Exception as error:
        text = f"driver {call.change.driver} failed unexpectedly: {type(error).__name__}: {error}"
        fault = PermanentFault(opened.scrub(text), hint="this is a defect of the driver")
    finally:
        _remove(run_dir)
    return Answer(made, fault, rows, time.monotonic() - started)


def perform_pure(call: Call, around: Surroundings) -> Answer:
    """The create of a pure driver: no folder, no retry, no secret opened, nothing in the world."""
    try:
        result = _model_call(call, _context(call, around, None, around.run_root, _no_progress))
        sealer = Sealer(around.secrets, around.newest, Opened(around.secrets), call.change.uid)
        return Answer(_made(call, result, sealer), rows=tuple(sealer.rows))
    except Fault as fault:
        return Answer(fault=fault)
    except ValidationError as error:
        return Answer(fault=PermanentFault(_invalid(call, error)))


def _no_progress(message: str) -> None:
    """Pure drivers are too quick to tell of progress."""


def _model_call(call: Call, context: Context) -> Result:
    inputs = call.driver.Inputs.model_validate(call.target.inputs if call.target else {})
    return call.driver.create(context, inputs)


def _attempts(
    call: Call,
    around: Surroundings,
    opened: Opened,
    run_dir: Path,
    tell: Callable[[str, Mapping[str, Any]], None],
) -> tuple[Made | None, tuple[SecretRow, ...]]:
    def progress(message: str) -> None:
        tell("progress", {"message": opened.scrub(message)})

    context = _context(call, around, opened, run_dir, progress)
    for attempt in range(1, ATTEMPTS + 1):
        try:
            result = _operate(call, context, opened)
        except TransientFault as fault:
            pause = _pause(attempt, fault.retry_after)
            if attempt == ATTEMPTS or time.monotonic() + pause > call.deadline:
                raise
            tell(
                "retry",
                {"message": opened.scrub(fault.message), "attempt": attempt + 1, "pause": round(pause, 1)},
            )
            if call.cancelled.wait(pause):
                raise Cancelled("cancelled while waiting to try again") from fault
        else:
            if result is None:
                return None, ()
            sealer = Sealer(around.secrets, around.newest, opened, call.change.uid)
            return _made(call, result, sealer), tuple(sealer.rows)
    raise AssertionError("unreachable: the last attempt returns or raises")


def _pause(attempt: int, hint: float | None) -> float:
    growing = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (attempt - 1))
    return (hint or growing) * random.uniform(0.8, 1.2)


def _operate(call: Call, context: Context, opened: Opened) -> Result | None:
    if call.operation == "delete":
        for old in call.old:
            _delete(old, context, opened)
        return None
    if call.operation in SWITCHING:
        _switch(call, context, opened)
        return None
    inputs = _inputs(call, opened)
    if call.operation == "create":
        return _create(call, context, inputs, opened)
    if call.operation == "rotate":
        if call.change.diffs:
            context = _found(context, call, call.driver.update(context, inputs), opened)
        which = None if call.change.rotate == ROTATE_ALL else call.change.rotate
        return call.driver.rotate(context, inputs, which)
    return call.driver.update(context, inputs)


def _switch(call: Call, context: Context, opened: Opened) -> None:
    recorded = None if call.record is None else call.record.connection
    context = replace(context, connection=_opened_connection(call.driver, recorded, opened))
    switch = call.driver.pause if call.operation == StepKind.PAUSE else call.driver.resume
    try:
        switch(context)
    except NotFound:
        return  # there is nothing to pause or resume: the next apply makes it again


def _delete(old: Old, context: Context, opened: Opened) -> None:
    prior = Prior(old.object.inputs, old.object.driver_outputs, old.object.private, old.object.schema_version)
    try:
        old.driver.delete(
            replace(
                context,
                generation=old.object.generation,
                token=create_token(context.uid, old.object.generation),
                prior=prior,
                connection=_opened_connection(old.driver, old.object.connection, opened),
            )
        )
    except NotFound:
        return


def _create(call: Call, context: Context, inputs: BaseModel, opened: Opened) -> Result:
    """Create, or carry on with what an unfinished create of this token left."""
    if not call.settle:
        return call.driver.create(context, inputs)
    if call.driver.create_mode is CreateMode.FINDABLE:
        found = call.driver.find(context)
        if found is None:
            return call.driver.create(context, inputs)
    else:
        found = call.driver.create(context, inputs)
        if _same_inputs(call):
            return found
    return call.driver.update(_found(context, call, found, opened), inputs)


def _same_inputs(call: Call) -> bool:
    """Whether the unfinished create was asked for exactly what is asked for now."""
    if call.record is None or call.target is None:
        return False
    pending = call.record.pending
    return equal(call.record.inputs if pending is None else pending.inputs, call.target.inputs)


def _found(context: Context, call: Call, found: Result, opened: Opened) -> Context:
    """The context of an update that completes what was found."""
    recorded: Mapping[str, Value] = call.target.inputs if call.target is not None else {}
    outputs, private = opened.hold(found.outputs), opened.hold(found.private)
    return replace(context, prior=Prior(recorded, outputs, private, call.driver.schema_version))


def _inputs(call: Call, opened: Opened) -> BaseModel:
    if call.target is None:
        raise ValueError("only removals have no target")
    closed = marked(call.driver.Inputs, SEALED)
    plain = {k: v if k in closed else opened.open(v) for k, v in call.target.inputs.items()}
    model: BaseModel = call.driver.Inputs.model_validate(plain)
    return model


def _context(
    call: Call, around: Surroundings, opened: Opened | None, run_dir: Path, progress: Callable[[str], None]
) -> Context:
    return Context(
        address=str(call.change.address),
        uid=call.change.uid,
        slug=call.change.slug,
        generation=call.generation,
        token=create_token(call.change.uid, call.generation),
        run_dir=run_dir,
        workspace=around.workspace,
        reveal=around.secrets.reveal if opened is None else opened.reveal,
        prior=_prior(call),
        connection=_connection(call, opened),
        progress=progress,
        cancelled=call.cancelled,
        deadline=call.deadline,
    )


def _prior(call: Call) -> Prior | None:
    if call.record is None or (call.operation == "create" and not call.settle):
        return None
    return prior_of(call.record)


def _connection(call: Call, opened: Opened | None) -> BaseModel | None:
    if opened is None or call.target is None:
        return None
    return _opened_connection(call.driver, call.target.connection, opened)


def _opened_connection(
    driver: AnyDriver, recorded: RecordedConnection | None, opened: Opened
) -> BaseModel | None:
    if recorded is None or driver.connection is None:
        return None
    model: BaseModel = driver.connection.model_validate(opened.open(recorded.values))
    return model


def _made(call: Call, result: Result, sealer: Sealer) -> Made:
    before = call.record
    former: Mapping[str, Value] = before.driver_outputs if before is not None else {}
    private: Mapping[str, Value] = before.private if before is not None else {}
    driver_outputs = sealer.seal(result.outputs, former)
    sealed_private = sealer.seal(result.private, private, "private.")
    output_map = call.target.output_map if call.target is not None else None
    fields = call.target.fields if call.target is not None else ()
    outputs = mapped(output_map, fields, driver_outputs, call.change.address)
    return Made(outputs, driver_outputs, sealed_private)


def _partial(
    call: Call, around: Surroundings, opened: Opened, fault: Fault
) -> tuple[Made | None, tuple[SecretRow, ...]]:
    if fault.partial is None:
        return None, ()
    sealer = Sealer(around.secrets, around.newest, opened, call.change.uid)
    return _made(call, fault.partial, sealer), tuple(sealer.rows)


def _scrubbed(fault: Fault, opened: Opened) -> Fault:
    fault.message = opened.scrub(fault.message)
    fault.hint = None if fault.hint is None else opened.scrub(fault.hint)
    fault.args = (fault.message,)
    return fault


def _invalid(call: Call, error: ValidationError) -> str:
    """The first problems of inputs that do not fit, without the values."""
    problems = [f"{'.'.join(str(p) for p in e['loc'])}: {e['msg']}" for e in error.errors()[:3]]
    return f"inputs do not fit driver {call.change.driver}: {'; '.join(problems)}"


def _remove(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
