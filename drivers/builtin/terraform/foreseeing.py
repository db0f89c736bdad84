"""What an apply would do, as far as it can be told: the plan of one module in a folder that is thrown away."""

from __future__ import annotations

from collections.abc import Mapping

from ....graph.narrow import is_list, is_map
from ....graph.values import Unknown, Value, dig, has_unknown, leaves
from ...sdk import Context, Proposal
from .complaints import Undecided
from .models import TerraformInputs
from .records import planned_outputs, recorded_state
from .recovery import begin
from .review import ANY
from .run import Run
from .workdir import Workdir, lasting


def foreseen(context: Context, planned: Mapping[str, Value]) -> Proposal:
    """The proposal for planned inputs, of which any part may be unknown. Raises faults."""
    told = without_asking(planned)
    if told is not None:
        return told
    try:
        return _planned(context, planned)
    except Undecided as fault:
        return _guessed(context, planned, fault)


def without_asking(planned: Mapping[str, Value]) -> Proposal | None:
    """What can be said before Terraform is asked, because there is nothing yet to ask it about; else None."""
    if any(has_unknown(planned.get(name)) for name in ("source", "version", "binary")):
        return Proposal("update", refused="its module must be known when the plan is made")
    if isinstance(planned.get("variables"), Unknown):
        return Proposal("update", nested=(_ANYTHING,), notes=(_known_after(planned),))
    return None


def _planned(context: Context, planned: Mapping[str, Value]) -> Proposal:
    state, imports = begin(Workdir(lasting(context)), recorded_state(context))
    run = Run(context, TerraformInputs.model_validate(planned), Workdir(context.run_dir), imports)
    run.prepare(state)
    shown, found = run.plan()
    action = "update" if found or context.prior is None else "no-op"
    return Proposal(action, planned_outputs(shown, run.call, context.prior), nested=found)


_ANYTHING: Mapping[str, Value] = {"object": ANY, "action": "create", "changes": []}


def _guessed(context: Context, planned: Mapping[str, Value], fault: Undecided) -> Proposal:
    """Where the number of objects is not known: creates of some, or what the recorded values would give."""
    if context.prior is None:
        return Proposal("update", nested=(_ANYTHING,), notes=(_known_after(planned),))
    recorded = _as_recorded(planned, context.prior.inputs)
    if has_unknown(recorded):
        raise fault
    proposal = _planned(context, recorded)
    return Proposal(
        proposal.action, nested=proposal.nested, notes=(f"planned with recorded values; {_final(planned)}",)
    )


def _as_recorded(planned: Value, recorded: Mapping[str, Value], path: tuple[str, ...] = ()) -> Value:
    """The planned inputs with what was recorded in the place of what is unknown, where there is something."""
    if is_map(planned):
        return {name: _as_recorded(item, recorded, (*path, name)) for name, item in planned.items()}
    if is_list(planned):
        return [_as_recorded(item, recorded, (*path, str(i))) for i, item in enumerate(planned)]
    if not has_unknown(planned):
        return planned
    try:
        return dig(recorded, path)
    except KeyError:
        return planned


def _sources(planned: Value) -> str:
    found = {str(leaf.source) for leaf in leaves(planned) if isinstance(leaf, Unknown)}
    return ", ".join(sorted(found))


def _known_after(planned: Value) -> str:
    return f"creates objects whose number is known after {_sources(planned)}"


def _final(planned: Value) -> str:
    return f"final after {_sources(planned)}, and not applied if anything else comes of it"
