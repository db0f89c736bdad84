"""A build on its way to the environments whose rules want it deployed: one plan and one lease each, in their order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..graph.command import command as typed
from .deploying import Applying
from .exits import Exit
from .rollout import Leg, Rollout

if TYPE_CHECKING:
    from ..plans.operations.builds import Notified, Types
    from ..plans.operations.workbench import Workbench
    from ..plans.plan import Plan
    from ..plans.state.records import EnvironmentRecord
    from ..resolvers.catalog import EnvironmentType
    from .session import Session
    from .views.document import Document
    from .views.screen import Screen
    from .wiring import Wiring


def types_of(wiring: Wiring, named: str | None) -> Types:
    """Reads the types of environments; one application that is only named chooses no catalog itself."""

    def find(environment: EnvironmentRecord) -> EnvironmentType | None:
        application = wiring.application() if named is None else None
        return wiring.catalog(application, environment).environment_type(environment.type)

    return find


def told(screen: Screen, document: Document) -> None:
    """Show what a notification means before it is acted upon; as JSON in one line, as all that follows."""
    from .views.builds import NotificationText

    if screen.json:
        screen.record(document)
    else:
        NotificationText(screen).show(document)


def rolled_out(session: Session, bench: Workbench, found: Notified, flags: Applying) -> Exit:
    """Plan and apply each environment that takes the build and has not got it; the first that fails ends it.

    Those that are paused are left out.
    """
    from ..plans.operations.builds import Effect
    from ..plans.operations.planning import make_plan
    from ..plans.operations.workbench import PlanOptions
    from ..plans.reports.rollout import Fate, Stop

    def planned(environment: EnvironmentRecord) -> Plan:
        return make_plan(bench, environment, PlanOptions()).plan

    chosen = [s.environment for s in found.selections if s.deploy and s.effect is Effect.NEXT]
    wanted = [e for e in chosen if not e.paused]
    skipped = [Stop(e, Fate.SKIPPED, why="paused") for e in chosen if e.paused]
    if not chosen:
        session.screen.tell(["Nothing to deploy."])
        return Exit.OK

    def resume(left: Sequence[str]) -> str:
        return typed("apply", environment=",".join(left))

    session.screen.tell(["", f"Deploying build {found.build.id} to {', '.join(e.name for e in chosen)}"])
    legs = [Leg(e, planned, resume([e.name])) for e in wanted]
    return Rollout(session, bench, flags, resume).run(legs, skipped)
