"""The plan file: what goes in comes out, equal plans are equal bytes, an edited one is refused."""

import io
import random
import zipfile
from pathlib import Path

import pytest

from bakehouse.graph.values import Secret, Text, Unknown
from bakehouse.plans.archive import dump, load, read
from bakehouse.plans.parts import InvalidPlan
from bakehouse.plans.plan import Plan
from bakehouse.plans.report import report
from fakes.engine import Engine, a, out


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    engine = Engine(tmp_path)
    engine.run({"old": {}, "db": {"shape": "round"}})
    return engine.plan(
        engine.graph(
            {
                "db": {"shape": "square", "note": "x" * 10_000},
                "web": {"note": Text(("at ", out("db")))},
                "env": {"note": Secret("env", "TOKEN")},
            }
        )
    )


def test_a_plan_is_read_back_as_it_was(plan: Plan) -> None:
    again = load(dump(plan), "x.plan")
    assert again == plan
    assert again.digest == plan.digest
    assert report(again) == report(plan)
    target = again.changes[a("web")].target
    assert target is not None
    assert target.inputs["note"] == Text(("at ", Unknown(a("db"), ("id",), "string")))


def test_equal_plans_are_equal_bytes(plan: Plan) -> None:
    assert dump(plan) == dump(load(dump(plan), "x.plan"))


def test_long_texts_lie_beside_the_body_under_their_digest(plan: Plan) -> None:
    with zipfile.ZipFile(io.BytesIO(dump(plan))) as archive:
        assert b"x" * 10_000 not in archive.read("changes.jsonl")
        assert any(archive.read(n) == b"x" * 10_000 for n in archive.namelist() if n.startswith("blobs/"))


def edited(content: bytes, name: str, old: bytes, new: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(target, "w") as copy:
        for entry in source.namelist():
            part = source.read(entry)
            copy.writestr(entry, part.replace(old, new) if entry == name else part)
    return target.getvalue()


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("changes.jsonl", b"square", b"circle"),
        ("body.json", b'"unchanged":0', b'"unchanged":7'),
        ("envelope.json", b'"actor":"tester"', b'"actor":"nobody"'),
        ("envelope.json", b'"kind":"apply"', b'"kind":"rollback"'),
    ],
)
@pytest.mark.scenario(12)
def test_an_edited_plan_is_refused(plan: Plan, name: str, old: bytes, new: bytes) -> None:
    with pytest.raises(InvalidPlan) as caught:
        load(edited(dump(plan), name, old, new), "x.plan")
    assert caught.value.diagnostics[0].code == "plan-edited"


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x03\x04 cut off"])
def test_what_is_no_plan_is_refused(content: bytes) -> None:
    with pytest.raises(InvalidPlan) as caught:
        load(content, "x.plan")
    assert caught.value.diagnostics[0].code == "plan-unreadable"


def test_a_plan_of_a_later_format_is_refused(plan: Plan) -> None:
    with pytest.raises(InvalidPlan) as caught:
        load(edited(dump(plan), "body.json", b'"format":1', b'"format":9'), "x.plan")
    assert caught.value.diagnostics[0].code == "plan-format"


def test_a_missing_plan_says_so(tmp_path: Path) -> None:
    with pytest.raises(InvalidPlan) as caught:
        read(tmp_path / "none.plan")
    assert caught.value.diagnostics[0].code == "plan-missing"


@pytest.mark.scenario(12)
def test_a_plan_damaged_anywhere_is_refused(plan: Plan) -> None:
    whole, chance = dump(plan), random.Random(7)
    for _ in range(200):
        damaged = bytearray(whole)
        damaged[chance.randrange(len(whole))] ^= 1 << chance.randrange(8)
        try:
            assert load(bytes(damaged), "x.plan") == plan
        except InvalidPlan:
            continue


def test_a_device_is_no_plan() -> None:
    with pytest.raises(InvalidPlan) as caught:
        read(Path("/dev/zero"))
    assert caught.value.diagnostics[0].code == "plan-unreadable"
