"""What became of an apply."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from msgspec import Struct

from ..order import Step
from ..state.records import DeploymentRecord, StepRecord, StepStatus


class Outcome(Struct, frozen=True):
    """The finished deployment and the fate of every step.

    ``interrupted`` says that the user stopped it; ``resume`` is the command that carries on, None when done.
    """

    deployment: DeploymentRecord
    steps: Mapping[Step, StepRecord]
    interrupted: bool = False
    resume: str | None = None

    @property
    def failed(self) -> tuple[StepRecord, ...]:
        """The steps that failed or whose outcome is not known, in the order of the plan."""
        return tuple(s for s in self.steps.values() if s.status in (StepStatus.FAILED, StepStatus.PENDING))

    @property
    def succeeded(self) -> bool:
        """Whether every step is done."""
        return all(s.status in (StepStatus.DONE, StepStatus.UNCHANGED) for s in self.steps.values())

    def counts(self) -> Mapping[str, int]:
        """How many steps ended with each status."""
        return dict(sorted(Counter(s.status.value for s in self.steps.values()).items()))
