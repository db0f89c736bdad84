"""What is measured: one tool over one shape, brought into the same situations whatever the tool."""

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from .measure import Command
from .shapes import Shape

OPERATIONS = ("plan", "apply", "no-op plan", "1 % changed")


class Contender(Protocol):
    """A tool in a folder of its own. Commands are whole processes; writing the configuration is not measured."""

    name: str
    folder: Path

    def write(self, shape: Shape, changed: frozenset[int]) -> None:
        """Write the configuration; the nodes in `changed` have another value than at first."""
        ...

    def reset(self, shape: Shape) -> None:
        """Forget what was applied, so that the next plan starts from nothing."""
        ...

    def plan(self) -> Command:
        """The command that shows what would change."""
        ...

    def apply(self) -> Command:
        """The command that carries it out without asking, planning included."""
        ...

    def says(self, operation: str, shape: Shape) -> str:
        """What the command prints when it did the whole of what is measured."""
        ...

    def pretend_applied(self, shape: Shape) -> bool:
        """Put a state in place as apply would have written it, if this can be done; for when apply takes too long."""
        ...


def quiet(environment: Mapping[str, str], home: Path) -> dict[str, str]:
    """An environment with a home of its own, no colours, and nothing that calls home."""
    kept = {k: v for k, v in environment.items() if not k.startswith(("BAKEHOUSE_", "TF_", "XDG_"))}
    folders = {f"XDG_{k}_HOME": str(home / k.lower()) for k in ("CONFIG", "STATE", "CACHE")}
    return {**kept, **folders, "HOME": str(home), "NO_COLOR": "1", "CHECKPOINT_DISABLE": "1", "TERM": "dumb"}
