"""From a plan to its result: show, ask, apply, say what became of it. Shared by the commands that apply."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

import click
from msgspec import Struct
from msgspec.structs import replace

from ..graph.diagnostics import Diagnostic
from ..graph.errors import BakehouseError
from .exits import Exit
from .flags import flags_of
from .questions import ask, ask_name
from .signals import stoppable

if TYPE_CHECKING:
    from ..plans.apply.events import Event
    from ..plans.operations.workbench import ApplyOptions, Workbench
    from ..plans.plan import Plan
    from ..plans.state.records import EnvironmentRecord
    from .session import Session

F = TypeVar("F", bound=Callable[..., Any])

_WAIT = re.compile(r"(\d{1,6})(s|m|h)?\Z")
_SECONDS = {"s": 1, "m": 60, "h": 3600, None: 1}
_ATTEMPTS = 3


class Applying(Struct, frozen=True):
    """The flags of applying. ``wait`` is in seconds; ``format_`` is that of the result, None for the screen's."""

    auto_approve: bool = False
    confirm: str | None = None
    fail_fast: bool = False
    wait: float = 0.0
    format_: str | None = None

    @property
    def comments(self) -> bool:
        """Whether standard output is to be a comment: the result, or that there is nothing to do."""
        return self.format_ == "markdown"


def _duration(context: click.Context, parameter: click.Parameter, value: str) -> float:
    found = _WAIT.match(value)
    if found is None:
        raise click.BadParameter(f"'{value}' is no time; expected such as 30s, 5m or 1h", context, parameter)
    return float(int(found[1]) * _SECONDS[found[2]])


_FAIL_FAST = click.option("--fail-fast", is_flag=True, help="Start nothing new after the first failure.")

holding = click.option(
    "--wait", default="0", metavar="TIME", callback=_duration, help="Wait so long for the lease."
)
"""The option of every command that holds an environment."""

_AUTO_APPROVE = click.option("--auto-approve", is_flag=True, help="Do not ask.")

_OPTIONS = (
    _AUTO_APPROVE,
    click.option("--confirm", metavar="ENVIRONMENT", help="Confirm that protected resources are destroyed."),
    _FAIL_FAST,
    holding,
)


