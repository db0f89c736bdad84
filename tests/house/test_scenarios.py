"""Every scenario that plan and apply must survive is shown by a test."""

from scenarios import SCENARIOS, shown


def test_every_scenario_is_shown_by_a_test() -> None:
    assert set(SCENARIOS) == set(shown())
