"""The driver `mongodb` keeps every promise over a real server with roles, and takes nothing over that is not its own."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from pydantic import SecretStr
from pymongo import MongoClient
from pymongo.errors import OperationFailure

from bakehouse.drivers.builtin.mongodb import Mongodb, MongodbConnection, holding
from bakehouse.drivers.builtin.mongodb.holding import OWNER, mark
from bakehouse.drivers.conformance import Bench, DriverConformance, Held, Vault
from bakehouse.drivers.conformance.hooks import Existing, Failing, InTheWorld
from bakehouse.drivers.sdk import Conflict, NotFound, PermanentFault, TransientFault
from bakehouse.graph.address import Address
from bakehouse.graph.identity import create_token
from bakehouse.graph.values import Secret, Unknown, Value
from parts.ferretdb import ferretdb
from parts.mongo_protocol import MongoServer
from parts.mongodb import mongodb
from parts.running import free_port

pytestmark = pytest.mark.slow

OTHER = "6f1cb7c1-0b8e-4f5e-9d9e-0d4f6f9b2f11"


@pytest.fixture(scope="module")
def store() -> Iterator[MongoServer]:
    with mongodb() as running:
        yield running


@pytest.fixture(autouse=True)
def _clean(store: MongoServer) -> Iterator[None]:
    yield
    with store.client() as client:
        for name in ("orders", "bread"):
            client.drop_database(name)
            client[name].command("dropAllUsersFromDatabase")


def given(store: MongoServer, vault: Vault, **more: Value) -> dict[str, Value]:
    login = {"username": store.username, "password": vault.put("admin", store.password)}
    return {"server": {"host": store.host, "port": store.port, **login}, "database": "orders", **more}


def enter(bench: Bench, held: Held) -> MongoClient[dict[str, Any]]:
    connection = held.outputs["connection"]
    assert isinstance(connection, Secret)
    return MongoClient(bench.vault.reveal(connection), serverSelectionTimeoutMS=5000)


class TestMongodb(DriverConformance):
    @pytest.fixture
    def driver(self) -> Mongodb:
        return Mongodb()

    @pytest.fixture
    def inputs(self, vault: Vault, store: MongoServer) -> Mapping[str, Value]:
        return given(store, vault)

    @pytest.fixture
    def break_it(self, store: MongoServer) -> InTheWorld:
        def narrow(bench: Bench, held: Held) -> None:
            with store.client() as client:
                client.orders.command(
                    "revokeRolesFromUser", "orders", roles=[{"role": "readWrite", "db": "orders"}]
                )

        return narrow

    @pytest.fixture
    def remove_it(self, store: MongoServer) -> InTheWorld:
        def drop(bench: Bench, held: Held) -> None:
            with store.client() as client:
                client.drop_database("orders")
                client.orders.command("dropUser", "orders")

        return drop

    @pytest.fixture
    def existing(self, store: MongoServer) -> Existing:
        def make(bench: Bench) -> str:
            with store.client() as client:
                client.orders.bread.insert_one({"_id": "rye"})
                client.orders.command("createUser", "orders", pwd="of the old days", roles=["readWrite"])
            return "orders"

        return make

    @pytest.fixture
    def count(self, store: MongoServer) -> Callable[[Bench], int]:
        def objects(bench: Bench) -> int:
            with store.client() as client:
                users = len(client.orders.command("usersInfo", "orders")["users"])
                assert users == ("orders" in client.list_database_names())
            return users

        return objects

    @pytest.fixture
    def failing(
        self, bench: Bench, store: MongoServer, inputs: Mapping[str, Value], vault: Vault
    ) -> tuple[Failing, ...]:
        bench.seconds = 3.0
        place = dict(inputs["server"])
        wrong = vault.put("wrong", "not the password")
        return (
            Failing(TransientFault, {**inputs, "server": {**place, "port": free_port()}}),
            Failing(PermanentFault, {**inputs, "server": {**place, "password": wrong}}),
            Failing(TransientFault, {**inputs, "server": {**place, "tls": True}}),
            Failing(PermanentFault, {"database": "orders"}),
            Failing(PermanentFault, {**inputs, "database": "admin"}),
        )


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with Bench(Mongodb(), tmp_path) as bench:
        yield bench


def test_the_user_has_its_database_and_no_other(bench: Bench, store: MongoServer) -> None:
    held = bench.create(given(store, bench.vault))
    second = replace(bench, uid=OTHER).create(given(store, bench.vault, database="bread"))
    with enter(bench, held) as mine, enter(bench, second) as theirs:
        mine.orders.loaves.insert_one({"_id": "rye"})
        assert mine.orders.loaves.find_one() == {"_id": "rye"}
        with pytest.raises(OperationFailure, match="not authorized"):
            theirs.orders.loaves.find_one()
        with pytest.raises(OperationFailure, match="not authorized"):
            theirs[mark(create_token(bench.uid, 1))].loaves.insert_one({})
        with pytest.raises(OperationFailure, match="not authorized"):
            mine.orders.command("createUser", "more", pwd="x", roles=[])


def test_what_somebody_else_made_is_never_taken_over(bench: Bench, store: MongoServer) -> None:
    with store.client() as client:
        client.orders.loaves.insert_one({"_id": "theirs"})
        with pytest.raises(Conflict, match="the database orders exists"):
            bench.create(given(store, bench.vault))
        client.drop_database("orders")
        client.orders.command("createUser", "orders", pwd="theirs", roles=[])
        with pytest.raises(Conflict, match="the user orders exists"):
            bench.create(given(store, bench.vault))
        bench.delete(Held(given(store, bench.vault), {}, {}, bench.uid))
        assert client.orders.command("usersInfo", "orders")["users"][0]["roles"] == []
        assert "orders" not in client.list_database_names()


def test_two_resources_never_share_a_database(bench: Bench, store: MongoServer) -> None:
    held = bench.create(given(store, bench.vault))
    with pytest.raises(Conflict) as caught:
        replace(bench, uid=OTHER).create(given(store, bench.vault, username="second"))
    assert caught.value.owner == mark(create_token(bench.uid, 1))
    bench.delete(replace(held, generation=2))
    assert bench.read(held).outputs["condition"] == "complete"


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ({"updateUser": "orders", "pwd": "another"}, "the user orders has another password"),
        ({"dropUser": "orders"}, "the user orders is missing"),
        ({"drop": OWNER}, "the database orders is missing"),
        ({"grantRolesToUser": "orders", "roles": ["userAdmin"]}, "the roles of the user orders were changed"),
    ],
)
def test_what_is_amiss_is_said_and_mended(
    bench: Bench, store: MongoServer, command: dict[str, object], said: str
) -> None:
    held = bench.create(given(store, bench.vault))
    with store.client() as client:
        client.orders.command(command)
    assert bench.read(held).outputs["condition"] == said
    held = bench.update(held, held.inputs)
    assert bench.read(held).outputs["condition"] == "complete"
    with enter(bench, held) as client:
        client.orders.loaves.insert_one({})


def test_a_database_made_anew_by_somebody_else_is_neither_taken_over_nor_dropped(
    bench: Bench, store: MongoServer
) -> None:
    held = bench.create(given(store, bench.vault))
    with store.client() as client:
        client.drop_database("orders")
        client.orders.loaves.insert_one({"_id": "theirs"})
        assert bench.read(held).outputs["condition"] == "the database orders does not say whose it is"
        with pytest.raises(Conflict, match="the database orders exists") as caught:
            bench.update(held, held.inputs)
        assert mark(create_token(bench.uid, 1)) in str(caught.value.hint)
        assert client.orders.list_collection_names() == ["loaves"]
        bench.delete(held)
        assert client.orders.command("usersInfo", "orders")["users"] == []
        assert list(client.orders.loaves.find()) == [{"_id": "theirs"}]
    with pytest.raises(NotFound):
        bench.read(held)


def test_a_database_that_lost_its_mark_is_ours_again_with_the_document_of_the_hint(
    bench: Bench, store: MongoServer
) -> None:
    held = bench.create(given(store, bench.vault))
    with store.client() as client:
        client.orders.loaves.insert_one({"_id": "rye"})
        client.orders.drop_collection(OWNER)
        with pytest.raises(Conflict) as caught:
            bench.update(held, held.inputs)
        assert f'{{_id: "owner", mark: "{mark(create_token(bench.uid, 1))}"}}' in str(caught.value.hint)
        client.orders[OWNER].insert_one({"_id": "owner", "mark": mark(create_token(bench.uid, 1))})
        bench.update(held, held.inputs)
        assert bench.read(held).outputs["condition"] == "complete"
        assert client.orders.loaves.find_one() == {"_id": "rye"}


def test_what_somebody_puts_in_between_the_look_and_the_mark_is_not_taken_over(
    bench: Bench, store: MongoServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = bench.create(given(store, bench.vault))
    really = holding.claim
    with store.client() as client:
        client.drop_database("orders")

        def late(*given: Any) -> None:
            client.orders.loaves.insert_one({"_id": "theirs"})
            really(*given)

        monkeypatch.setattr(holding, "claim", late)
        with pytest.raises(Conflict, match="at the same moment"):
            bench.update(held, held.inputs)
        assert client.orders.list_collection_names() == ["loaves"]


def test_a_role_on_a_database_named_like_ours_hides_no_mark(bench: Bench, store: MongoServer) -> None:
    shop = {"database": "bakehouse-shop", "username": "shop"}
    held = bench.create(given(store, bench.vault, **shop))
    try:
        assert bench.read(held).outputs["condition"] == "complete"
        bench.update(held, held.inputs)
    finally:
        bench.delete(held)
    with store.client() as client:
        assert client["bakehouse-shop"].command("usersInfo", "shop")["users"] == []
        client.orders.loaves.insert_one({})
        client.orders.command(
            "createUser", "orders", pwd="x", roles=[{"role": "read", "db": "bakehouse-shop"}]
        )
    with pytest.raises(Conflict, match="has roles on bakehouse-shop"):
        bench.imported(given(store, bench.vault), "orders")


def test_a_rotation_replaces_the_password(bench: Bench, store: MongoServer) -> None:
    held = bench.create(given(store, bench.vault))
    after = bench.rotate(held)
    changed = {name for name in after.outputs if after.outputs[name] != held.outputs[name]}
    assert changed == {"password", "connection"}
    with enter(bench, after) as client:
        client.orders.loaves.insert_one({})
    with enter(bench, held) as client, pytest.raises(OperationFailure, match=r"(?i)authentication failed"):
        client.orders.loaves.find_one()


def test_a_connection_serves_in_place_of_the_server_input(bench: Bench, store: MongoServer) -> None:
    bench.connection = MongodbConnection(
        host=store.host, port=store.port, username=store.username, password=SecretStr(store.password)
    )
    held = bench.create({"database": "orders", "username": "app"})
    unknown = Unknown(Address.parse("config#x"), ("slug",))
    found = bench.find({"database": unknown})
    assert found is not None
    assert (found.outputs["database"], found.outputs["username"]) == ("orders", "app")
    bench.delete(held)
    with pytest.raises(NotFound):
        bench.read(held)


def test_who_may_not_make_users_is_told_what_is_needed(bench: Bench, store: MongoServer) -> None:
    with store.client() as client:
        client.admin.command("createUser", "weak", pwd="weak", roles=["read"])
    inputs = given(store, bench.vault)
    weak = {"username": "weak", "password": bench.vault.put("weak", "weak")}
    with pytest.raises(PermanentFault) as caught:
        bench.create({**inputs, "server": {**dict(inputs["server"]), **weak}})
    assert "userAdminAnyDatabase" in str(caught.value.hint)


def test_a_server_without_roles_is_refused_and_left_as_it_was(bench: Bench) -> None:
    with ferretdb() as running:
        login = {"username": running.username, "password": bench.vault.put("ferret", running.password)}
        place = {"host": running.host, "port": running.port}
        with pytest.raises(PermanentFault, match="the server has no roles"):
            bench.create({"server": {**place, **login}, "database": "orders"})
        bench.seconds = 1.0
        with running.client() as client:
            assert "orders" not in client.list_database_names()
