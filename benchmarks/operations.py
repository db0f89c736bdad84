"""Operations upon one environment, measured one after another: their rows, and the page that these make."""

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from .measure import Sample


@dataclass(frozen=True, slots=True)
class Row:
    """One operation and what it took."""

    operation: str
    sample: Sample

    def cells(self) -> str:
        """Its line of the table."""
        sample = self.sample
        return f"| {self.operation} | {sample.wall:.2f} s | {sample.cpu:.2f} s | {sample.peak / 1e6:.0f} MB |"


def as_json(rows: Sequence[Row], setting: dict[str, Any]) -> str:
    """Everything that was measured."""
    return json.dumps({"format": 1, **setting, "rows": [asdict(row) for row in rows]}, indent=1) + "\n"


def as_markdown(title: str, introduction: str, rows: Sequence[Row], setting: dict[str, Any]) -> str:
    """A page with a line an operation."""
    return "\n".join(
        [
            f"# {title}",
            "",
            introduction,
            "",
            f"- {setting['date']}, commit `{setting['commit']}`, {platform.system()} {platform.machine()}, "
            f"{os.cpu_count()} cores, Python {platform.python_version()}",
            f"- load of the machine at the start {setting['load']:.1f}",
            "",
            "| operation | time | CPU, children included | peak memory of one process |",
            "|---|---|---|---|",
            *(row.cells() for row in rows),
            "",
        ]
    )
