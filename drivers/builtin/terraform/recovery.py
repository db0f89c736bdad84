"""What a run begins with: the recorded state, or what a run that was cut off left behind."""

from __future__ import annotations

from .state import State
from .workdir import Workdir


def begin(workdir: Workdir, recorded: State | None) -> tuple[State | None, dict[str, str]]:
    """The newest state that is known, and the ids, by address, of objects that were made and that it does not know.

    In this order: the folder's state if it can be read, else the copy that Terraform made of the one before, else the
    recorded one; a state that does not go on from the recorded one is passed over.
    """
    left = workdir.left()
    state = left if left is not None and left.is_newer_than(recorded) else recorded
    known = state.addresses if state is not None else frozenset[str]()
    missing = {a: id_ for a, id_ in workdir.applied().items() if a not in known}
    return state, missing