def _chosen(context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    from .views.formats import require_format
    from .views.result import FORMATS

    if value is not None and not context.resilient_parsing:
        require_format(value, FORMATS)
    return value


reporting = click.option(
    "--format", "format_", metavar="FORMAT", callback=_chosen, help="Of the result: text, json or markdown."
)
"""The option of a command whose result is to be told in another format; it is one of ``flags``."""


def applying(function: F) -> F:
    """Add the options of applying; the command gets them as one value ``flags``."""
    return _collected(function, _OPTIONS)


def waiting(function: F) -> F:
    """Add the options of applying for where nothing is asked, and nothing confirmed; the command gets ``flags``.

    ``--auto-approve`` is among them, so that a script may give it to everything that changes an environment.
    """
    return _collected(function, (_AUTO_APPROVE, _FAIL_FAST, holding))


def _collected(function: F, options: tuple[Callable[[Any], Any], ...]) -> F:
    @wraps(function)
    def run(*args: Any, **kwargs: Any) -> Any:
        format_ = kwargs.get("format_")
        if (
            format_ is not None
        ):  # wherever --json stands: JSON is what it prints, and no other format goes with it
            flags_of(click.get_current_context()).json = format_ == "json"
        names = ("auto_approve", "confirm", "fail_fast", "wait", "format_")
        return function(*args, flags=Applying(**{n: kwargs.pop(n) for n in names if n in kwargs}), **kwargs)

    command: Any = run
    for option in reversed(options):
        command = option(command)
    found: F = command
    return found


class ApprovalMissing(BakehouseError):
    """Nobody said yes: neither a flag nor a person."""


class Deploying:
    """One plan on its way: shown, approved, applied.

    ``command`` is what resumes it. A comment about it keeps to the ``share``-th part of the room.
    """

    def __init__(
        self, session: Session, bench: Workbench, flags: Applying, command: str, share: int = 1
    ) -> None:
        self._share = share
        self._session = session
        self._bench = bench
        self._flags = flags
        self._command = command

    def run(self, make: Callable[[], Plan]) -> Exit:
        """Make the plan, show it, ask, apply that value; if something moved meanwhile, show that and ask again."""
        plan = self._agreeable(make)
        return Exit.OK if plan is None else self._agreed(plan, make)

    def _agreeable(self, make: Callable[[], Plan]) -> Plan | None:
        """The plan, shown and agreed to; None where there is nothing to do. Raises where it cannot be applied."""
        plan = make()
        return plan if self._is_agreed(plan) else None

    def _is_agreed(self, plan: Plan) -> bool:
        """Show the plan and ask; False where there is nothing to do. Raises where it cannot be applied."""
        from ..plans.operations.applying import refuse, refuse_idle, refuse_paused

        refuse_paused(self._bench, plan)
        self.show(plan)
        refuse(self._bench, plan)
        refuse_idle(plan)
        if plan.is_empty:
            self._idle(plan)
            return False
        approve_all(self._session, self._flags, [plan])
        return True

    def agreed(self, plan: Plan, make: Callable[[], Plan]) -> Exit:
        """Apply a plan that was shown and agreed to, where there is something to do."""
        if plan.is_empty:
            self._idle(plan)
            return Exit.OK
        return self._agreed(plan, make)

    def _agreed(self, plan: Plan, make: Callable[[], Plan]) -> Exit:
        """Apply the plan; if something moved meanwhile, show that and the new plan, and ask again."""
        from ..plans.staleness import StalePlan
        from .views.problems import ProblemsText

        for attempt in range(1, _ATTEMPTS + 1):
            try:
                return self.apply(plan)
            except StalePlan as stale:
                if self._flags.auto_approve or attempt == _ATTEMPTS:
                    raise
                told = [replace(d, severity=d.severity.WARNING, hint=None) for d in stale.diagnostics]
                ProblemsText(self._session.screen, lambda place: None).show(told)
            again = self._agreeable(make)
            if again is None:
                return Exit.OK
            plan = again
        raise AssertionError("the last attempt raises")

    def saved(self, plan: Plan) -> Exit:
        """Show a saved plan, ask, apply it."""
        return self.apply(plan) if self._is_agreed(plan) else Exit.OK

    def at_once(self, make: Callable[[], Plan]) -> Exit:
        """Make a plan and apply it without showing it or asking: for what is asked for by its very command."""
        from ..plans.staleness import StalePlan

        for _ in range(1, _ATTEMPTS):
            try:
                return self.apply(make())
            except StalePlan:
                continue
        return self.apply(make())

    def apply(self, plan: Plan) -> Exit:
        """Apply without asking and show what became of it."""
        from ..plans.apply.stop import Stop
        from ..plans.operations.applying import apply_plan
        from ..plans.reports.deployment import deployment
        from ..plans.reports.outputs import urls
        from .telemetry import watched
        from .views.listener import listener
        from .views.screen import OutputLost

        screen = self._session.screen
        options = self._options(plan)
        stop = Stop()
        lost: list[OSError | OutputLost] = []
        telemetry, stopping = watched(self._session, plan), stoppable(stop.request)
        with telemetry as observe, listener(screen) as listen, stopping as interruptions:

            def hear(event: Event) -> None:
                interruptions.postponed = True
                observe(event)
                try:
                    if not lost:
                        listen(event)
                except (
                    OSError,
                    OutputLost,
                ) as error:  # nobody sees how it goes on: end it in good order, as after Ctrl-C
                    lost.append(error)
                    stop.request()

            outcome = apply_plan(self._bench, plan, options, hear, stop)
        if lost:
            raise lost[0]
        environment = _environment(self._bench, plan)
        document = deployment(environment, outcome.deployment, outcome.steps.values(), resume=outcome.resume)
        if outcome.succeeded and not environment.paused:
            document["urls"] = urls(self._bench.store.reader().snapshot(environment.uid))
        self._tell(document)
        if outcome.interrupted:
            return Exit.TERMINATED if interruptions.terminated else Exit.INTERRUPTED
        return Exit.OK if outcome.succeeded else Exit.ERROR

    def show(self, plan: Plan) -> None:
        """Write the plan, as text or as one line of JSON; beside a comment, for the person who watches."""
        from ..plans.report import report, told
        from .views.plan import PlanText

        screen = self._session.screen
        if screen.json:
            screen.record(report(plan))
        elif self._flags.comments:
            screen.tell(PlanText(screen).lines(told(plan)))
        else:
            PlanText(screen).show(plan)

    def _idle(self, plan: Plan) -> None:
        """There is nothing to do: where a comment is asked for, it says so."""
        from .views.plan import plan_view

        if self._flags.comments:
            plan_view(self._session.screen, self._flags.format_, share=self._share).show(plan)
            self._part()

    def _tell(self, document: Mapping[str, Any]) -> None:
        from .views.result import outcome_view

        outcome_view(self._session.screen, self._flags.format_, share=self._share).show(document)
        self._part()

    def _part(self) -> None:
        """An empty line below a comment that is one of several."""
        if self._flags.comments and self._share > 1:
            self._session.screen.data([""])

    def _options(self, plan: Plan) -> ApplyOptions:
        from ..plans.operations.workbench import ApplyOptions

        confirm = self._flags.confirm
        if confirm is None and plan.destroy and not self._flags.auto_approve and _destroys_protected(plan):
            confirm = ask_name(
                self._session, f"Protected resources go, too. Type {plan.environment} to confirm:"
            )
        return ApplyOptions(
            parallelism=self._session.settings.parallelism,
            fail_fast=self._flags.fail_fast,
            wait=self._flags.wait,
            confirm=confirm,
            command=self._command,
        )


def _destroys_protected(plan: Plan) -> bool:
    return any(c.protected and c.action.changes_world for c in plan.changes.values())


def _environment(bench: Workbench, plan: Plan) -> EnvironmentRecord:
    return bench.store.reader().snapshot(plan.environment_uid).environment


def approve_all(session: Session, flags: Applying, plans: Iterable[Plan]) -> None:
    """Ask once; raise :class:`ApprovalMissing` unless somebody agrees. What only writes records needs nobody."""
    changing = [plan for plan in plans if plan.has_changes]
    if flags.auto_approve or not changing or ask(session, _question(changing)):
        return
    message = "the plan was shown and nobody agreed to it; nothing was changed"
    raise not_agreed(message, hint="--auto-approve applies without asking")


def not_agreed(message: str, hint: str | None = None) -> ApprovalMissing:
    """The error that nobody agreed to what was shown."""
    return ApprovalMissing(Diagnostic("approval-missing", message, hint=hint))


def _question(plans: Sequence[Plan]) -> str:
    first, *others = plans
    where = f"{first.application}/{first.environment}"
    if others:
        names = ", ".join(plan.environment for plan in plans)
        verb = "Destroy everything" if first.destroy else "Apply these changes"
        return f"{verb} in {len(plans)} environments ({names})?"
    if first.destroy:
        return f"Destroy everything in {where}?"
    if first.origin.rolled_back_to is not None:
        return f"Roll {where} back to deployment {first.origin.rolled_back_to}?"
    return f"Apply these changes in {where}?"
