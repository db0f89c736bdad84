"""SIGKILL at every durable step: the state stays readable, nothing is lost, nothing is doubled."""

import os
import signal
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from bakehouse.plans.state.sql.writer import SqlWriter
from fakes.engine import Engine, out
from fakes.world import Folder, World

pytestmark = pytest.mark.slow

WIDTH, DEPTH = 4, 4


def layered(size: int, shape: str = "round") -> Mapping[str, Mapping[str, Any]]:
    """Layers of things, each of which refers to two of the layer below."""
    things: dict[str, dict[str, Any]] = {}
    for layer in range(DEPTH):
        for column in range(WIDTH):
            inputs: dict[str, Any] = {"size": size, "shape": shape if column % 2 else "round"}
            if layer:
                inputs["note"] = out(f"l{layer - 1}c{column}", "key")
                inputs["size"] = out(f"l{layer - 1}c{(column + 1) % WIDTH}", "size")
            things[f"l{layer}c{column}"] = inputs
    return things


def engine(folder: Path) -> Engine:
    return Engine(folder, World(things=Folder(folder / "world")))


def die_at(point: int) -> None:
    """Kill this process right before (even points) or right after (odd points) a durable write."""
    commit: Callable[..., None] = SqlWriter.commit
    seen = 0

    def dying(self: SqlWriter, *given: Any, **named: Any) -> None:
        nonlocal seen
        if seen * 2 == point:
            os.kill(os.getpid(), signal.SIGKILL)
        commit(self, *given, **named)
        if seen * 2 + 1 == point:
            os.kill(os.getpid(), signal.SIGKILL)
        seen += 1

    pytest.MonkeyPatch().setattr(SqlWriter, "commit", dying)


def run_until(folder: Path, things: Mapping[str, Mapping[str, Any]] | None, point: int) -> bool:
    """Apply in a process of its own that dies at ``point``; whether it died."""
    child = os.fork()
    if child == 0:
        try:
            die_at(point)
            one = engine(folder)
            one.apply(one.plan(None if things is None else one.graph(things)))
        finally:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


STORIES = {
    "a first apply": ([], layered(1)),
    "an update of everything": ([layered(1)], layered(2)),
    "replacements": ([layered(1)], layered(1, "square")),
    "a destroy": ([layered(1)], None),
}


@pytest.mark.parametrize("story", STORIES)
def test_a_kill_at_any_durable_step_loses_and_doubles_nothing(tmp_path: Path, story: str) -> None:
    before, things = STORIES[story]
    for point in range(2000):
        folder = tmp_path / str(point)
        folder.mkdir()
        setting = engine(folder)
        for earlier in before:
            assert setting.run(earlier).succeeded
        setting.store.close()
        died = run_until(folder, things, point)
        resumed = engine(folder)
        plan = resumed.plan(None if things is None else resumed.graph(things))
        outcome = resumed.apply(plan)
        assert outcome.succeeded, (point, [s.detail for s in outcome.failed])
        assert list((folder / "env").glob("calls-*")) == [], (
            "what the killed run's calls had written is still there"
        )
        tokens = sorted(r.token for r in resumed.records().values())
        assert sorted(resumed.world.things) == tokens
        assert len(tokens) == (0 if things is None else len(things))
        if things is not None:
            assert resumed.plan(resumed.graph(things)).is_empty
        resumed.store.close()
        if not died:
            assert point > 2 * DEPTH
            return
    raise AssertionError("the apply never came to its end")
