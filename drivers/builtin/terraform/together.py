"""Many modules planned in one root: one init and one plan, the outputs of one being the inputs of another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from ...sdk import Fault, Planned, Proposal
from ..carried import Folder
from .complaints import Undecided
from .foreseeing import foreseen, without_asking
from .models import TerraformInputs
from .nested import hidden_in, nested
from .program import Program
from .records import planned_outputs, recorded_state
from .recovery import begin
from .root import Call, root
from .run import call_of, clear_texts
from .state import State, aliased, joined
from .wiring import Wiring
from .workdir import Workdir, lasting


class Member(Struct, frozen=True):
    """A resource that can be planned in a root with others."""

    planned: Planned
    inputs: TerraformInputs
    call: Call
    state: State | None


def kind_of(inputs: TerraformInputs, call: Call) -> tuple[object, ...]:
    """Equal for those that fit into one root: one program, and one source for each provider's name."""
    provider = call.provider
    return (inputs.binary, *((provider.name, provider.source) if provider else ()))


def of_root(state: State, call: Call, body: Mapping[str, Any]) -> State:
    """A module's state, in which its objects belong to the provider block that the root of this body has for it."""
    if call.provider is None:
        return state
    providers: Mapping[str, str] = body["module"][call.label].get("providers", {})
    return aliased(state, providers[call.provider.name].rpartition(".")[2])


def foreseen_together(asked: Sequence[Planned]) -> list[Proposal | Fault]:
    """A proposal, or a fault, for each; those that do not fit into one root are planned by themselves."""
    told: dict[str, Proposal | Fault] = {}
    groups: dict[tuple[object, ...], list[Member]] = {}
    for planned in asked:
        early = without_asking(planned.inputs)
        if early is not None:
            told[planned.context.uid] = early
        elif (member := _member(planned)) is not None:
            groups.setdefault(kind_of(member.inputs, member.call), []).append(member)
    for number, group in enumerate(groups.values()):
        if len(group) > 1:
            told |= _joint(group, asked[0].context.run_dir / f"together-{number}")
    return [told.get(p.context.uid) or _alone(p) for p in asked]


def _member(planned: Planned) -> Member | None:
    """The resource as a part of a common root; None where the program fetches its module, or a killed run left something."""
    inputs = TerraformInputs.model_validate(planned.inputs)
    context = planned.context
    try:
        call, recorded = call_of(context, inputs), recorded_state(context)
        state, imports = begin(Workdir(lasting(context)), recorded)
    except Fault:
        return None
    fits = isinstance(inputs.source, Folder) and not imports and state is recorded
    return Member(planned, inputs, call, state) if fits else None


def _joint(group: list[Member], folder: Path) -> dict[str, Proposal | Fault]:
    """What one plan says of all; nothing where it fails. Those on whose unknown numbers it fails are left out of it."""
    while len(group) > 1:
        folder.mkdir(mode=0o700, exist_ok=True)
        try:
            return _planned(group, Workdir(folder))
        except Undecided as fault:
            left = [m for m in group if m.call.label not in fault.labels]
            if len(left) == len(group):
                return {}
            group = left
        except Fault:
            return {}
    return {}


def _planned(group: list[Member], workdir: Workdir) -> dict[str, Proposal | Fault]:
    context = group[0].planned.context
    calls = tuple(m.call for m in group)
    wiring = Wiring({m.planned.context.address: (m.planned, m.call) for m in group})
    made = root(calls, wiring.arguments, context.reveal)
    workdir.write(made, calls)
    workdir.put_state(joined([of_root(m.state, m.call, made.body) for m in group if m.state is not None]))
    program = Program(context, group[0].inputs.binary, workdir, calls)
    program.init()
    shown = program.plan()
    clear = {text for m in group for text in clear_texts(m.inputs, m.planned.context)}
    hidden = (*clear, *hidden_in(shown))
    return {m.planned.context.uid: _proposal(m, shown, hidden) for m in group}


def _proposal(member: Member, shown: Mapping[str, object], hidden: Sequence[str]) -> Proposal:
    found, prior = nested(shown, member.call, hidden), member.planned.context.prior
    action = "update" if found or prior is None else "no-op"
    return Proposal(action, planned_outputs(shown, member.call, prior), nested=found)


def _alone(planned: Planned) -> Proposal | Fault:
    folder = planned.context.run_dir / planned.context.uid
    folder.mkdir(mode=0o700, exist_ok=True)
    try:
        return foreseen(replace(planned.context, run_dir=folder), planned.inputs)
    except Fault as fault:
        return fault
