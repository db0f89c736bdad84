"""One call of a driver, in a worker thread: secrets opened, retried, scrubbed, and its result sealed."""

from __future__ import annotations

import random
import shutil
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from msgspec.structs import replace
from pydantic import BaseModel, ValidationError

from ...drivers.context import Context, Prior
from ...drivers.faults import Cancelled, Fault, PermanentFault, TransientFault
from ...drivers.result import Result
from ...drivers.secrets import SecretRow
from ...graph.errors import BakehouseError
from ...graph.identity import create_token
from ...graph.values import Value
from ..fitting import told
from ..probe import prior_of
from ..prospect import mapped
from ..state.records import ADOPT
from .call import Answer, Call, Line, Surroundings
from .ledger import Made
from .operate import opened_connection, operate
from .sealing import Opened, Sealer

ATTEMPTS = 5
"""How often a call that fails with a transient fault is made in all."""

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 30.0


def perform(call: Call, around: Surroundings, line: Line) -> Answer:
    """Make the call; never raises. Progress and retries are told over ``line``."""
    opened = Opened(around.secrets)
    started = time.monotonic()
    run_dir = Path(tempfile.mkdtemp(dir=around.run_root))
    rows: tuple[SecretRow, ...] = ()
    made, fault = None, None
    try:
        made, rows = _attempts(call, around, opened, run_dir, line)
    except Exception as error:
        fault = _fault(call, error, opened)
        if isinstance(error, Fault):
            made, rows = _partial(call, around, opened, error)
    finally:
        _remove(run_dir)
    return Answer(made, fault, rows, time.monotonic() - started)


def perform_pure(call: Call, around: Surroundings) -> Answer:
    """The create of a pure driver: no folder, no retry, its inputs with secrets closed, nothing in the world.

    What it opens itself taints its outputs and is taken out of its errors, as in :func:`perform`.
    """
    opened = Opened(around.secrets)
    try:
        context = replace(_context(call, around, None, around.run_root, _no_progress), reveal=opened.reveal)
        result = _model_call(call, context)
        sealer = Sealer(around.secrets, around.newest, opened, call.change.uid)
        return Answer(_made(call, result, sealer), rows=tuple(sealer.rows))
    except Exception as error:
        return Answer(fault=_fault(call, error, opened))


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
    line: Line,
) -> tuple[Made | None, tuple[SecretRow, ...]]:
    said: list[str] = []

    def progress(message: str) -> None:
        """What a call says again while it waits is told once."""
        if said != [message]:
            said[:] = [message]
            line.tell("progress", {"message": opened.scrub(message)})

    context = replace(_context(call, around, opened, run_dir, progress), keep=line.keep)
    for attempt in range(1, ATTEMPTS + 1):
        try:
            result = operate(call, context, opened)
        except TransientFault as fault:
            pause = _pause(attempt, fault.retry_after)
            if attempt == ATTEMPTS or time.monotonic() + pause > call.deadline:
                raise
            line.tell(
                "retry",
                {"message": opened.scrub(fault.message), "attempt": attempt + 1, "pause": round(pause, 1)},
            )
            if call.cancelled.wait(pause):
                raise Cancelled("cancelled while waiting to try again") from fault
        else:
            if result is None:
                return None, ()
            if isinstance(result, str):
                return Made(told=opened.scrub(result)), ()
            sealer = Sealer(around.secrets, around.newest, opened, call.change.uid)
            return _made(call, result, sealer), tuple(sealer.rows)
    raise AssertionError("unreachable: the last attempt returns or raises")


def _pause(attempt: int, hint: float | None) -> float:
    """Never shorter than what the driver asks for; many that fail at once do not come back at once."""
    if hint is not None and hint > 0:
        return hint * random.uniform(1.0, 1.2)
    growing: float = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (attempt - 1))
    return growing * random.uniform(0.8, 1.2)


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
        reviewed=None if call.operation == ADOPT and not call.change.nested else call.change.nested,
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
    return opened_connection(call.driver, call.target.connection, opened)


def _made(call: Call, result: Result, sealer: Sealer) -> Made:
    before = call.record
    former: Mapping[str, Value] = before.driver_outputs if before is not None else {}
    private: Mapping[str, Value] = before.private if before is not None else {}
    driver_outputs = sealer.seal(result.outputs, former)
    sealed_private = sealer.seal(result.private, private, "private.")
    output_map = call.target.output_map if call.target is not None else None
    fields = call.target.fields if call.target is not None else ()
    outputs = mapped(output_map, fields, driver_outputs, call.change.address)
    return Made(outputs, driver_outputs, sealed_private, result.on_recorded)


def _partial(
    call: Call, around: Surroundings, opened: Opened, fault: Fault
) -> tuple[Made | None, tuple[SecretRow, ...]]:
    if fault.partial is None:
        return None, ()
    sealer = Sealer(around.secrets, around.newest, opened, call.change.uid)
    return _made(call, fault.partial, sealer), tuple(sealer.rows)


def _fault(call: Call, error: Exception, opened: Opened) -> Fault:
    """What went wrong in a call as a fault, without the secrets that it was given."""
    if isinstance(error, Fault):
        return _scrubbed(error, opened)
    if isinstance(error, BakehouseError):
        first = error.diagnostics[0]
        return PermanentFault(opened.scrub(first.message), hint=first.hint)
    if isinstance(error, ValidationError):
        return PermanentFault(opened.scrub(_invalid(call, error)))
    text = f"driver {call.change.driver} failed unexpectedly: {type(error).__name__}: {error}"
    return PermanentFault(opened.scrub(text), hint="this is a defect of the driver")


def _scrubbed(fault: Fault, opened: Opened) -> Fault:
    fault.message = opened.scrub(fault.message)
    fault.hint = None if fault.hint is None else opened.scrub(fault.hint)
    fault.args = (fault.message,)
    return fault


def _invalid(call: Call, error: ValidationError) -> str:
    """The first problems of inputs that do not fit."""
    return f"inputs do not fit driver {call.change.driver}: {told(error.errors())}"


def _remove(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
