"""The published plan document fits its schema, which names all that is in it; plan files of every format are kept."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from bakehouse.drivers.sdk import PermanentFault
from bakehouse.graph.values import Secret
from bakehouse.plans import archive
from bakehouse.plans.build import Asked
from bakehouse.plans.moves import Entry
from bakehouse.plans.parts import InvalidPlan
from bakehouse.plans.plan import PLAN_FORMAT, Plan
from bakehouse.plans.removal import Removals
from bakehouse.plans.report import report
from bakehouse.plans.report_schema import plan_schema
from bakehouse.resolvers.shape import Shape
from fakes.engine import Engine, a, out

FIXTURES = Path(__file__).parent / "fixtures"
FIT = Shape(plan_schema())


def plans(engine: Engine) -> Iterator[Plan]:
    """Plans of many kinds, one after the other on one environment."""
    keep = {"definition": {"onRemove": "protect"}}
    first: dict[str, dict[str, Any]] = {
        "db": {},
        "web": {"note": out("db", "key"), "size": out("db", "size")},
        "old": {},
    }
    yield engine.plan(engine.graph(first, **keep))
    engine.run(first, **keep)
    second: dict[str, dict[str, Any]] = {
        "db": {"shape": "square"},
        "web": {"note": Secret("env", "TOKEN")},
        "new": {"note": "x" * 9000},
    }
    yield engine.plan(engine.graph(second, **keep))
    yield engine.plan(engine.graph(second, **keep), rules=Removals(allowed=frozenset({"all"})))
    yield engine.plan(engine.graph(first), asked=Asked(rotate={a("db"): "*"}, restart=(a("web"),)))
    engine.world.faults["create", "new"] = [PermanentFault("no")]
    engine.run({**first, "new": {}})
    yield engine.plan(engine.graph({**first, "new": {}}))
    engine.entries = (Entry("thing#old", "thing#moved"),)
    yield engine.plan(engine.graph({"db": {}, "web": {"note": out("db", "key")}, "moved": {}}))
    yield engine.plan(None)


def undescribed(value: Any, schema: Mapping[str, Any], path: str = "") -> Iterator[str]:
    """Properties of a document that its schema does not name."""
    if "$ref" in schema:
        schema = plan_schema()["$defs"][schema["$ref"].rpartition("/")[2]]
    if "anyOf" in schema and value is not None:
        schema = schema["anyOf"][0]
        yield from undescribed(value, schema, path)
    elif isinstance(value, dict) and "properties" in schema:
        for key, item in value.items():
            if key not in schema["properties"]:
                yield f"{path}/{key}"
            else:
                yield from undescribed(item, schema["properties"][key], f"{path}/{key}")
    elif isinstance(value, list):
        for item in value:
            yield from undescribed(item, schema.get("items", {}), path)


def test_every_plan_fits_the_schema_and_has_no_property_that_it_does_not_name(engine: Engine) -> None:
    seen: set[str] = set()
    for plan in plans(engine):
        document = report(plan)
        assert FIT.misfits(document) == []
        assert set(undescribed(document, plan_schema())) == set()
        seen |= {change["action"] for change in document["changes"]}
    assert {"create", "update", "replace", "hold", "delete", "no-op"} <= seen


def test_a_document_of_another_form_does_not_fit(engine: Engine) -> None:
    document = report(next(plans(engine)))
    for key, value in {"format": 2, "changes": {}, "digest": None}.items():
        assert FIT.misfits({**document, key: value}) != []
    del document["digest"]
    assert FIT.misfits(document) != []


@pytest.mark.parametrize("number", range(1, PLAN_FORMAT + 1))
def test_a_plan_file_of_every_format_is_read_or_refused_by_name(number: int) -> None:
    file = FIXTURES / f"format-{number}.plan"
    assert file.is_file(), f"write one with archive.dump, and keep it: {file}"
    if number == PLAN_FORMAT:
        plan = archive.read(file)
        assert plan.digest == "1ff2c90ce225c6610b28c44fc5544eeba0bfb5b9d1222198059c74f34d0f7f93"
        assert FIT.misfits(report(plan)) == []
    else:
        with pytest.raises(InvalidPlan) as error:
            archive.read(file)
        assert error.value.diagnostics[0].code == "plan-format"
