"""`make bench` keeps working: a small run of ours, from the configuration it writes to the page it makes."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from house_tree import ROOT


@pytest.mark.slow
def test_the_benchmark_measures_every_operation_over_the_shapes_asked_for(
    tmp_path: Path, isolated_home: Path
) -> None:
    command = [sys.executable, "-m", "benchmarks", "--only", "bakehouse", "--sizes", "20", "--repeats", "1"]
    command += ["--shapes", "chain,fan-in", "--folder", str(tmp_path), "--results", str(tmp_path / "results")]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    figures = json.loads((tmp_path / "results" / "latest.json").read_text(encoding="utf-8"))["figures"]
    measured = {(f["shape"], f["operation"]) for f in figures if len(f["samples"]) == 1}
    assert measured == {
        (s, o) for s in ("chain", "fan-in") for o in ("plan", "apply", "no-op plan", "1 % changed")
    }
    assert "| 20 | chain |" in (tmp_path / "results" / "latest.md").read_text(encoding="utf-8")


@pytest.mark.slow
def test_the_benchmark_measures_how_compiling_grows(tmp_path: Path, isolated_home: Path) -> None:
    command = [sys.executable, "-m", "benchmarks", "scale", "--workloads", "2,4", "--definitions", "10"]
    command += ["--repeats", "1", "--folder", str(tmp_path), "--results", str(tmp_path / "results")]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    rows = json.loads((tmp_path / "results" / "scale.json").read_text(encoding="utf-8"))["rows"]
    assert [row["estate"] for row in rows] == [
        {"workloads": 2, "definitions": 10},
        {"workloads": 4, "definitions": 10},
    ]
    assert all(row[part]["wall"] > 0 for row in rows for part in ("graph", "plan"))
    assert "| 4 | 10 | 29 |" in (tmp_path / "results" / "scale.md").read_text(encoding="utf-8")


@pytest.mark.slow
def test_the_benchmark_measures_an_application_of_many_files(tmp_path: Path, isolated_home: Path) -> None:
    command = [sys.executable, "-m", "benchmarks", "vast", "--files", "2"]
    command += ["--folder", str(tmp_path), "--results", str(tmp_path / "results")]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    rows = json.loads((tmp_path / "results" / "vast.json").read_text(encoding="utf-8"))["rows"]
    assert [row["operation"].partition(",")[0] for row in rows] == [
        "plan of everything",
        "apply",
        "plan of what is unchanged",
        "destroy",
    ]
    assert "| apply, 2,002 resources |" in (tmp_path / "results" / "vast.md").read_text(encoding="utf-8")
