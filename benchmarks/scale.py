"""How compiling grows with workloads and definitions: `plan` and `graph` as whole processes, and matching alone."""

import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bakehouse.resolvers.application import load_application
from bakehouse.resolvers.catalog import CatalogSource, load_catalog
from bakehouse.resolvers.match import Matcher
from bakehouse.resolvers.steps.declare import requested_address

from .contender import quiet
from .estate import Estate
from .measure import Command, Sample, median, run

INTRODUCTION = """\
Made by `make bench ARGS='scale --publish'`. Each application has workloads with two ports, five resources each (`postgres`,
`redis`, `s3`, `amqp`, `config`), and one database server that they share; its catalog has definitions of these types with
criteria of every kind, one in five of which names a resource's id. All Score and platform files are read from the disk.
`graph` (which compiles and draws) and `plan` are whole processes from start to exit; the plan is a first one, of everything.
`matching` is the part of it that finds the definition of every resource, measured alone, in processor time. A figure is the
median of its runs."""


@dataclass(frozen=True, slots=True)
class Row:
    """What came out for one estate. `matching` is in seconds; `lines` are those of all its files."""

    estate: Estate
    lines: int
    matching: float
    graph: Sample
    plan: Sample


def measure(estate: Estate, folder: Path, repeats: int, limit: float) -> Row:
    """Write an estate into `folder` and measure it; raises Failed or TooLong."""
    estate.write(folder)
    environment = {**quiet(os.environ, folder / "home"), "ESTATE_PASSWORD": "benchmark"}
    program = str(Path(sys.executable).parent / "bakehouse")
    register = [program, "env", "create", "local", "--type", "local"]
    subprocess.run(register, cwd=folder, env=environment, check=True, capture_output=True)

    def samples(says: str, *arguments: str) -> Sample:
        command = Command([program, *arguments, "--no-input"], folder, environment, says)
        return median([run(command, limit) for _ in range(repeats)])

    return Row(
        estate,
        sum(path.read_bytes().count(b"\n") for path in folder.glob("*/**/*.yaml")),
        matching(folder, repeats),
        samples("digraph", "graph"),
        samples(f"{estate.nodes:,} to create.", "plan"),
    )


def matching(folder: Path, repeats: int) -> float:
    """Median seconds of processor time in which every resource of the application in `folder` finds its definition."""
    application = load_application(folder)
    catalog = load_catalog(CatalogSource.of("platform", folder))
    workloads = application.workloads.values()
    addresses = [requested_address(r) for w in workloads for r in w.resources.values()]
    times: list[float] = []
    for _ in range(repeats):
        start = time.process_time()
        matcher = Matcher(catalog, "estate", "local", "local")
        found = [matcher.match(address).winner for address in addresses]
        times.append(time.process_time() - start)
        if None in found:
            raise SystemExit("not every resource was matched")
    return statistics.median(times)


def measured(
    estates: Iterable[Estate], scratch: Path, repeats: int, limit: float, say: Callable[[str], None]
) -> list[Row]:
    """Measure estates one after another, saying a line of each."""
    rows: list[Row] = []
    for estate in estates:
        folder = scratch / f"{estate.workloads}-{estate.definitions}"
        rows.append(measure(estate, folder, repeats, limit))
        shutil.rmtree(folder)
        say(_cells(rows[-1]))
    return rows


def as_json(rows: Iterable[Row], setting: dict[str, Any]) -> str:
    """Everything that was measured."""
    document = {"format": 1, **setting, "rows": [asdict(row) for row in rows]}
    return json.dumps(document, indent=1) + "\n"


def as_markdown(rows: Iterable[Row], setting: dict[str, Any]) -> str:
    """A page with a line an estate."""
    head = ["workloads", "definitions", "nodes", "lines of YAML", "matching", "`graph`", "its CPU", "`plan`"]
    head += ["its CPU", "its peak memory"]
    return "\n".join(
        [
            "# Scale",
            "",
            INTRODUCTION,
            "",
            f"- {setting['date']}, commit `{setting['commit']}`, {platform.system()} {platform.machine()}, "
            f"{os.cpu_count()} cores, Python {platform.python_version()}",
            f"- {setting['repeats']} runs each; load of the machine at the start {setting['load']:.1f}",
            "",
            f"| {' | '.join(head)} |",
            f"|{'---|' * len(head)}",
            *map(_cells, rows),
            "",
        ]
    )


def _cells(row: Row) -> str:
    cells = [
        f"{row.estate.workloads:,}",
        f"{row.estate.definitions:,}",
        f"{row.estate.nodes:,}",
        f"{row.lines:,}",
        f"{row.matching * 1000:.1f} ms",
        f"{row.graph.wall:.2f} s",
        f"{row.graph.cpu:.2f} s",
        f"{row.plan.wall:.2f} s",
        f"{row.plan.cpu:.2f} s",
        f"{row.plan.peak / 1e6:.0f} MB",
    ]
    return f"| {' | '.join(cells)} |"
