"""Progress and results of an apply, as literal text."""

import io
import json

from bakehouse.cli.views.live import ProgressLive
from bakehouse.cli.views.outcome import OutcomeText
from bakehouse.cli.views.progress import ProgressJson, ProgressLines
from bakehouse.cli.views.screen import Screen
from bakehouse.cli.views.steps import seconds
from bakehouse.plans.apply.events import Event, EventKind
from bakehouse.plans.state.records import DeploymentStatus, StepRecord, StepStatus
from made_results import AT, result, step


def event(kind: EventKind, address: str = "", step: str = "", **detail: object) -> Event:
    return Event(kind, AT, 3, address, step, detail)


EVENTS = (
    event(EventKind.DEPLOYMENT_STARTED, total=4),
    event(EventKind.STEP_STARTED, "postgres#web.db", "create"),
    event(EventKind.STEP_PROGRESS, "postgres#web.db", "create", message="making \x1b[31mthe folder"),
    event(EventKind.STEP_RETRY, "postgres#web.db", "create", message="no answer"),
    event(EventKind.STEP_FINISHED, "postgres#web.db", "create", status="done", seconds=1.25),
    event(EventKind.STEP_FINISHED, "dns#web.dns", "update", status="unchanged", seconds=0.0),
    event(EventKind.STEP_FINISHED, "route#web.r", "delete", status="failed", seconds=75.2, message="refused"),
    event(
        EventKind.STEP_FINISHED,
        "workload#web",
        "create",
        status="skipped",
        seconds=0.0,
        because="route#web.r",
    ),
    event(EventKind.CANCELLING),
    event(EventKind.DEPLOYMENT_FINISHED, status="failed"),
)


def test_without_a_terminal_every_event_is_one_line() -> None:
    err = io.StringIO()
    with ProgressLines(Screen(io.StringIO(), err, "never")) as tell:
        for each in EVENTS:
            tell(each)
    assert err.getvalue() == (
        "Deployment 3: 4 steps\n"
        "  … postgres#web.db  creating\n"
        "  … postgres#web.db  making \\x1b[31mthe folder\n"
        "  ~ postgres#web.db  trying again: no answer\n"
        "  ✓ postgres#web.db  created in 1.2 s\n"
        "  = dns#web.dns  turned out unchanged\n"
        "  ✗ route#web.r  delete failed in 1 min 15 s: refused\n"
        "  - workload#web  skipped: because of route#web.r\n"
        "Stopping: running steps may finish; Ctrl-C again leaves them\n"
    )


def test_many_steps_are_told_by_their_ends_only() -> None:
    err = io.StringIO()
    tell = ProgressLines(Screen(io.StringIO(), err, "never"))
    tell(event(EventKind.DEPLOYMENT_STARTED, total=1000))
    tell(event(EventKind.STEP_STARTED, "note#a", "create"))
    assert err.getvalue() == "Deployment 3: 1,000 steps\n"


def test_quiet_tells_nothing() -> None:
    err = io.StringIO()
    tell = ProgressLines(Screen(io.StringIO(), err, "never", verbosity=-1))
    for each in EVENTS:
        tell(each)
    assert err.getvalue() == ""


def test_json_events_are_one_line_each_with_their_attributes() -> None:
    out = io.StringIO()
    tell = ProgressJson(Screen(out, io.StringIO(), json=True))
    for each in EVENTS:
        tell(each)
    assert [json.loads(line) for line in out.getvalue().splitlines()] == [e.body() for e in EVENTS]


class Terminal(io.StringIO):
    """A stream that says that it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_on_a_terminal_ended_steps_stay_and_running_lines_go() -> None:
    err = Terminal()
    with ProgressLive(Screen(io.StringIO(), err, "never")) as tell:
        for each in EVENTS:
            tell(each)
    assert "postgres#web.db  created in 1.2 s" in err.getvalue()
    assert "route#web.r  delete failed in 1 min 15 s: refused" in err.getvalue()
    assert "\x1b[31mthe folder" not in err.getvalue()


def outcome(status: DeploymentStatus, *steps: StepRecord, resume: str | None = None) -> str:
    screen = Screen(io.StringIO(), io.StringIO(), "never")
    document = result(status, *steps, resume=resume)
    return "".join(f"{line}\n" for line in _plain(OutcomeText(screen), document))


def _plain(view: OutcomeText, document: dict[str, object]) -> list[str]:
    from bakehouse.cli.views.text import render

    return render(view.lines(document), colour=False).splitlines()


def test_a_success_is_one_sentence() -> None:
    found = outcome(
        DeploymentStatus.SUCCEEDED,
        step("postgres#web.db", "create", StepStatus.DONE),
        step("workload#web", "create", StepStatus.DONE),
        step("dns#web.dns", "update", StepStatus.UNCHANGED),
    )
    assert found == "Applied: deployment 3 of shop in local in 8.2 s: 2 created, 1 unchanged.\n"


def test_a_failure_says_what_is_left_and_how_to_carry_on() -> None:
    found = outcome(
        DeploymentStatus.FAILED,
        step("proxy#local", "create", StepStatus.DONE),
        step(
            "postgres#web.db",
            "create",
            StepStatus.FAILED,
            message="the server is down",
            code="server-down",
            hint="start it",
            definition="shared-server",
        ),
        step("workload#web", "create", StepStatus.SKIPPED, because="postgres#web.db"),
        step("dns#web.dns", "update", StepStatus.PENDING, message="its deadline passed"),
        step("route#web.r", "create", StepStatus.NOT_ATTEMPTED),
        resume="bakehouse apply -e local",
    )
    assert found == (
        "Failed: deployment 3 of shop in local in 8.2 s: 1 created.\n"
        "\n"
        "Failed\n"
        "  postgres#web.db  create failed: the server is down [server-down]\n"
        "    hint: start it\n"
        "    met by: definition shared-server\n"
        "\n"
        "Outcome not known\n"
        "  dns#web.dns  update, outcome not known: its deadline passed\n"
        "\n"
        "Skipped\n"
        "  workload#web  skipped: because of postgres#web.db\n"
        "\n"
        "Not attempted: 1 step.\n"
        "\n"
        "Carry on with: bakehouse apply -e local\n"
    )


def test_times_are_told_as_people_say_them() -> None:
    assert [seconds(s) for s in (0.04, 9.94, 10, 59.4, 60, 3725)] == [
        "0.0 s", "9.9 s", "10 s", "59 s", "1 min 00 s", "62 min 05 s"
    ]  # fmt: skip
