"""The figures as JSON and as a Markdown page."""

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from .contender import OPERATIONS
from .contest import LONG, Bounds, Figure

INTRODUCTION = """\
Made by `make bench ARGS=--publish`. Values-only resources, whole processes from start to exit. Ours records every step in
SQLite, flushed to the disk; steps that touch nothing outside share a transaction, 1,000 at most. The peers use the built-in
`terraform_data` with local state. Contenders take turns; a figure is the median of its runs, and a run counts only if it
said that it did all of it. `apply` plans too. `1 % changed` is a plan after that many values changed.
A dash says that a figure could not be had; `over N s` that a run was stopped, or not started because a smaller one
foretold it. A star marks plans over a state file that was written for a peer whose apply took too long."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What a reader must know to judge the figures."""

    flush: float
    bounds: Bounds
    versions: dict[str, str]
    date: str
    commit: str


def as_json(figures: Sequence[Figure], setting: Setting) -> str:
    """Everything that was measured, each sample included."""
    rows = [asdict(figure) for figure in figures]
    document: dict[str, Any] = {"format": 1, "machine": _machine(), **asdict(setting), "figures": rows}
    return json.dumps(document, indent=1) + "\n"


def as_markdown(figures: Sequence[Figure], setting: Setting) -> str:
    """A table an operation: wall time of each contender, ours against the faster peer, and our memory."""
    names = list(dict.fromkeys(figure.contender for figure in figures))
    repeats, limit = setting.bounds.repeats, setting.bounds.limit
    lines = [
        "# Benchmarks",
        "",
        INTRODUCTION,
        "",
        f"- {setting.date}, commit `{setting.commit}`, {_machine()}",
        f"- {', '.join(f'{name} {version}' for name, version in setting.versions.items())}",
        f"- one flush of 4 KiB to this disk (fdatasync, median): {setting.flush * 1000:.2f} ms",
        f"- {repeats} runs each, one of what takes over {LONG:.0f} s, at most {limit:.0f} s a run",
    ]
    for operation in OPERATIONS:
        lines += [
            "",
            f"## {operation.capitalize()}",
            "",
            *_table(figures, operation, names, setting.bounds.limit),
        ]
    return "\n".join(lines) + "\n"


def _table(figures: Sequence[Figure], operation: str, names: Sequence[str], limit: float) -> list[str]:
    rows: dict[tuple[int, str], dict[str, Figure]] = {}
    for figure in figures:
        if figure.operation == operation:
            rows.setdefault((figure.size, figure.shape), {})[figure.contender] = figure
    peers = [name for name in names if name != "bakehouse"]
    head = [
        "nodes",
        "shape",
        *names,
        *(["ahead of the faster peer"] if peers else []),
        "our CPU",
        "our peak memory",
    ]
    table = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    for (size, shape), row in rows.items():
        cells = [f"{size:,}", shape, *(_wall(row.get(name)) for name in names)]
        if peers:
            cells.append(_ratio(row, peers, limit))
        ours = row.get("bakehouse")
        middle = ours.median if ours and ours.samples else None
        cells += [f"{middle.cpu:.2f} s", f"{middle.peak / 1e6:.0f} MB"] if middle else ["-", "-"]
        table.append(f"| {' | '.join(cells)} |")
    return table


def _wall(figure: Figure | None) -> str:
    if figure is None:
        return "-"
    return f"{figure.median.wall:.2f} s{'*' * figure.pretended}" if figure.samples else figure.missing


def _ratio(row: dict[str, Figure], peers: Sequence[str], limit: float) -> str:
    """How far ahead of the faster peer; at least how far, where all of them were stopped."""
    ours = row.get("bakehouse")
    found = [row[name] for name in peers if name in row]
    times = [figure.median.wall for figure in found if figure.samples]
    if not ours or not ours.samples:
        return "-"
    if times:
        return f"{min(times) / ours.median.wall:.1f} times"
    stopped = found and all(f.missing.startswith("over") and "foreseen" not in f.missing for f in found)
    return f"over {limit / ours.median.wall:.0f} times" if stopped else "-"


def _machine() -> str:
    return f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
