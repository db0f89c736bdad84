"""What the built-in templates make runs as it was made."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from e2e.processes import kill
from e2e.shop import Shop, eventually
from house_tree import ROOT

pytestmark = pytest.mark.slow


@pytest.fixture
def bakery(tmp_path: Path, one_user: Path) -> Iterator[Shop]:
    """An empty folder; whatever is made in it is destroyed after the test."""
    (tmp_path / "bakery").mkdir()
    found = Shop(tmp_path / "bakery", one_user)
    try:
        yield found
        found.destroy()
        eventually(lambda: not found.processes(), "no process of the bakery is left", seconds=5)
        subprocess.run([sys.executable, str(ROOT / ".ci" / "forget.py"), str(found.folder)], check=True)
    finally:
        left = found.processes()
        kill(left)
    assert left == []


def test_a_service_and_a_worker_are_begun_by_one_command_each_and_run(bakery: Shop) -> None:
    began = bakery.run("init", "--template", "web", "--no-input", "--answer", "port=8123")
    assert "bakery is ready; environment local registered." in began.out
    added = bakery.run(
        "init", "--template", "worker", "--no-input", "--answer", "name=baker", "--answer", "interval=1"
    )
    assert "wrote services/baker/score.yaml" in added.out
    assert bakery.read("validate")["workloads"] == 2
    bakery.apply()
    bakery.assert_nothing_to_do()
    assert "Visits so far: 1" in bakery.request().text
    assert "Visits so far: 2" in bakery.request().text
    jobs = Path(bakery.read("outputs")["resources"]["volume#baker.jobs"]["source"])
    (jobs / "one.job").write_text("three small words")
    eventually(lambda: (jobs / "done" / "one.txt").is_file(), "the worker does the job")
    assert (jobs / "done" / "one.txt").read_text() == "3 words\n"
