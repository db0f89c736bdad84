"""SIGKILL at every durable step: the state stays readable, nothing is lost, nothing is doubled."""

import random
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from bakehouse.graph.values import Secret, Text, Unknown, Value, fill
from bakehouse.plans.plan import Plan
from bakehouse.plans.state.records import ResourceStatus
from fakes.dying import WORKERS, acknowledged, copied, dies_at, engine, fast_folder, side_by_side
from fakes.engine import Engine, out

pytestmark = pytest.mark.slow

Layers = Mapping[str, Mapping[str, Any]]


def layered(size: int, shape: str = "round", *, width: int = 4, depth: int = 4) -> Layers:
    """Layers of things, each of which refers to two of the layer below."""
    things: dict[str, dict[str, Any]] = {}
    for layer in range(depth):
        for column in range(width):
            inputs: dict[str, Any] = {"size": size, "shape": shape if column % 2 else "round"}
            if layer:
                inputs["note"] = out(f"l{layer - 1}c{column}", "key")
                inputs["size"] = out(f"l{layer - 1}c{(column + 1) % width}", "size")
            things[f"l{layer}c{column}"] = inputs
    return things


def lasting(one: Engine) -> dict[str, Any]:
    """What is recorded, without what the way there decides: numbers of deployments and objects, versions of secrets."""

    def opened(values: Mapping[str, Value], token: str) -> Mapping[str, Value]:
        def reveal(leaf: Secret | Unknown | Text) -> Value:
            return one.secrets.reveal(leaf) if isinstance(leaf, Secret) else leaf

        return {k: "token" if v == token else v for k, v in fill(values, reveal).items()}

    return {
        str(a): replace(
            r, deployment=0, row_version=0, generation=0, fingerprint="", inputs=opened(r.inputs, r.token),
            outputs=opened(r.outputs, r.token), driver_outputs=opened(r.driver_outputs, r.token),
        )
        for a, r in one.records().items()
    }  # fmt: skip


@pytest.fixture
def disk() -> Iterator[Path]:
    with fast_folder() as folder:
        yield folder


LARGE = "a first apply of 200 resources"
SHARE = 4
"""Of so many points of the large story one is tried, unless ``--every-point`` asks for all."""

STORIES = {
    "a first apply": (None, layered(1)),
    "an update of everything": (layered(1), layered(2)),
    "replacements": (layered(1), layered(1, "square")),
    "a destroy": (layered(1), None),
    LARGE: (None, layered(1, width=20, depth=10)),
}


@pytest.mark.scenario(1, 2, 3, 19, 21)
@pytest.mark.parametrize("story", STORIES)
def test_a_kill_at_any_durable_step_loses_and_doubles_nothing(
    disk: Path, story: str, pytestconfig: pytest.Config, figure: Callable[[str], None]
) -> None:
    before, things = STORIES[story]
    replaces = story == "replacements"  # begun anew, a replacement makes the object of the next generation

    def plan(one: Engine) -> Plan:
        return one.plan(None if things is None else one.graph(things))

    start = disk / "start"
    setting = engine(start)
    if before is not None:
        assert setting.run(before).succeeded
    setting.store.close()
    copied(start, disk / "unbroken")
    unbroken = engine(disk / "unbroken")
    assert unbroken.apply(plan(unbroken)).succeeded
    expected, made = lasting(unbroken), sorted(unbroken.world.things.ever)
    unbroken.store.close()

    share = SHARE if story == LARGE and not pytestconfig.getoption("every_point") else 1
    offset = random.randrange(share)
    print(f"every point of which {offset} is left by {share}")

    def every(first: int) -> None:
        point, kills = first + WORKERS * offset, 0
        while killed_and_resumed(point):
            point, kills = point + WORKERS * share, kills + 1
        assert point > 8, "the apply has more durable steps than that"
        (disk / f"kills-{first}").write_text(str(kills))

    def killed_and_resumed(point: int) -> bool:
        folder = disk / str(point)
        copied(start, folder)
        died = dies_at(point, folder, plan)
        resumed = engine(folder)
        left, done = lasting(resumed), acknowledged(folder)
        for record in resumed.records().values():
            assert record.status is not ResourceStatus.READY or record.token in resumed.world.things, point
        assert {a: left.get(a) for a in done} == {a: expected.get(a) for a in done}, point
        outcome = resumed.apply(plan(resumed))
        assert outcome.succeeded, (point, [s.detail for s in outcome.failed])
        assert lasting(resumed) == expected, point
        assert sorted(resumed.world.things) == sorted(r.token for r in resumed.records().values()), point
        assert replaces or sorted(resumed.world.things.ever) == made, point
        assert list((folder / "env").glob("calls-*")) == [], "what the killed run's calls had written is gone"
        if things is not None:
            assert plan(resumed).is_empty, point
        resumed.store.close()
        shutil.rmtree(folder)
        return died

    side_by_side(every)
    kills = sum(int(file.read_text()) for file in disk.glob("kills-*"))
    figure(f"{kills} processes killed in {story}, each at another durable write")
