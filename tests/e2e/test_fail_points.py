"""One apply of 200 resources by one command after another, all but the last of which are killed at a durable write."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bakehouse.plans.state.fail_points import FAIL_POINT, SWITCH
from desk import PLAIN
from fakes.dying import fast_folder, point_of
from fakes.witness import JOURNAL, installed
from fakes.world import Journal
from folders import written
from house_tree import ROOT
from warm import Ended, fresh

pytestmark = pytest.mark.slow

PLATFORM = """\
apiVersion: bakehouse.dev/v1
kind: ResourceType
metadata: {name: thing}
spec:
  params: {type: object, properties: {size: {}, note: {}}}
  outputs:
    type: object
    properties: {id: {type: string, x-stable: true}, size: {type: integer}, key: {type: string, x-secret: true}}
---
apiVersion: bakehouse.dev/v1
kind: ResourceDefinition
metadata: {name: thing}
spec:
  type: thing
  driver: witness
  match: [{}]
  inputs: {size: "${resource.params.size}", note: "${resource.params.note}"}
"""

APPLICATION = """\
apiVersion: bakehouse.dev/v1
kind: Application
metadata: {name: yard}
spec:
  workloads: []
  platform: ./platform
  shared:
"""

COUNT, WIDTH = 200, 20
KILLS, SOME = 20, 6


def things() -> Iterator[str]:
    for n in range(COUNT):
        note = f'"${{resources.t{n - WIDTH}.key}}"' if n >= WIDTH else "none"
        size = f'"${{resources.t{n - WIDTH + 1}.size}}"' if n >= WIDTH else "1"
        yield f"    t{n}: {{type: thing, params: {{size: {size}, note: {note}}}}}\n"


@pytest.fixture
def yard(isolated_home: Path) -> Iterator[Path]:
    with fast_folder() as folder:
        application = APPLICATION + "".join(things())
        written(folder, {"platform/platform.yaml": PLAIN + PLATFORM, "bakehouse.yaml": application})
        installed(folder / "packages")
        yield folder


def command(yard: Path, *words: str, **variables: str) -> Ended:
    path = os.pathsep.join([str(yard / "packages"), str(ROOT / "tests")])
    given = {**os.environ, "PYTHONPATH": path, JOURNAL: str(yard / "journal"), **variables}
    return fresh(words, yard, given)


@pytest.mark.scenario(3, 7)
def test_an_apply_is_finished_after_commands_that_were_killed(
    yard: Path, pytestconfig: pytest.Config, figure: Callable[[str], None]
) -> None:
    assert command(yard, "env", "create", "dev", "--type", "plain").returncode == 0
    apply = ("apply", "--auto-approve", "--no-input")
    kills = KILLS if pytestconfig.getoption("every_point") else SOME
    for kill in range(kills):
        died = command(yard, *apply, **{SWITCH: "1", FAIL_POINT: point_of(kill % 6 + 1)})
        assert died.returncode == -9, died
        journal = Journal(yard / "journal")
        assert len(journal.ever) == len(journal) < COUNT, "nothing is made twice or taken away"
    last = command(yard, *apply, **{FAIL_POINT: "before:0"})
    assert last.returncode == 0, "without the switch of tests no fail point is heeded"
    assert "took over" in last.stderr
    journal = Journal(yard / "journal")
    assert len(journal.ever) == len(journal) == COUNT
    assert command(yard, "plan", "--detailed-exitcode", "--no-input").returncode == 0
    figure(f"{kills} commands killed in one apply of {COUNT} resources")
