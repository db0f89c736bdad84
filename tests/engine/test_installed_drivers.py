"""Drivers that are not installed any more, or in another version than the one that recorded something."""

from typing import Any, ClassVar

import pytest
from msgspec.structs import replace

from bakehouse.drivers.builtin.template import Template
from bakehouse.drivers.registry import Registry
from bakehouse.drivers.sdk import Context, Prior
from bakehouse.plans.probe import DriverMissing
from fakes.engine import Engine, ends, out
from fakes.world import IdempotentThing, ThingDriver


class Newer(ThingDriver):
    """Its second schema calls the mark that the first one called `made` by another name, and knows no other."""

    schema_version: ClassVar[int] = 2
    seen: ClassVar[list[tuple[int, Any]]] = []

    def upgrade(self, old_version: int, record: Prior) -> Prior:
        if old_version < 1:
            return super().upgrade(old_version, record)
        return replace(record, private={"finished": record.private["made"]}, schema_version=2)

    def delete(self, context: Context) -> None:
        assert context.prior is not None
        self.seen.append((context.prior.schema_version, context.prior.private))
        super().delete(context)

    def update(self, context: Context, inputs: Any) -> Any:
        assert context.prior is not None
        self.seen.append((context.prior.schema_version, context.prior.private))
        return super().update(context, inputs)


def install(engine: Engine, *drivers: ThingDriver) -> None:
    engine.registry = Registry([], [Template(), *drivers])


@pytest.mark.scenario(44)
def test_without_the_driver_of_one_resource_nothing_is_started(engine: Engine) -> None:
    engine.run({"a": {"note": out("b")}, "b": {}, "c": {}})
    before = len(engine.store.reader().deployments(engine.environment.uid))
    for plan in (engine.plan(None), engine.plan(engine.graph({"b": {}, "c": {"size": 2}}))):
        kept = engine.registry
        install(engine, IdempotentThing(engine.world))
        with pytest.raises(DriverMissing, match=r"driver thing, which thing#[ac] needs, is not installed"):
            engine.apply(plan)
        engine.registry = kept
    assert engine.world.named("delete") == []
    assert len(engine.store.reader().deployments(engine.environment.uid)) == before
    assert engine.store.reader().lease(engine.environment.uid) is None
    assert engine.apply(engine.plan(None)).succeeded


@pytest.mark.scenario(44)
def test_what_is_kept_is_forgotten_without_its_driver(engine: Engine) -> None:
    engine.run({"a": {}}, definition={"onRemove": "retain"})
    plan = engine.plan(None)
    install(engine)
    assert ends(engine.apply(plan)) == {"a/forget": "done"}


@pytest.mark.scenario(42)
def test_a_newer_driver_gets_what_an_older_one_recorded_in_its_own_schema(engine: Engine) -> None:
    engine.run({"kept": {}, "changed": {}, "replaced": {}, "dropped": {}})
    install(engine, Newer(engine.world))
    Newer.seen.clear()
    outcome = engine.run({"kept": {}, "changed": {"size": 2}, "replaced": {"shape": "square"}})
    assert ends(outcome) == {
        "changed/update": "done", "replaced/delete-old": "done", "replaced/create": "done", "dropped/delete": "done",
    }  # fmt: skip
    assert Newer.seen == [(2, {"finished": True})] * 3
    assert engine.plan(
        engine.graph({"kept": {}, "changed": {"size": 2}, "replaced": {"shape": "square"}})
    ).is_empty


@pytest.mark.scenario(42)
def test_an_object_that_waits_for_its_deletion_is_brought_along_too(engine: Engine) -> None:
    first = {"definition": {"replace": "create-first"}}
    engine.run({"a": {}}, **first)
    engine.world.faults["delete", "a"] = [OSError("no")]
    assert not engine.run({"a": {"shape": "square"}}, **first).succeeded
    install(engine, Newer(engine.world))
    Newer.seen.clear()
    assert engine.run({"a": {"shape": "square"}}, **first).succeeded
    assert Newer.seen == [(2, {"finished": True})]
    assert len(engine.world.things) == 1


@pytest.mark.scenario(42)
def test_an_older_driver_than_the_one_that_recorded_is_refused_before_anything_starts(engine: Engine) -> None:
    install(engine, Newer(engine.world))
    engine.run({"a": {}, "b": {}})
    plan = engine.plan(None)
    install(engine, ThingDriver(engine.world))
    with pytest.raises(DriverMissing, match=r"recorded by a newer thing \(schema 2, installed 1\)"):
        engine.plan(engine.graph({"a": {"size": 2}}))
    with pytest.raises(DriverMissing, match=r"recorded by a newer thing \(schema 2, installed 1\)"):
        engine.apply(plan)
    assert engine.world.named("delete") == []


@pytest.mark.scenario(42)
def test_a_driver_that_cannot_read_so_old_a_record_is_told_with_its_words(engine: Engine) -> None:
    engine.run({"a": {}})

    class Newest(ThingDriver):
        schema_version: ClassVar[int] = 3

    install(engine, Newest(engine.world))
    with pytest.raises(DriverMissing, match="driver thing cannot read data of its schema version 1") as error:
        engine.plan(engine.graph({"a": {"size": 2}}))
    assert error.value.diagnostics[0].code == "driver-too-new"
