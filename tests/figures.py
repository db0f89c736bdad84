"""What the tests of the scenarios came to when they were run last, for the page that lists them."""

import platform
import subprocess
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

SCENARIO, FIGURE = "scenario", "figure"
"""Names of the properties by which an item says what it shows, and a test what it found; runners pass them on."""


def mark(items: list[pytest.Item]) -> None:
    """Let every item carry the numbers of the scenarios that it shows."""
    for item in items:
        numbers = sorted({number for found in item.iter_markers(SCENARIO) for number in found.args})
        item.user_properties += [(SCENARIO, number) for number in numbers]


class Recorder:
    """Collects what passed, and writes it to ``file`` if all did; nothing is written otherwise."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._passed: dict[int, int] = defaultdict(int)
        self._skipped: dict[int, int] = defaultdict(int)
        self._said: dict[int, dict[str, None]] = defaultdict(dict)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count an item once: when it was called, or when it was skipped before."""
        found = self._passed if report.when == "call" and report.passed else self._skipped
        if report.when == "call" or report.skipped:
            for number in _of(report, SCENARIO):
                found[int(number)] += 1
                self._said[int(number)].update(dict.fromkeys(_of(report, FIGURE)))

    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Write the file."""
        if exitstatus != pytest.ExitCode.OK:
            return
        commit = subprocess.run(
            ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, cwd=self._file.parent
        )
        document = {
            "date": datetime.now(UTC).date().isoformat(),
            "commit": commit.stdout.strip() or "unknown",
            "python": platform.python_version(),
            "scenarios": {
                number: {
                    "passed": count,
                    "skipped": self._skipped[number],
                    "said": sorted(self._said[number]),
                }
                for number, count in sorted(self._passed.items())
            },
        }
        self._file.write_text(yaml.safe_dump(document, sort_keys=False, width=120), encoding="utf-8")


def _of(report: pytest.TestReport, name: str) -> Iterator[str]:
    return (str(value) for key, value in report.user_properties if key == name)
