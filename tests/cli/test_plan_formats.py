"""The formats of a plan by command: planned, saved, and of a deployment."""

import pytest

from desk import Desk


@pytest.fixture
def planned(desk: Desk) -> Desk:
    desk("env", "create", "dev", "--type", "plain")
    return desk


def test_a_comment_names_the_file_that_the_plan_was_saved_to(planned: Desk) -> None:
    made = planned("plan", "-e", "dev", "--out", "dev.plan", "--format", "markdown")
    assert "### Plan: `hello` in `dev`" in made.out
    assert made.out.endswith("Apply exactly this with `bakehouse apply dev.plan`.\n")
    assert planned("show", "dev.plan", "--format", "markdown").out == made.out


def test_a_page_is_written_of_what_was_planned_saved_and_deployed(planned: Desk) -> None:
    page = planned("plan", "-e", "dev", "--out", "dev.plan", "--format", "html").out
    planned("apply", "dev.plan", "--auto-approve")
    assert page.startswith("<!DOCTYPE html>\n")
    assert planned("show", "dev.plan", "--format", "html").out == page
    assert planned("show", "1", "-e", "dev", "--plan", "--format", "html").out == page


def test_the_comments_of_several_environments_share_the_room(planned: Desk) -> None:
    planned("env", "create", "other", "--type", "plain")
    out = planned("plan", "-e", "dev,other", "--format", "markdown").out
    assert out.count("\n### Plan: ") == 2


def test_a_format_that_does_not_exist_is_refused_before_anything_is_planned(desk: Desk) -> None:
    refused = desk("plan", "--format", "pdf", expect=1)
    assert refused.codes == ["unknown-format"]
    assert "formats: text, json, markdown, html" in refused.err


def test_the_result_of_a_deployment_is_no_page(planned: Desk) -> None:
    planned("apply", "-e", "dev", "--auto-approve")
    refused = planned("show", "1", "-e", "dev", "--format", "html", expect=1)
    assert refused.codes == ["unknown-format"]
    assert "formats: text, json, markdown\n" in refused.err
