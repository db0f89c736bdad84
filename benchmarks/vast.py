"""100,000 values in one application: a hundred Score files of a thousand each, planned, applied, and planned again."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from .contender import quiet
from .measure import Command, run
from .operations import Row
from .ours import PLATFORM
from .shapes import LAYERS, shape, value

EACH = 1_000
"""Values in one Score file: one shape with layers."""

INTRODUCTION = f"""\
Made by `make bench ARGS='vast --publish'`. One application of a hundred Score files; each asks for {EACH:,} values in
{LAYERS} layers, of which each reads two of the layer before. Whole processes from start to exit, state in SQLite, every step
flushed to the disk, each operation once."""

NOTHING_RUNS = """---
apiVersion: bakehouse.dev/v1
kind: ResourceDefinition
metadata: {name: nothing-runs}
spec: {type: workload, driver: template, match: [{}], inputs: {values: {}}}
"""

MANIFEST = """\
apiVersion: bakehouse.dev/v1
kind: Application
metadata: {name: vast}
spec: {workloads: ["services/*.yaml"], platform: ./platform}
"""


def measured(folder: Path, workloads: int, limit: float, say: Callable[[str], None]) -> list[Row]:
    """Write the files and measure every operation, saying a line of each; raises Failed or TooLong."""
    _write(folder, workloads)
    environment = quiet(os.environ, folder / "home")
    program = str(Path(sys.executable).parent / "bakehouse")
    register = [program, "env", "create", "measured", "--type", "benchmark"]
    subprocess.run(register, cwd=folder, env=environment, check=True, capture_output=True)
    nodes = f"{workloads * (EACH + 1):,}"
    rows: list[Row] = []
    for operation, says, arguments in (
        ("plan of everything, from nothing", f"{nodes} to create", ["plan"]),
        ("apply", f"{nodes} created", ["apply", "--auto-approve"]),
        ("plan of what is unchanged", f"{nodes} resources as recorded", ["plan"]),
        ("destroy", f"{nodes} deleted", ["destroy", "--auto-approve"]),
    ):
        command = Command([program, *arguments, "--no-input"], folder, environment, says)
        rows.append(Row(f"{operation}, {nodes} resources", run(command, limit)))
        say(rows[-1].cells())
    return rows


def _write(folder: Path, workloads: int) -> None:
    for name in ("platform", "services", "home"):
        (folder / name).mkdir(parents=True)
    (folder / "platform" / "platform.yaml").write_text(PLATFORM + NOTHING_RUNS, encoding="utf-8")
    (folder / "bakehouse.yaml").write_text(MANIFEST, encoding="utf-8")
    layered = shape("layered", EACH)
    lines: list[str] = []
    for index, reads in enumerate(layered.reads):
        sources = ", ".join(f"'${{resources.{layered.node(r)}.value}}'" for r in reads)
        params = f"{{value: {value(index, frozenset())}, sources: [{sources}]}}"
        lines.append(f"  {layered.node(index)}: {{type: bench-value, params: {params}}}\n")
    for number in range(workloads):
        head = f"apiVersion: score.dev/v1b1\nmetadata: {{name: w{number}}}\ncontainers: {{main: {{image: vast:1}}}}\n"
        (folder / "services" / f"w{number}.yaml").write_text(
            f"{head}resources:\n{''.join(lines)}", encoding="utf-8"
        )
