"""The README's commands, run from a fresh clone in an empty folder."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from e2e.processes import belonging_to, kill
from e2e.shop import TRACEBACK
from house_tree import ROOT

BLOCK = re.compile(r"(?m)(?P<skip>^<!-- not tested -->\n)?^```sh\n(?P<commands>.*?)^```$", re.DOTALL)
ANSWERS = b"yes\n" * 20


def commands(document: str) -> str:
    """The blocks of shell commands of a document, those marked as not tested left out."""
    found = BLOCK.finditer((ROOT / document).read_text(encoding="utf-8"))
    return "\n".join(block["commands"] for block in found if not block["skip"])


def run_script(text: str, folder: Path, environment: dict[str, str]) -> str:
    """Run commands in one shell, at a terminal where somebody always says yes; returns what they print."""
    person, terminal = os.openpty()
    try:
        os.write(person, ANSWERS)
        done = subprocess.run(
            ["bash", "-euxo", "pipefail", "-c", text],
            cwd=folder,
            env=environment,
            stdin=terminal,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=600,
            check=False,
        )
    finally:
        os.close(person)
        os.close(terminal)
    assert done.returncode == 0, done.stdout
    assert TRACEBACK not in done.stdout
    return done.stdout


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where each document has its clone, and what the first has installed is kept for the next: a download of a minute."""
    found = tmp_path_factory.mktemp("fresh")
    yield found
    shutil.rmtree(found)


@pytest.fixture
def clone(place: Path) -> Iterator[Path]:
    """A fresh clone, always at the same place, which is written down in what is installed."""
    found, installed = place / "bakehouse", place / "installed"
    subprocess.run(["git", "clone", "-q", str(ROOT), str(found)], check=True)
    if installed.exists():
        installed.rename(found / ".venv")
        (found / ".venv/.installed-run").touch()
    yield found
    shutil.rmtree(found)


@pytest.mark.slow
@pytest.mark.parametrize("document", ["README.md", "docs/tutorial.md"])
def test_what_a_document_says_to_type_works_in_a_fresh_clone(
    place: Path, clone: Path, one_user: Path, document: str
) -> None:
    kept = {n: v for n, v in os.environ.items() if n in ("LANG", "PATH", "HOME") or n.startswith("XDG_")}
    environment = {**kept, "NO_COLOR": "1"}
    try:
        said = run_script(commands(document), clone, environment)
        assert "The shop is open" in said
        subprocess.run(["cp", "-al", str(clone / ".venv"), str(place / "installed")], check=True)
    finally:
        run_script("make clean", clone, environment)
        left = belonging_to(clone)
        kill(left)
    assert left == []
    assert not (clone / ".venv").exists()
    assert not (clone / "examples/shop/.bakehouse").exists()
    assert [p for p in one_user.rglob("*") if not p.is_dir() and "bakehouse" in p.parts] == []
