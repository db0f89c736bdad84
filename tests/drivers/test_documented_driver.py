"""The driver of the page on writing drivers is short, typed for the registry, and keeps every promise."""

import subprocess
import sys
from pathlib import Path

import pytest

from bakehouse.drivers.registry import Registry
from documented import block

PAGE = "drivers/writing-a-driver.md"


def example() -> str:
    return block(PAGE, "python", "class Group(Driver")


def test_a_first_driver_takes_under_60_lines() -> None:
    assert len(example().splitlines()) < 60


def test_the_registry_takes_it() -> None:
    names: dict[str, object] = {"__name__": "acme_group"}
    exec(compile(example(), PAGE, "exec"), names)  # noqa: S102 - the page's own code, as its readers would import it
    driver = names["Group"]
    assert isinstance(driver, type)
    registry = Registry(points=(), extra=[driver()])
    described = registry.describe("group", {})
    assert described.outputs["properties"]["password"]["x-secret"] is True
    assert described.inputs["properties"]["name"]["x-immutable"] is True


@pytest.mark.slow
def test_it_passes_the_conformance_suite(tmp_path: Path) -> None:
    suite = block(PAGE, "python", "class TestGroup(DriverConformance)")
    (tmp_path / "acme_group.py").write_text(example())
    (tmp_path / "test_group.py").write_text(f"from acme_group import Group\n{suite}")
    command = [sys.executable, "-m", "pytest", "-q", "-rs", "-p", "no:cacheprovider", "test_group.py"]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)
    assert run.returncode == 0, run.stdout
    skipped = {line.rpartition(": ")[2] for line in run.stdout.splitlines() if line.startswith("SKIPPED")}
    assert skipped == {
        "cannot import",
        "does not die with the machine",
        "not findable",
        "the driver cannot pause",
    }, run.stdout
