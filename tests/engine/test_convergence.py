"""Whatever fails, a later apply without failures converges: the property that the engine exists for."""

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bakehouse.drivers.sdk import PermanentFault, Result
from bakehouse.plans.state.records import ResourceStatus
from fakes.engine import Engine, Things, out
from fakes.world import World

NAMES = ["n0", "n1", "n2", "n3"]
OPERATIONS = ["create", "update", "delete", "find"]


@st.composite
def models(draw: st.DrawFn) -> Things:
    """Some of four things; each may refer to earlier ones by a stable, an unstable or a secret output."""
    things: dict[str, dict[str, Any]] = {}
    for index, name in enumerate(NAMES):
        if not draw(st.booleans()):
            continue
        inputs: dict[str, Any] = {
            "size": draw(st.integers(1, 2)),
            "shape": draw(st.sampled_from(["round", "square"])),
        }
        earlier = [n for n in NAMES[:index] if n in things]
        if len(earlier) > 0 and draw(st.booleans()):
            other = draw(st.sampled_from(earlier))
            inputs["note"] = out(other, draw(st.sampled_from(["id", "key"])))
        if len(earlier) > 0 and draw(st.booleans()):
            inputs["size"] = out(draw(st.sampled_from(earlier)), "size")
        things[name] = inputs
    return things


faults = st.dictionaries(
    st.tuples(st.sampled_from(OPERATIONS), st.sampled_from(NAMES)), st.integers(0, 1), max_size=4
)


def plant(world: World, planned: Mapping[tuple[str, str], int]) -> None:
    for key, partial in planned.items():
        half = Result({"id": "half", "size": 0, "key": "half-a-key"}) if partial else None
        world.faults[key] = [PermanentFault("planted", partial=half)]


@settings(max_examples=50)
@given(st.lists(st.tuples(models(), faults), min_size=1, max_size=3), models(), st.booleans())
@pytest.mark.scenario(40)
def test_any_failures_end_in_a_valid_state_and_a_clean_apply_converges(
    history: list[tuple[Things, Mapping[tuple[str, str], int]]], last: Things, first: bool
) -> None:
    definition = {"replace": "create-first"} if first else {}
    with tempfile.TemporaryDirectory() as folder:
        engine = Engine(Path(folder))
        for things, planned in history:
            plant(engine.world, planned)
            engine.run(things, definition=definition)
            for record in engine.records().values():
                assert record.status in (ResourceStatus.READY, ResourceStatus.TAINTED)
        engine.world.faults.clear()
        assert engine.run(last, definition=definition).succeeded
        assert engine.plan(engine.graph(last, definition=definition)).is_empty
        assert sorted(engine.world.things) == sorted(r.token for r in engine.records().values())
        assert {a.id for a in engine.records()} == set(last)
        for name, inputs in last.items():
            made = engine.world.things[next(r.token for a, r in engine.records().items() if a.id == name)]
            assert made["shape"] == inputs["shape"]
        engine.store.close()
