"""Which method of a driver an operation is, and what the driver is told of what was there before."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace
from pydantic import BaseModel

from ...drivers.context import Context, Prior
from ...drivers.faults import Conflict, NotFound
from ...drivers.marks import SEALED, marked
from ...drivers.registry import AnyDriver
from ...drivers.result import Result
from ...drivers.sdk import CreateMode
from ...graph.identity import create_token
from ...graph.values import Value
from ..change import ROTATE_ALL
from ..compare import differs, equal
from ..order import SWITCHING, StepKind
from ..removal import RETAIN
from ..state.records import ADOPT, RecordedConnection
from .call import Call, Old
from .sealing import Opened


def operate(call: Call, context: Context, opened: Opened) -> Result | str | None:
    """Ask the driver; a sentence for people, or None, where there is nothing to record. Raises the driver's faults."""
    if call.operation == "delete":
        for old in call.old:
            _delete(old, context, opened)
        return None
    if call.operation in SWITCHING:
        _switch(call, context, opened)
        return None
    if call.operation == RETAIN:
        return call.driver.retain(_with_recorded_connection(call, context, opened))
    inputs = inputs_of(call, opened)
    if call.operation == "create":
        return _create(call, context, inputs, opened)
    if call.operation == ADOPT:
        return _adopt(call, context, inputs, opened)
    if call.operation == "rotate":
        if call.change.diffs:
            context = _found(context, call, call.driver.update(context, inputs), opened)
        which = None if call.change.rotate == ROTATE_ALL else call.change.rotate
        return call.driver.rotate(context, inputs, which)
    return call.driver.update(context, inputs)


def _switch(call: Call, context: Context, opened: Opened) -> None:
    context = _with_recorded_connection(call, context, opened)
    switch = call.driver.pause if call.operation == StepKind.PAUSE else call.driver.resume
    try:
        switch(context)
    except NotFound:
        return  # there is nothing to pause or resume: the next apply makes it again


def _with_recorded_connection(call: Call, context: Context, opened: Opened) -> Context:
    recorded = None if call.record is None else call.record.connection
    return replace(context, connection=opened_connection(call.driver, recorded, opened))


def _delete(old: Old, context: Context, opened: Opened) -> None:
    prior = Prior(old.object.inputs, old.object.driver_outputs, old.object.private, old.object.schema_version)
    try:
        old.driver.delete(
            replace(
                context,
                generation=old.object.generation,
                token=create_token(context.uid, old.object.generation),
                prior=prior,
                connection=opened_connection(old.driver, old.object.connection, opened),
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


def _adopt(call: Call, context: Context, inputs: BaseModel, opened: Opened) -> Result:
    """Look at the object once more, and take it over if it is still what was looked at when it was planned."""
    if call.target is None or call.change.adopts is None:
        raise ValueError(f"{call.change.address} names nothing to adopt")
    found = call.driver.import_(context, call.change.adopts, call.target.inputs)
    if call.record is None and differs(call.change.before or {}, found.inputs):
        raise Conflict(
            f"{call.change.adopts} is not what it was when its adoption was planned", hint="plan again"
        )
    prior = Prior(
        found.inputs, opened.hold(found.outputs), opened.hold(found.private), call.driver.schema_version
    )
    return call.driver.adopt(replace(context, prior=prior), call.change.adopts, inputs)


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


def inputs_of(call: Call, opened: Opened) -> BaseModel:
    """The final inputs as the driver's model, secrets opened but for those that it takes closed."""
    if call.target is None:
        raise ValueError("only removals have no target")
    closed = marked(call.driver.Inputs, SEALED)
    plain = {k: v if k in closed else opened.open(v) for k, v in call.target.inputs.items()}
    model: BaseModel = call.driver.Inputs.model_validate(plain)
    return model


def opened_connection(
    driver: AnyDriver, recorded: RecordedConnection | None, opened: Opened
) -> BaseModel | None:
    """A connection as the driver's model, its secrets opened; None where there is none."""
    if recorded is None or driver.connection is None:
        return None
    model: BaseModel = driver.connection.model_validate(opened.open(recorded.values))
    return model
