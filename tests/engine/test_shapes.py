"""Graphs of unusual shape, and names and values of unusual text."""

import sys
from collections.abc import Iterator
from typing import Any

import pytest

from bakehouse.graph.values import Unknown
from bakehouse.plans.archive import dump, load
from fakes.dying import fast_folder
from fakes.engine import Engine, Things, a, out

COUNT = 5000


@pytest.fixture
def quick() -> Iterator[Engine]:
    with fast_folder() as folder:
        engine = Engine(folder)
        yield engine
        engine.store.close()


def valued(note: Any) -> dict[str, Any]:
    return {"values": {"id": "x", "size": 1, "note": note}, "secrets": {"key": "k"}}


def chain() -> Things:
    things: dict[str, Any] = {"t0": valued("first")}
    for n in range(1, COUNT):
        things[f"t{n}"] = valued(out(f"t{n - 1}", "id"))
    return things


def fan() -> Things:
    things: dict[str, Any] = {f"t{n}": valued("leaf") for n in range(COUNT)}
    things["top"] = valued([Unknown(a(f"t{n}"), ("id",), "string", False) for n in range(COUNT)])
    return things


@pytest.mark.slow
@pytest.mark.scenario(34, 35)
def test_a_chain_of_five_thousand_is_applied_and_destroyed(quick: Engine) -> None:
    assert sys.getrecursionlimit() <= 1000
    assert quick.run(chain(), driver="template").succeeded
    assert len(quick.records()) == COUNT
    assert quick.apply(quick.plan(None)).succeeded
    assert not quick.records()


@pytest.mark.slow
@pytest.mark.scenario(34, 35)
def test_what_depends_on_five_thousand_is_applied_and_then_planned_as_no_change(quick: Engine) -> None:
    graph = quick.graph(fan(), driver="template")
    assert quick.apply(quick.plan(graph)).succeeded
    assert quick.plan(graph).is_empty


STRANGE = {
    "composed": "caf\u00e9",
    "decomposed": "cafe\u0301",
    "right to left": "\u05e9\u05dc\u05d5\u05dd \u202egnp.exe",
    "emoji": "\U0001f469\u200d\U0001f4bb",
    "control": "a\x00b\x1b[31mc\r\n\x7f",
    "long": "x" * 1_000_000,
    "marks": "${resource.id} {$secret: x} ```\n|a|b|",
}


@pytest.mark.scenario(36)
def test_values_in_any_text_come_through_as_they_are_and_look_alikes_are_two(engine: Engine) -> None:
    things = {f"t{n}": {"note": text} for n, text in enumerate(STRANGE.values())}
    assert engine.run(things).succeeded
    made = {t["note"] for t in engine.world.things.values()}
    assert made == set(STRANGE.values())
    assert engine.plan(engine.graph(things)).is_empty
    things["t0"], things["t1"] = things["t1"], things["t0"]
    assert len(engine.plan(engine.graph(things)).changes) == 2, "equal to the eye, and not equal"


@pytest.mark.scenario(36)
def test_names_in_any_script_are_resources_of_their_own_from_the_plan_to_the_last_record(
    engine: Engine,
) -> None:
    names = (
        "caf\u00e9",
        "cafe\u0301",
        "\u05e9\u05dc\u05d5\u05dd",
        "\u202egnp.exe",
        "\U0001f469\u200d\U0001f4bb",
        "p\u0430ypal",
        "paypal",
        "x" * 200,
    )
    things = {f"thing#{name}": {"size": n} for n, name in enumerate(names)}
    saved = load(dump(engine.plan(engine.graph(things))), "x.plan")
    assert engine.apply(saved).succeeded
    assert {address.id: record.inputs["size"] for address, record in engine.records().items()} == {
        name: n for n, name in enumerate(names)
    }
    assert engine.plan(engine.graph(things)).is_empty
    assert engine.apply(engine.plan(None)).succeeded
    assert (engine.records(), engine.world.things) == ({}, {})
