"""Every scenario that plan and apply must survive is shown by a test."""

from scenarios import SCENARIOS, shown

NOT_SHOWN_YET = {10, 35, 37, 39, 42, 43, 44}
"""What no test shows so far; to be shrunk, never to grow."""


def test_every_scenario_is_shown_by_a_test() -> None:
    assert set(SCENARIOS) - set(shown()) == NOT_SHOWN_YET


def test_every_mark_names_a_scenario() -> None:
    assert set(shown()) <= set(SCENARIOS)
