"""The figures of the scenarios: counted once for each test, and written only where every test passed."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any, Literal, cast

import pytest
import yaml

from figures import FIGURE, SCENARIO, Recorder, mark

Outcome = Literal["passed", "failed", "skipped"]


def report(when: Literal["setup", "call"], outcome: Outcome, *said: str) -> pytest.TestReport:
    properties: list[tuple[str, object]] = [(SCENARIO, 3), (SCENARIO, 7), *((FIGURE, text) for text in said)]
    return pytest.TestReport("x", ("x", 1, "x"), {}, outcome, None, when, user_properties=properties)


def finished(file: Path, exitstatus: int, *reports: pytest.TestReport) -> Any:
    recorder = Recorder(file)
    for one in reports:
        recorder.pytest_runtest_logreport(one)
    recorder.pytest_sessionfinish(cast("pytest.Session", None), exitstatus)
    return yaml.safe_load(file.read_text(encoding="utf-8"))["scenarios"] if file.exists() else None


def test_each_scenario_gets_the_tests_and_figures_of_those_that_show_it(tmp_path: Path) -> None:
    reports = (report("setup", "passed"), report("call", "passed", "5 killed"), report("setup", "skipped"))
    found = finished(tmp_path / "f.yaml", 0, *reports)
    assert found == {n: {"passed": 1, "skipped": 1, "said": ["5 killed"]} for n in (3, 7)}


def test_where_a_test_failed_nothing_is_written(tmp_path: Path) -> None:
    assert finished(tmp_path / "f.yaml", 1, report("call", "failed"), report("call", "passed")) is None


def test_an_item_carries_the_numbers_of_all_its_marks() -> None:
    marks = [SimpleNamespace(args=(7, 3)), SimpleNamespace(args=(3,))]
    item = SimpleNamespace(user_properties=[], iter_markers=lambda name: marks)
    mark([cast("pytest.Item", item)])
    assert item.user_properties == [(SCENARIO, 3), (SCENARIO, 7)]
