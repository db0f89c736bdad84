"""What is recorded of a module's resource, and what of a state becomes a record."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import SecretStr, ValidationError

from ....graph.narrow import is_list, is_map
from ....graph.values import Secret, has_unknown
from ...sdk import Context, Fault, PermanentFault, Prior, Result
from .models import TerraformInputs
from .root import Call, output_name
from .state import State
from .workdir import Workdir, discard

_STATE = "state"


def recorded_state(context: Context) -> State | None:
    """The state in the record; None where none was recorded. Raises :class:`PermanentFault` for one that is damaged."""
    sealed: Any = context.prior.private.get(_STATE) if context.prior else None
    if sealed is None:
        return None
    if isinstance(sealed, Secret):
        sealed = context.reveal(sealed)
    text = sealed.get_secret_value() if isinstance(sealed, SecretStr) else str(sealed)
    try:
        return State.unpacked(text)
    except ValueError as error:
        raise PermanentFault(f"the recorded state cannot be read: {error}") from None


def recorded_inputs(prior: Prior | None) -> TerraformInputs | None:
    """The inputs in the record, where they are whole."""
    if prior is None or has_unknown(prior.inputs):
        return None
    try:
        return TerraformInputs.model_validate(prior.inputs)
    except ValidationError:
        return None


def result_of(state: State, call: Call, context: Context, workdir: Workdir | None = None) -> Result:
    """What a state gives; ``workdir`` is removed once it is recorded."""
    outputs = {name: _kept(name, *found, context) for name, found in _outputs(state, call).items()}
    clean = None if workdir is None else functools.partial(discard, workdir.path)
    return Result(outputs, {_STATE: SecretStr(state.packed)}, clean)


def half_done(fault: Fault, workdir: Workdir, call: Call, context: Context) -> Fault:
    """The fault with the state that a failed apply left; where none can be read, the folder stays for the next run."""
    state = workdir.state()
    if state is not None and (state.addresses or context.prior is not None):
        fault.partial = result_of(state, call, context, workdir)
        workdir.forget_run()
    elif not workdir.applied():
        discard(workdir.path)
    return fault


def leave(workdir: Workdir, recorded: State | None) -> None:
    """After a destroy that failed: what the recorded state knows all about is not kept a second time, and in clear."""
    known = recorded.addresses if recorded else frozenset[str]()
    state = workdir.left()
    made = {*workdir.applied(), *(state.addresses if state is not None else ())}
    if made <= known:
        discard(workdir.path)


def planned_outputs(plan: Mapping[str, Any], call: Call, prior: Prior | None) -> dict[str, Any]:
    """The outputs that the plan knows already; secret ones only where they stay what is recorded."""
    found: dict[str, Any] = {}
    for name, secret in call.outputs.items():
        change = plan.get("output_changes", {}).get(output_name(call, name))
        if change is None or _open(change.get("after_unknown")):
            continue
        if secret or change.get("after_sensitive"):
            recorded = prior.outputs.get(name) if prior else None
            if isinstance(recorded, Secret) and change["actions"] == ["no-op"]:
                found[name] = recorded
        elif change.get("after") is not None:
            found[name] = change["after"]
    return found


def _open(mark: Any) -> bool:
    if isinstance(mark, bool):
        return mark
    parts: Iterable[Any] = mark.values() if is_map(mark) else mark or ()
    return any(_open(part) for part in parts)


def _outputs(state: State, call: Call) -> dict[str, tuple[Any, bool]]:
    every = state.outputs()
    return {name: every[key] for name in call.outputs if (key := output_name(call, name)) in every}


def _kept(name: str, value: Any, secret: bool, context: Context) -> Any:
    """A value as output; a secret that is what it was keeps its reference, so that nothing after it is done again."""
    if not secret or value is None:
        return value
    recorded = context.prior.outputs.get(name) if context.prior else None
    if not isinstance(value, str):
        return _sealed(value)
    same = isinstance(recorded, Secret) and context.reveal(recorded) == value
    return recorded if same else SecretStr(value)


def _sealed(value: Any) -> Any:
    """A secret map or list, every text and number in it sealed."""
    if is_map(value):
        return {name: _sealed(item) for name, item in value.items()}
    if is_list(value):
        return [_sealed(item) for item in value]
    return value if value is None or isinstance(value, bool) else SecretStr(str(value))
