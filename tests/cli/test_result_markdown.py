"""The result of a deployment as a comment on a pull request: literal text, less of it the more there is, and no way out."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bakehouse.cli.views.comment import LIMIT
from bakehouse.cli.views.plan_markdown import markdown as comment_of_plan
from bakehouse.cli.views.result_markdown import markdown
from bakehouse.plans.report import report
from bakehouse.plans.state.records import DeploymentStatus, StepRecord, StepStatus
from made_plans import plan
from made_results import result, step

SUCCEEDED, FAILED = DeploymentStatus.SUCCEEDED, DeploymentStatus.FAILED
HOSTILE = (
    "```\n# gone\n",
    "<script>alert(1)</script>",
    "@everyone `x` ``y``",
    "a\u202eb",
    "</details>",
    "\x1b[31m",
    "--> <!--",
)


def many(status: StepStatus, number: int, type_: str = "config", **detail: object) -> list[StepRecord]:
    """Steps of resources of one type that all came to the same."""
    return [step(f"{type_}#shared.number-{n}", "create", status, **detail) for n in range(number)]


def outside(page: str) -> str:
    """What of a page is no code: neither fenced nor in a line."""
    page = re.sub(r"(?ms)^(`{3,})text\n.*?^\1$", "", page)
    return re.sub(r"(`+)(?!`).*?(?<!`)\1(?!`)", "", page)


def test_a_success_says_what_was_done() -> None:
    found = result(
        SUCCEEDED,
        step("postgres#web.db", "delete", StepStatus.DONE),
        step("proxy#local", "create", StepStatus.DONE),
        step("workload#web", "create", StepStatus.DONE),
        step("dns#web.dns", "update", StepStatus.UNCHANGED),
        commit="abc1234",
    )
    assert markdown(found) == (
        "<!-- bakehouse plan 00000000-0000-0000-0000-000000000001 -->\n"
        "\n"
        "### Applied: deployment 3 of `shop` in `local`\n"
        "\n"
        "**2 created, 1 deleted, 1 unchanged.**\n"
        "\n"
        "#### Done\n"
        "\n"
        "```text\n"
        "created: 1 proxy, 1 workload\n"
        "  proxy#local  in 0.5 s\n"
        "  workload#web  in 0.5 s\n"
        "deleted: 1 postgres\n"
        "  postgres#web.db  in 0.5 s\n"
        "turned out unchanged: 1 dns\n"
        "  dns#web.dns\n"
        "```\n"
        "\n"
        "---\n"
        "\n"
        "Plan `digest` · commit `abc1234` · `2026-01-01T00:00:00Z` by `me` in 8.2 s\n"
    )


def test_a_partial_failure_says_first_what_failed_and_how_to_carry_on() -> None:
    found = result(
        FAILED,
        step("proxy#local", "create", StepStatus.DONE),
        step(
            "postgres#web.db",
            "create",
            StepStatus.FAILED,
            message="the server is down\nit said no",
            code="server-down",
            hint="start it",
            definition="shared-server",
        ),
        step("workload#web", "create", StepStatus.SKIPPED, because="postgres#web.db"),
        step("route#web.r", "update", StepStatus.SKIPPED, because="postgres#web.db"),
        step("dns#web.dns", "update", StepStatus.PENDING, message="its deadline passed"),
        step("route#web.s", "create", StepStatus.NOT_ATTEMPTED),
        resume="bakehouse apply -e local",
        reason="resumes deployment 2",
    )
    assert markdown(found) == (
        "<!-- bakehouse plan 00000000-0000-0000-0000-000000000001 -->\n"
        "\n"
        "### Failed: deployment 3 of `shop` in `local`\n"
        "\n"
        "**1 failed, 1 with an outcome that is not known, 2 skipped, 1 not attempted; 1 created.**\n"
        "\n"
        "> [!CAUTION]\n"
        "> This is not complete. Carry on with `bakehouse apply -e local`.\n"
        "\n"
        "#### Failed\n"
        "\n"
        "```text\n"
        "postgres#web.db  create failed: the server is down [server-down]\n"
        "    it said no\n"
        "  hint: start it\n"
        "  met by: definition shared-server\n"
        "```\n"
        "\n"
        "#### Outcome not known\n"
        "\n"
        "```text\n"
        "dns#web.dns  update, outcome not known: its deadline passed\n"
        "```\n"
        "\n"
        "#### Skipped\n"
        "\n"
        "```text\n"
        "because of postgres#web.db: 1 route, 1 workload\n"
        "  route#web.r  update\n"
        "  workload#web  create\n"
        "```\n"
        "\n"
        "#### Not attempted\n"
        "\n"
        "```text\n"
        "create: 1 route\n"
        "  route#web.s\n"
        "```\n"
        "\n"
        "#### Done\n"
        "\n"
        "```text\n"
        "created: 1 proxy\n"
        "  proxy#local  in 0.5 s\n"
        "```\n"
        "\n"
        "---\n"
        "\n"
        "Plan `digest` · `2026-01-01T00:00:00Z` by `me` in 8.2 s · `resumes deployment 2`\n"
    )


def test_an_interrupted_one_says_what_was_not_attempted() -> None:
    found = result(
        DeploymentStatus.INTERRUPTED,
        step("workload#web", "delete", StepStatus.DONE),
        step("proxy#local", "delete", StepStatus.NOT_ATTEMPTED),
        resume="bakehouse destroy -e local",
        kind="destroy",
    )
    assert markdown(found) == (
        "<!-- bakehouse plan 00000000-0000-0000-0000-000000000001 -->\n"
        "\n"
        "### Stopped: deployment 3 (destroy) of `shop` in `local`\n"
        "\n"
        "**1 not attempted; 1 deleted.**\n"
        "\n"
        "> [!CAUTION]\n"
        "> This is not complete. Carry on with `bakehouse destroy -e local`.\n"
        "\n"
        "#### Not attempted\n"
        "\n"
        "```text\n"
        "delete: 1 proxy\n"
        "  proxy#local\n"
        "```\n"
        "\n"
        "#### Done\n"
        "\n"
        "```text\n"
        "deleted: 1 workload\n"
        "  workload#web  in 0.5 s\n"
        "```\n"
        "\n"
        "---\n"
        "\n"
        "Plan `digest` · `2026-01-01T00:00:00Z` by `me` in 8.2 s\n"
    )


def test_one_whose_process_is_gone_says_so_and_what_was_begun() -> None:
    steps = (step("workload#web", "create", StepStatus.INTENT),)
    lost = markdown(result(DeploymentStatus.ABANDONED, *steps))
    assert "> Its process ended without a word; what is not listed was not started.\n" in lost
    assert "#### Outcome not known\n\n```text\nworkload#web  unfinished\n```\n" in lost
    running = markdown(result(DeploymentStatus.RUNNING, *steps, resume="bakehouse apply -e local"))
    assert "### Running: " in running
    assert (
        "> This has not come to its end; what is not listed was not started. If its process is gone"
        in running
    )
    assert ", carry on with `bakehouse apply -e local`.\n" in running
    assert "#### At work\n" in running


def test_what_was_handed_over_says_where_it_lies() -> None:
    page = markdown(
        result(
            SUCCEEDED,
            step("bucket#web.b", "forget", StepStatus.DONE, message="it lies in there"),
            step("bucket#web.c", "forget", StepStatus.DONE),
        )
    )
    assert "#### Retained\n\n```text\nbucket#web.b  forgotten: it lies in there\n```\n" in page


def test_it_stands_where_the_comment_of_the_plan_stood() -> None:
    first = [page.splitlines()[0] for page in (comment_of_plan(report(plan())), markdown(result(SUCCEEDED)))]
    assert first == ["<!-- bakehouse plan 00000000-0000-0000-0000-000000000001 -->"] * 2


def test_nothing_done_is_said_in_a_word() -> None:
    assert "\n**Nothing done.**\n" in markdown(result(SUCCEEDED))


def test_much_that_is_done_is_folded_and_told_by_number_before_any_failure_is_shortened() -> None:
    few = markdown(result(SUCCEEDED, *many(StepStatus.DONE, 40)))
    assert "<details><summary>Done</summary>\n\n```text\ncreated: 40 config\n  config#shared.number-0" in few
    assert few.count("<details>") == few.count("</details>") == 1
    failed = many(StepStatus.FAILED, 300, "postgres", message="no room " * 10, hint="make some")
    page = markdown(result(FAILED, *many(StepStatus.DONE, 5_000), *failed, resume="bakehouse apply"))
    assert len(page) <= LIMIT
    assert "created: 5,000 config\n```" in page
    assert page.count(f"create failed: {'no room ' * 10}".rstrip()) == 300
    assert page.count("hint: make some") == 300
    assert page.endswith("The whole result is shown by `bakehouse show 3 -e local`.\n")


def test_what_was_never_started_is_told_by_number_before_any_failure_is_shortened() -> None:
    failed = many(StepStatus.FAILED, 100, "postgres", message="no room " * 10)
    skipped = [s for f in failed for s in many(StepStatus.SKIPPED, 50, because=str(f.address))]
    page = markdown(result(FAILED, *failed, *skipped, *many(StepStatus.NOT_ATTEMPTED, 2_000)))
    assert len(page) <= LIMIT
    assert "because of postgres#shared.number-19: 50 config\n… 80 more lines\n" in page
    assert "create: 2,000 config\n```" in page
    assert page.count("no room " * 9) == 100


def test_long_errors_are_told_in_their_beginning_before_any_is_left_out() -> None:
    page = markdown(result(FAILED, *many(StepStatus.FAILED, 150, message="x" * 100_000)))
    assert len(page) <= LIMIT
    assert page.count(f"create failed: {'x' * 199}…\n") == 150
    assert "not listed" not in page


def test_failures_that_are_not_listed_are_counted() -> None:
    found = result(
        FAILED, *many(StepStatus.FAILED, 4_000, message="no room"), resume=f"bakehouse {'x' * 400}"
    )
    page = markdown(found)
    assert len(page) <= LIMIT
    assert "\n**4,000 failed.**\n" in page
    assert page.count("create failed: no room") == 200
    assert "> **3,800 steps that failed or may have are not listed here.**" in page
    assert "Carry on with the command that `bakehouse show 3 -e local` names." in page


@pytest.mark.parametrize("size", [1_000, 2_000, 5_000, 20_000])
def test_any_result_fits_the_room_that_it_is_given(size: int) -> None:
    steps = (
        many(status, 300, because="config#a", message="\x1b" * 900)
        for status in (StepStatus.FAILED, StepStatus.PENDING, StepStatus.SKIPPED, StepStatus.DONE)
    )
    found = result(FAILED, *(s for part in steps for s in part), resume=f"bakehouse {'x' * 4_000}")
    assert len(markdown(found, limit=size)) <= size


def hostile(said: str, other: str) -> dict[str, Any]:
    """A result in which everything that somebody else may have written says this."""
    found = result(
        FAILED,
        step("config#shared.a", "create", StepStatus.FAILED, message=f"x{said}", hint=f"x{other}", code=said),
        step(
            "config#shared.b", "create", StepStatus.PENDING, message=f"x{other}{said}", definition=f"x{said}"
        ),
        step("config#shared.c", "create", StepStatus.SKIPPED, because=f"x{said}"),
        step("config#shared.d", "forget", StepStatus.DONE, message=f"x{other}"),
        resume=f"bakehouse {said}",
        actor=other,
        commit=f"x{said}",
        reason=f"x{other}",
        plan_digest=said,
    )
    return {**found, "application": said, "environment": other}


@given(st.one_of(st.text(max_size=60), st.sampled_from(HOSTILE)), st.sampled_from(HOSTILE))
def test_nothing_that_is_said_breaks_out_of_the_comment(said: str, other: str) -> None:
    page, plain = markdown(hostile(said, other)), markdown(hostile("a", "b"))
    assert re.sub(r"\s+", " ", outside(page)) == re.sub(r"\s+", " ", outside(plain))
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", page)
