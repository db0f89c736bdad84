"""What a run begins with: the recorded state, or what a run that was cut off left behind."""

from __future__ import annotations

from .state import State
from .workdir import Workdir


def begin(workdir: Workdir, recorded: State | None) -> tuple[State | None, dict[str, str]]:
    """The newest state that is known, and the ids, by address, of objects that were made and that it does not know.

    In this order: the folder's state if it can be read, else the copy that Terraform made of the one before, else the
    recorded one; a state that does not go on from the recorded one is passed over. Where that state knows another object
    at the address of one that was made, it was replaced, and the state knows it no more.
    """
    left = workdir.left()
    state = left if left is not None and left.is_newer_than(recorded) else recorded
    if state is None:
        return None, workdir.applied()
    ids = state.ids
    missing = {
        a: id_ for a, id_ in workdir.applied().items() if a not in state.addresses or ids.get(a, id_) != id_
    }
    replaced = missing.keys() & state.addresses
    return state.without(replaced) if replaced else state, missing
