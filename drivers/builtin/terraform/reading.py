"""What there is of modules now: each refreshed in a root of its own, or many in one. Changes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from ...sdk import Context, Fault, NotFound, PermanentFault, Recorded, Result
from ..carried import Folder
from .arguments import Arguments
from .models import TerraformInputs
from .nested import hidden_in, nested
from .program import Program
from .records import recorded_state, result_of
from .root import Call, root
from .run import Run, call_of, clear_texts
from .state import State, joined
from .together import kind_of, of_root
from .workdir import Workdir

_GONE = "none of its objects is there any more"


def found(context: Context, inputs: TerraformInputs | None) -> Result:
    """The outputs and the state as they would be after a refresh, and what an apply would do; raises :class:`NotFound`."""
    state = recorded_state(context)
    if state is None:
        raise NotFound("no state is recorded of it")
    if inputs is None:
        raise PermanentFault("the recorded inputs cannot be read")
    run = Run(context, inputs, Workdir(context.run_dir))
    run.prepare(state)
    run.program.refresh()
    now = _part(run.workdir.state() or state, state, run.call)
    if state.addresses and not now.addresses:
        raise NotFound(_GONE)
    items = () if now.has_objects_of(state) else run.plan()[1]
    return replace(result_of(now, run.call, context), differs=_differences(items))


def found_together(asked: Sequence[Recorded]) -> list[Result | Fault | None]:
    """The same for each of many by one start of the program; None for those that are better read by themselves."""
    groups: dict[tuple[object, ...], list[_Member]] = {}
    for recorded in asked:
        member = _member(recorded)
        if member is not None:
            groups.setdefault(kind_of(member.inputs, member.call), []).append(member)
    told: dict[str, Result | Fault] = {}
    for number, group in enumerate(groups.values()):
        if len(group) > 1:
            told |= _joint(group, asked[0].context.run_dir / f"together-{number}")
    return [told.get(recorded.context.uid) for recorded in asked]


class _Member(Struct, frozen=True):
    """A recorded resource that can be read in a root with others."""

    context: Context
    inputs: TerraformInputs
    call: Call
    state: State


def _member(recorded: Recorded) -> _Member | None:
    inputs = recorded.inputs
    if not isinstance(inputs, TerraformInputs) or not isinstance(inputs.source, Folder):
        return None
    try:
        state, call = recorded_state(recorded.context), call_of(recorded.context, inputs)
    except Fault:
        return None
    return None if state is None else _Member(recorded.context, inputs, call, state)


def _joint(group: list[_Member], folder: Path) -> dict[str, Result | Fault]:
    """What one refresh says of all; nothing where it fails."""
    folder.mkdir(mode=0o700, exist_ok=True)
    try:
        return _refreshed(group, Workdir(folder))
    except Fault:
        return {}


def _refreshed(group: list[_Member], workdir: Workdir) -> dict[str, Result | Fault]:
    context, calls = group[0].context, tuple(m.call for m in group)
    made = root(calls, Arguments(), context.reveal)
    workdir.write(made, calls)
    workdir.put_state(joined([of_root(m.state, m.call, made.body) for m in group]))
    program = Program(context, group[0].inputs.binary, workdir, calls)
    program.init()
    program.refresh()
    whole = workdir.state()
    if whole is None:
        return {}
    now = [_part(whole, m.state, m.call) for m in group]
    same = all(part.has_objects_of(m.state) for part, m in zip(now, group, strict=True))
    shown = None if same else program.plan()
    hidden = () if shown is None else (*_clear(group), *hidden_in(shown))
    return {m.context.uid: _result(m, part, shown, hidden) for part, m in zip(now, group, strict=True)}


def _result(
    member: _Member, now: State, shown: Mapping[str, Any] | None, hidden: Sequence[str]
) -> Result | Fault:
    if member.state.addresses and not now.addresses:
        return NotFound(_GONE)
    unchanged = shown is None or now.has_objects_of(member.state)
    items = () if shown is None or unchanged else nested(shown, member.call, hidden)
    return replace(result_of(now, member.call, member.context), differs=_differences(items))


def _clear(group: list[_Member]) -> tuple[str, ...]:
    return tuple({text for m in group for text in clear_texts(m.inputs, m.context)})


def _part(whole: State, former: State, call: Call) -> State:
    return whole.part(former, call.address, call.label)


def _differences(items: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """What an apply would do because objects are not as recorded; nothing where only their description differs."""
    return tuple(f"{item['object']}: an apply would {item['action']} it" for item in items)
