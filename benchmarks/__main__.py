"""`make bench`: ours beside Terraform and OpenTofu where these are on the PATH, how compiling scales, or real systems."""

import argparse
import datetime
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from . import mixed, operations, scale, vast
from .contender import Contender
from .contest import Bounds, Contest
from .estate import Estate
from .measure import flush_time
from .ours import Bakehouse
from .report import Setting, as_json, as_markdown
from .shapes import SHAPES, shape
from .terraform import Terraform

ROOT = Path(__file__).parent.parent
RESULTS = Path(__file__).parent / "results"
PEERS = ("terraform", "tofu")


def arguments(given: Sequence[str]) -> argparse.Namespace:
    """What the caller wants measured; the defaults take about a quarter of an hour with one peer."""
    parser = argparse.ArgumentParser(prog="make bench ARGS=…", description=__doc__)
    parser.add_argument(
        "what",
        nargs="?",
        choices=("contest", "scale", "mixed", "vast"),
        default="contest",
        help="plan and apply beside others, how compiling grows, an environment in real systems, or 100,000 values",
    )
    parser.add_argument("--sizes", default="100,1000,10000", help="numbers of nodes (default: %(default)s)")
    parser.add_argument("--shapes", default=",".join(SHAPES), help="default: %(default)s")
    parser.add_argument(
        "--repeats", type=int, default=3, help="runs of each operation (default: %(default)s)"
    )
    parser.add_argument(
        "--limit", type=float, default=60, help="seconds a run may take (default: %(default)s)"
    )
    parser.add_argument(
        "--workloads", default="50,100,200,500", help="numbers of workloads, for scale (default: %(default)s)"
    )
    parser.add_argument(
        "--definitions",
        default="100,300,1000",
        help="numbers of definitions, for scale (default: %(default)s)",
    )
    parser.add_argument("--files", type=int, default=100, help="Score files, for vast (default: %(default)s)")
    parser.add_argument("--only", choices=("bakehouse", *PEERS), help="measure this one alone")
    parser.add_argument("--folder", type=Path, help="where to work: the disk that is measured")
    parser.add_argument("--results", type=Path, default=RESULTS, help="where the results are written")
    parser.add_argument("--publish", action="store_true", help="also write the page in docs/")
    return parser.parse_args(given)


def contenders(only: str | None, folder: Path) -> list[Contender]:
    """Ours, and each peer that is on the PATH."""
    found: list[Contender] = [Bakehouse(folder / "bakehouse")] if only in (None, "bakehouse") else []
    for name in PEERS:
        program = shutil.which(name)
        if program and only in (None, name):
            found.append(Terraform(name, program, folder / name))
    return found


def versions() -> dict[str, str]:
    """The version that each program states, by its name."""
    programs = {
        "bakehouse": str(Path(sys.executable).parent / "bakehouse"),
        **{n: n for n in PEERS if shutil.which(n)},
    }
    return {name: _version(program) for name, program in programs.items()}


def _version(program: str) -> str:
    """The first number of that kind in what it says; a warning may come before it."""
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout
    found = re.search(r"\bv?([0-9]+\.[0-9]+\.[0-9]+\S*)", said)
    return found[1] if found else "?"


def _commit() -> str:
    command = ["git", "describe", "--always", "--dirty"]
    return (
        subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip() or "?"
    )


def main(given: Sequence[str]) -> int:
    """Measure, print a line a figure, and write the results; exit code 1 when a run of ours failed."""
    wanted = arguments(given)
    wanted.results.mkdir(exist_ok=True)
    return {"scale": _scale, "mixed": _mixed, "vast": _vast, "contest": _contest}[wanted.what](wanted)


def _scale(wanted: argparse.Namespace) -> int:
    estates = [
        Estate(workloads, definitions)
        for definitions in map(int, wanted.definitions.split(","))
        for workloads in map(int, wanted.workloads.split(","))
    ]
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="bakehouse-scale-", dir=wanted.folder) as scratch:
        rows = scale.measured(estates, Path(scratch), wanted.repeats, wanted.limit, _say)
    setting = {"date": _today(), "commit": _commit(), "repeats": wanted.repeats, "load": load}
    _write(wanted, "scale", scale.as_json(rows, setting), scale.as_markdown(rows, setting))
    return 0


def _mixed(wanted: argparse.Namespace) -> int:
    setting = {"date": _today(), "commit": _commit(), "repeats": wanted.repeats, "load": os.getloadavg()[0]}
    with tempfile.TemporaryDirectory(prefix="bakehouse-mixed-", dir=wanted.folder) as scratch:
        rows = mixed.measured(Path(scratch), wanted.repeats, wanted.limit, _say)
    page = operations.as_markdown("Mixed environments", mixed.INTRODUCTION, rows, setting)
    _write(wanted, "mixed", operations.as_json(rows, setting), f"{page}\n{mixed.conclusion(rows)}")
    return 0


def _vast(wanted: argparse.Namespace) -> int:
    setting = {"date": _today(), "commit": _commit(), "load": os.getloadavg()[0]}
    with tempfile.TemporaryDirectory(prefix="bakehouse-vast-", dir=wanted.folder) as scratch:
        rows = vast.measured(Path(scratch), wanted.files, wanted.limit, _say)
    page = operations.as_markdown("One hundred thousand resources", vast.INTRODUCTION, rows, setting)
    _write(wanted, "vast", operations.as_json(rows, setting), page)
    return 0


def _contest(wanted: argparse.Namespace) -> int:
    bounds = Bounds(wanted.repeats, wanted.limit)
    contest = Contest(bounds, _say)
    with tempfile.TemporaryDirectory(prefix="bakehouse-bench-", dir=wanted.folder) as scratch:
        flush = flush_time(Path(scratch))
        _say(f"one flush of 4 KiB takes {flush * 1000:.2f} ms here")
        for name in PEERS:
            if not shutil.which(name):
                _say(f"NOT MEASURED: {name} is not on the PATH")
        for size in map(int, wanted.sizes.split(",")):
            for name in wanted.shapes.split(","):
                folder = Path(scratch) / f"{name}-{size}"
                contest.hold(shape(name, size), contenders(wanted.only, folder))
                shutil.rmtree(folder)
    setting = Setting(flush, bounds, versions(), _today(), _commit())
    page = as_markdown(contest.figures, setting)
    _write(wanted, "benchmarks", as_json(contest.figures, setting), page)
    return any(f.contender == "bakehouse" and f.missing == "failed" for f in contest.figures)


def _write(wanted: argparse.Namespace, name: str, document: str, page: str) -> None:
    """Write what was measured to the results, and to the page NAME.md of the documentation where that is wanted."""
    latest = "latest" if name == "benchmarks" else name
    (wanted.results / f"{latest}.json").write_text(document, encoding="utf-8")
    (wanted.results / f"{latest}.md").write_text(page, encoding="utf-8")
    if wanted.publish:
        (ROOT / "docs" / f"{name}.md").write_text(page, encoding="utf-8")
    _say(f"\n{page}")


def _say(line: str) -> None:
    print(line, flush=True)


def _today() -> str:
    return datetime.datetime.now(datetime.UTC).date().isoformat()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
