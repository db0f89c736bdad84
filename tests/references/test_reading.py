"""A reference gives what its owner recorded, and moves when that moves."""

import pytest
from msgspec.structs import replace

from bakehouse.graph.address import Address
from bakehouse.graph.errors import BakehouseError
from bakehouse.graph.values import Secret
from bakehouse.plans.state.records import Owner
from compiling import definition
from references.two import PLATFORM, READ, Two, actions

DB = Address.parse("server#shared.db")


def test_what_the_owner_gives_is_known_when_planning(two: Two) -> None:
    plan = two.plan("shop")
    assert actions(plan) == {"server#shared.db": "read", "note#shared.note": "create"}
    note = plan.changes[Address.parse("note#shared.note")]
    assert note.outputs == {"text": "see db.one"}, "not a word about 'known after'"
    reason = plan.changes[DB].reasons[0]
    assert (reason.why.value, str(reason.place)) == ("requested", "bakehouse.yaml:7:5")


def test_a_reference_is_recorded_with_its_owner_and_nothing_else_is_touched(two: Two) -> None:
    before = two.store.reader().snapshot(two.homes["platform"].uid)
    two.run("shop")
    record, owned = two.record("shop", "server#shared.db"), two.record("platform", "server#shared.main")
    assert record.owner == Owner(two.homes["platform"].uid, owned.uid)
    assert (record.outputs["host"], record.outputs["port"]) == ("db.one", 5432)
    assert not record.data_bearing
    assert two.store.reader().snapshot(two.homes["platform"].uid) == before
    assert two.plan("shop").is_empty


def test_a_secret_stays_where_its_owner_put_it(two: Two) -> None:
    two.run("shop")
    owned = two.record("platform", "server#shared.main").outputs["key"]
    secret = two.record("shop", "server#shared.db").outputs["key"]
    assert isinstance(secret, Secret)
    assert isinstance(owned, Secret)
    assert secret == replace(owned, ref=f"{two.homes['platform'].uid}:{owned.ref}")
    assert two.reveal("shop", secret) == "k-db.one"
    assert two.store.reader().secret(two.homes["shop"].uid, secret.ref, None) is None, "no copy"
    assert b"k-db.one" not in two.store.path.read_bytes()


def test_a_secret_of_another_environment_that_no_reference_gave_is_not_opened(two: Two) -> None:
    owned = two.record("platform", "server#shared.main").outputs["key"]
    taken = replace(owned, ref=f"{two.homes['platform'].uid}:{owned.ref}")
    with pytest.raises(BakehouseError) as error:
        two.reveal("shop", taken)
    assert error.value.diagnostics[0].code == "secret-not-given"
    two.run("shop")
    assert two.reveal("shop", taken) == "k-db.one"
    two.shared["shop"] = "note: {type: note, params: {of: nothing}}"
    two.run("shop")
    with pytest.raises(BakehouseError):
        two.reveal("shop", taken)


def test_when_the_owner_moves_what_reads_it_moves(two: Two) -> None:
    two.run("shop")
    two.shared["platform"] = PLATFORM.replace("db.one", "db.two")
    two.run("platform")
    plan = two.plan("shop")
    assert actions(plan) == {"server#shared.db": "read", "note#shared.note": "update"}
    reason = plan.changes[DB].reasons[0]
    assert reason.text == "server#shared.main of platform/local has other outputs: host, key", (
        "the names, never the values"
    )
    assert two.apply(plan).succeeded
    assert two.record("shop", "note#shared.note").outputs == {"text": "see db.two"}
    assert two.plan("shop").is_empty


def test_an_output_that_nobody_here_uses_may_move_unnoticed(two: Two) -> None:
    two.documents = two.documents.replace(
        READ, READ + '  outputs: {host: "${outputs.host}", port: 1, key: k}\n'
    )
    two.run("shop")
    two.documents = two.documents.replace("port: 5432", "port: 5433")
    two.run("platform")
    assert two.plan("shop").is_empty


def test_a_saved_plan_is_stale_once_the_owner_moved(two: Two) -> None:
    saved = two.plan("shop")
    two.shared["platform"] = PLATFORM.replace("db.one", "db.two")
    two.run("platform")
    with pytest.raises(BakehouseError) as error:
        two.apply(saved)
    (found,) = error.value.diagnostics
    assert (found.code, found.address) == ("stale-plan", "server#shared.db")
    assert "has other outputs since deployment 2 of tester" in found.message
    assert two.records("shop") == {}


def test_a_plan_that_reads_through_an_unchanged_reference_is_stale_too(two: Two) -> None:
    two.run("shop")
    two.shared["shop"] = two.shared["shop"].replace("resources.db.host}", "resources.db.host}!")
    saved = two.plan("shop")
    assert actions(saved) == {"note#shared.note": "update"}
    two.shared["platform"] = PLATFORM.replace("db.one", "db.two")
    two.run("platform")
    with pytest.raises(BakehouseError) as error:
        two.apply(saved)
    assert error.value.diagnostics[0].code == "stale-plan"


def test_what_becomes_a_reference_lets_its_object_go_and_back_again(two: Two) -> None:
    outputs = '  outputs: {host: "${outputs.id}", port: "${outputs.size}", key: "${outputs.key}"}\n'
    thing = definition("server", "mine", driver="again", match="[{application: shop}]", inputs="{}") + outputs
    reading = two.documents
    two.documents = reading.replace(READ, thing)
    two.run("shop")
    assert len(two.world.things) == 1
    two.documents = reading
    plan = two.plan("shop")
    assert actions(plan)["server#shared.db"] == "replace"
    assert two.apply(plan).succeeded
    assert two.world.things == {}
    assert two.record("shop", "server#shared.db").outputs["host"] == "db.one"
    two.documents = reading.replace(READ, thing)
    plan = two.plan("shop")
    assert actions(plan)["server#shared.db"] == "create"
    assert two.apply(plan).succeeded
    assert len(two.world.things) == 1
    assert two.record("shop", "server#shared.db").owner is None
    assert two.store.reader().references(two.homes["shop"].uid) == ()


def test_a_reference_that_is_dropped_is_forgotten_and_no_danger(two: Two) -> None:
    two.run("shop")
    two.shared["shop"] = "other: {type: note, params: {of: nothing}}"
    plan = two.plan("shop")
    assert actions(plan)["server#shared.db"] == "retain"
    assert not plan.changes[DB].dangerous
    assert two.apply(plan).succeeded
    assert two.store.reader().referrers(two.homes["platform"].uid) == ()


def test_a_reference_is_not_deleted_even_where_everything_may_be(two: Two) -> None:
    two.run("shop")
    plan = two.plan("shop", destroy=True, allow_destroy=("all",))
    assert actions(plan)["server#shared.db"] == "retain"
    assert two.apply(plan).succeeded
    assert two.record("platform", "server#shared.main").owner is None
