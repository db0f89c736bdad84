"""Several environments one after another: every plan shown, one question, one summary."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from ..graph.diagnostics import Diagnostic
from ..graph.errors import BakehouseError, InvalidInput
from .deploying import Applying, Deploying, approve_all
from .exits import Exit
from .failures import exit_of

if TYPE_CHECKING:
    from ..plans.operations.workbench import Workbench
    from ..plans.plan import Plan
    from ..plans.reports.rollout import Fate, Stop
    from ..plans.state.records import EnvironmentRecord
    from .session import Session

_INTERRUPTED = (Exit.INTERRUPTED, Exit.TERMINATED)


class Leg(Struct, frozen=True):
    """One environment of a rollout. ``make`` plans it; ``command`` carries on with it alone.

    ``after`` is done once its plan is carried out, also where there was nothing to do.
    """

    environment: EnvironmentRecord
    make: Callable[[EnvironmentRecord], Plan]
    command: str
    after: Callable[[], None] | None = None

    def plan(self) -> Plan:
        """Its plan as of now."""
        return self.make(self.environment)


def planned(legs: Iterable[Leg]) -> list[Plan]:
    """The plan of each leg; raises InvalidInput with the problems of all environments, each told once."""
    plans: list[Plan] = []
    problems: list[Diagnostic] = []
    for leg in legs:
        try:
            plans.append(leg.plan())
        except InvalidInput as invalid:
            problems.extend(d for d in invalid.diagnostics if d not in problems)
    if problems:
        raise InvalidInput(problems)
    return plans


class Rollout:
    """Goes through environments in their order. ``resume`` makes the command for those that are left over."""

    def __init__(
        self, session: Session, bench: Workbench, flags: Applying, resume: Callable[[Sequence[str]], str]
    ) -> None:
        self._session = session
        self._bench = bench
        self._flags = flags
        self._resume = resume

    def run(self, legs: Sequence[Leg], skipped: Iterable[Stop] = ()) -> Exit:
        """Apply all, and stop at the first failure, whose exit code counts."""
        return self._go(legs, list(skipped), onward=False)

    def sweep(self, legs: Sequence[Leg], kept: Iterable[Stop] = ()) -> Exit:
        """Apply all, going on after a failure; the first failure's exit code counts. What was ``kept`` is one."""
        found = list(kept)
        code = self._go(legs, found, onward=True)
        return code if code is not Exit.OK or not found else Exit.ERROR

    def _go(self, legs: Sequence[Leg], others: list[Stop], *, onward: bool) -> Exit:
        from ..plans.operations.applying import refuse, refuse_paused
        from ..plans.reports.rollout import Fate, Stop, rollout
        from .views.rollout import rollout_view

        plans = planned(legs)
        self._refuse(plans, refuse_paused)
        pairs = [(self._deploying(leg, legs), leg, plan) for leg, plan in zip(legs, plans, strict=True)]
        for index, (deploying, _, plan) in enumerate(pairs):
            if index:
                self._part()
            deploying.show(plan)
        self._refuse(plans, refuse)
        approve_all(self._session, self._flags, plans)
        stops: list[Stop] = []
        first = Exit.OK
        for deploying, leg, plan in pairs:
            if first is not Exit.OK and (first in _INTERRUPTED or not onward):
                stops.append(Stop(leg.environment, Fate.NOT_ATTEMPTED))
                continue
            code, stop = self._one(deploying, leg, plan)
            stops.append(stop)
            first = code if first is Exit.OK else first
        left = [s.environment.name for s in stops if s.fate in (Fate.FAILED, Fate.NOT_ATTEMPTED)]
        resume = self._resume(left) if left else None
        rollout_view(self._session.screen, self._flags.format_).show(rollout([*stops, *others], resume))
        return first

    def _deploying(self, leg: Leg, legs: Sequence[Leg]) -> Deploying:
        """With a share of a comment's room: one for each, and one for the summary."""
        return Deploying(self._session, self._bench, self._flags, leg.command, share=len(legs) + 1)

    def _part(self) -> None:
        """An empty line between two plans, where people read them."""
        screen = self._session.screen
        if not screen.json:
            (screen.tell if self._flags.comments else screen.data)([""])

    def _refuse(self, plans: Iterable[Plan], check: Callable[[Workbench, Plan], None]) -> None:
        """Raise InvalidInput with all that forbids any of the plans, before anything is changed anywhere."""
        problems: list[Diagnostic] = []
        for plan in plans:
            try:
                check(self._bench, plan)
            except InvalidInput as invalid:
                problems.extend(invalid.diagnostics)
        if problems:
            raise InvalidInput(problems)

    def _one(self, deploying: Deploying, leg: Leg, plan: Plan) -> tuple[Exit, Stop]:
        """Carry out one plan; what goes wrong is told here, and is no reason to lose the summary."""
        from ..plans.reports.rollout import Fate, Stop
        from .views.problems import problems

        fate = Fate.UNCHANGED if plan.is_empty else Fate.APPLIED
        try:
            code = deploying.agreed(plan, leg.plan)
            number = self._number(leg, fate)
            if code is Exit.OK and leg.after is not None:
                leg.after()
                fate, number = Fate.DELETED, None
        except BakehouseError as error:
            problems(self._session.screen, lambda place: None).show(error.diagnostics)
            return exit_of(error), Stop(leg.environment, Fate.FAILED, why=error.diagnostics[0].message)
        return code, Stop(leg.environment, fate if code is Exit.OK else Fate.FAILED, number)

    def _number(self, leg: Leg, fate: Fate) -> int | None:
        from ..plans.reports.rollout import Fate

        if fate is Fate.UNCHANGED:
            return None
        deployments = self._bench.store.reader().deployments(leg.environment.uid)
        return deployments[0].number if deployments else None
