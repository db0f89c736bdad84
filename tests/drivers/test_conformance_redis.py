"""The driver `redis` keeps every promise over a real Redis, and takes nothing over that is not its own."""

import contextlib
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from pydantic import SecretStr
from redis.exceptions import AuthenticationError, NoPermissionError, RedisError

from bakehouse.drivers.builtin.redis import Redis, RedisConnection
from bakehouse.drivers.conformance import Bench, DriverConformance, Held, Vault
from bakehouse.drivers.conformance.hooks import Failing, InTheWorld
from bakehouse.drivers.sdk import Cancellation, Cancelled, Conflict, NotFound, PermanentFault, TransientFault
from bakehouse.graph.address import Address
from bakehouse.graph.values import Secret, Unknown, Value
from parts.redis import RedisServer, redis

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", params=[False, True], ids=["configuration", "aclfile"])
def store(request: pytest.FixtureRequest) -> Iterator[RedisServer]:
    with redis(acl_file=request.param) as running:
        yield running


@pytest.fixture(autouse=True)
def _clean(store: RedisServer) -> Iterator[None]:
    yield
    with admin(store) as client:
        client.flushall()
        client.execute_command("ACL", "DELUSER", *(set(client.acl_users()) - {"default"}), "nobody")


def admin(store: RedisServer, **more: Any) -> Any:
    return store.client(password=store.password, **more)


def given(store: RedisServer, vault: Vault, **more: Value) -> dict[str, Value]:
    place = {"host": store.host, "port": store.port, "password": vault.put("admin", store.password)}
    return {"server": place, "prefix": "orders", **more}


def enter(store: RedisServer, bench: Bench, held: Held, **more: Any) -> Any:
    password = held.outputs["password"]
    assert isinstance(password, Secret)
    return store.client(username=held.outputs["username"], password=bench.vault.reveal(password), **more)


class TestRedis(DriverConformance):
    @pytest.fixture
    def driver(self) -> Redis:
        return Redis()

    @pytest.fixture
    def inputs(self, vault: Vault, store: RedisServer) -> Mapping[str, Value]:
        return given(store, vault)

    @pytest.fixture
    def break_it(self, store: RedisServer) -> InTheWorld:
        def widen(bench: Bench, held: Held) -> None:
            with admin(store) as client:
                client.execute_command("ACL", "SETUSER", "orders", "~*")

        return widen

    @pytest.fixture
    def remove_it(self, store: RedisServer) -> InTheWorld:
        def drop(bench: Bench, held: Held) -> None:
            with admin(store) as client:
                client.flushall()
                client.acl_deluser("orders")

        return drop

    @pytest.fixture
    def count(self, store: RedisServer) -> Callable[[Bench], int]:
        def objects(bench: Bench) -> int:
            with admin(store) as client:
                users = client.acl_users().count("orders")
                assert client.exists("bakehouse:prefix:orders") == users
                return int(users)

        return objects

    @pytest.fixture
    def failing(self, store: RedisServer, inputs: Mapping[str, Value], vault: Vault) -> tuple[Failing, ...]:
        place = dict(inputs["server"])
        wrong = vault.put("wrong", "not the password")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            closed = probe.getsockname()[1]
        return (
            Failing(TransientFault, {**inputs, "server": {**place, "port": closed}}),
            Failing(PermanentFault, {**inputs, "server": {**place, "password": wrong}}),
            Failing(PermanentFault, {**inputs, "server": {"host": place["host"], "port": place["port"]}}),
            Failing(PermanentFault, {"prefix": "orders"}),
            Failing(Conflict, {**inputs, "username": "default"}),
            Failing(PermanentFault, {**inputs, "prefix": "bakehouse"}),
            Failing(PermanentFault, {**inputs, "prefix": "orders*"}),
        )


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with Bench(Redis(), tmp_path) as bench:
        yield bench


def test_the_user_has_its_keys_and_channels_and_no_others(bench: Bench, store: RedisServer) -> None:
    with enter(store, bench, bench.create(given(store, bench.vault))) as client:
        assert client.set("orders:1", "bread")
        assert client.get("orders:1") == "bread"
        assert client.publish("orders:new", "1") == 0
        assert client.eval("return redis.call('GET', KEYS[1])", 1, "orders:1") == "bread"
        assert client.info("server")["redis_version"]
        for refused in (
            ("GET", "others:1"), ("SET", "orders", "1"), ("PUBLISH", "others", "1"), ("PSUBSCRIBE", "*"),
            ("KEYS", "*"), ("SCAN", "0"), ("RANDOMKEY",), ("FLUSHALL",), ("CONFIG", "GET", "*"), ("ACL", "LIST"),
            ("MONITOR",), ("CLIENT", "LIST"), ("FUNCTION", "FLUSH"), ("SWAPDB", "0", "1"), ("PUBSUB", "CHANNELS"),
            ("CLIENT", "TRACKING", "ON", "BCAST"), ("EVAL", "return redis.call('GET', 'others:1')", "0"),
            ("GET", "bakehouse:prefix:orders"), ("COPY", "orders:1", "others:1"), ("SORT", "orders:1", "GET", "*"),
        ):  # fmt: skip
            with pytest.raises(RedisError) as caught:
                client.execute_command(*refused)
            assert isinstance(caught.value, NoPermissionError) or "can't access" in str(caught.value), refused


def test_a_user_of_somebody_else_is_never_taken_over(bench: Bench, store: RedisServer) -> None:
    with admin(store) as client:
        client.execute_command("ACL", "SETUSER", "orders", "on", ">theirs")
        before = client.acl_list()
        with pytest.raises(Conflict, match="the user orders exists"):
            bench.create(given(store, bench.vault))
        assert client.acl_list() == before
        assert client.keys() == []


@pytest.mark.parametrize("database", [0, 3])
def test_keys_of_somebody_else_are_never_taken_over(bench: Bench, store: RedisServer, database: int) -> None:
    with admin(store, db=database) as client:
        client.set("orders:1", "theirs")
        with pytest.raises(Conflict, match="keys that begin with orders:"):
            bench.create(given(store, bench.vault))
        assert client.get("orders:1") == "theirs"
        client.delete("orders:1")
        client.set("orders-2:1", "others'")
    bench.delete(bench.create(given(store, bench.vault)))
    with admin(store, db=database) as client:
        assert client.get("orders-2:1") == "others'"


def test_the_prefix_of_another_user_is_never_taken_over(bench: Bench, store: RedisServer) -> None:
    with admin(store) as client:
        client.execute_command("ACL", "SETUSER", "boss", "on", "~orders:*", "+get")
    with pytest.raises(Conflict, match="the user boss uses the prefix orders"):
        bench.create(given(store, bench.vault))


def test_two_resources_never_share_a_prefix(bench: Bench, store: RedisServer) -> None:
    bench.create(given(store, bench.vault))
    other = replace(bench, uid="6f1cb7c1-0b8e-4f5e-9d9e-0d4f6f9b2f11")
    with pytest.raises(Conflict, match="belongs to another resource") as caught:
        other.create(given(store, bench.vault, username="second"))
    assert caught.value.owner is not None
    assert caught.value.owner.startswith(bench.uid)


def test_an_object_of_another_token_is_left_alone_by_a_delete(bench: Bench, store: RedisServer) -> None:
    held = bench.create(given(store, bench.vault))
    with enter(store, bench, held) as client:
        client.set("orders:1", "bread")
        bench.delete(replace(held, generation=2))
        assert client.get("orders:1") == "bread"


def test_what_find_gave_has_no_password_so_an_update_sets_a_new_one(bench: Bench, store: RedisServer) -> None:
    inputs = given(store, bench.vault)
    first = bench.create(inputs)
    found = bench.find(inputs)
    assert found is not None
    assert "password" not in found.outputs
    second = bench.update(found, inputs)
    with enter(store, bench, first) as client, pytest.raises(AuthenticationError):
        client.ping()
    with enter(store, bench, second) as client:
        assert client.ping()


def test_an_update_brings_back_a_lost_user_with_its_recorded_password_and_its_keys(
    bench: Bench, store: RedisServer
) -> None:
    held = bench.create(given(store, bench.vault))
    with enter(store, bench, held) as client:
        client.set("orders:1", "bread")
    with admin(store) as client:
        client.acl_deluser("orders")
    assert bench.read(held).outputs["condition"] == "the user orders is missing"
    held = bench.update(held, held.inputs)
    with enter(store, bench, held) as client:
        assert client.get("orders:1") == "bread"
    assert bench.read(held).outputs["condition"] == "complete"


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (("ACL", "SETUSER", "orders", "off"), "the rules of the user orders were changed"),
        (("ACL", "SETUSER", "orders", "resetpass", ">other"), "the user orders has another password"),
        (("DEL", "bakehouse:prefix:orders"), "the key bakehouse:prefix:orders is missing"),
    ],
)
def test_what_is_amiss_is_said_and_mended(
    bench: Bench, store: RedisServer, command: tuple[str, ...], said: str
) -> None:
    held = bench.create(given(store, bench.vault))
    with enter(store, bench, held) as client:
        client.set("orders:1", "bread")
    with admin(store) as client:
        client.execute_command(*command)
    assert bench.read(held).outputs["condition"] == said
    held = bench.update(held, held.inputs)
    assert bench.read(held).outputs["condition"] == "complete"
    with enter(store, bench, held) as client:
        assert client.get("orders:1") == "bread"


def test_a_rotation_replaces_the_password(bench: Bench, store: RedisServer) -> None:
    held = bench.create(given(store, bench.vault))
    after = bench.rotate(held)
    assert {k for k in after.outputs if after.outputs[k] != held.outputs[k]} == {"password"}
    with enter(store, bench, after) as client:
        assert client.ping()
    with enter(store, bench, held) as client, pytest.raises(AuthenticationError):
        client.ping()
    with pytest.raises(PermanentFault, match="only the output password"):
        bench.rotate(after, "host")


def test_a_delete_ends_sessions_and_removes_the_keys_of_all_databases(
    bench: Bench, store: RedisServer
) -> None:
    held = bench.create(given(store, bench.vault))
    with admin(store) as client:
        client.set("others:1", "stays")
    with enter(store, bench, held) as first, enter(store, bench, held, db=5) as second:
        for client in (first, second):
            client.mset({f"orders:{number}": "x" for number in range(3000)})
        bench.delete(held)
        with pytest.raises(RedisError):
            first.get("orders:1")
    with admin(store) as client:
        assert client.info("keyspace")["db0"]["keys"] == 1
        assert "db5" not in client.info("keyspace")
    with pytest.raises(NotFound):
        bench.read(held)


def test_a_delete_that_was_cut_is_found_and_goes_on(bench: Bench, store: RedisServer) -> None:
    held = bench.create(given(store, bench.vault))
    with enter(store, bench, held) as client:
        client.set("orders:1", "bread")
    cancelled = Cancellation()
    cancelled.set()
    with contextlib.suppress(Cancelled):
        bench.driver.delete(bench.context(held.prior(), cancelled=cancelled))
    found = bench.find(held.inputs)
    assert found is not None
    assert found.outputs["condition"] == "the user orders is missing"
    bench.delete(held)
    with admin(store) as client:
        assert client.keys() == []


def test_a_connection_serves_in_place_of_the_server_input(bench: Bench, store: RedisServer) -> None:
    bench.connection = RedisConnection(
        host=store.host, port=store.port, username="default", password=SecretStr(store.password)
    )
    held = bench.create({"prefix": "orders", "username": "orders-app"})
    assert (held.outputs["username"], held.outputs["prefix"]) == ("orders-app", "orders:")
    with enter(store, bench, held) as client:
        assert client.ping()
    bench.delete(held)
    assert bench.find(held.inputs) is None


def test_a_server_user_that_may_not_make_users_is_told_what_it_lacks(
    bench: Bench, store: RedisServer
) -> None:
    with admin(store) as client:
        client.execute_command("ACL", "SETUSER", "weak", "on", ">weak", "~*", "&*", "+@all", "-acl")
    inputs = given(store, bench.vault)
    weak = {**dict(inputs["server"]), "username": "weak", "password": bench.vault.put("weak", "weak")}
    with pytest.raises(PermanentFault) as caught:
        bench.create({**inputs, "server": weak})
    assert "+@all" in str(caught.value.hint)


def test_users_are_written_where_the_server_reads_them_again(bench: Bench, store: RedisServer) -> None:
    held = bench.create(given(store, bench.vault))
    files = (store.folder / "users.acl", store.folder / "redis.conf")
    assert any("user orders on" in file.read_text() for file in files)
    made = held.outputs["password"]
    assert isinstance(made, Secret)
    assert not any(bench.vault.reveal(made) in file.read_text() for file in files)
    bench.delete(held)
    assert not any("user orders" in file.read_text() for file in files)
    assert not any("keeps its users only until it ends" in line for line in bench.said)


def test_another_server_is_planned_as_a_replacement(bench: Bench, store: RedisServer) -> None:
    held = bench.create(given(store, bench.vault))
    place = dict(held.inputs["server"])
    elsewhere = bench.plan({**held.inputs, "server": {**place, "host": "store.internal"}}, held)
    assert elsewhere is not None
    assert (elsewhere.action, elsewhere.replace_paths) == ("replace", ("server.host",))
    secret = Unknown(Address.parse("config#x"), ("password",), "string", True)
    assert bench.plan({**held.inputs, "server": {**place, "password": secret}}, held) is None


@pytest.mark.scenario(28)
def test_a_server_killed_in_the_middle_of_a_call_is_a_fault_that_may_pass(bench: Bench) -> None:
    caught: list[BaseException] = []
    with redis() as mortal:
        held = bench.create(given(mortal, bench.vault))

        def update() -> None:
            try:
                bench.update(held, held.inputs)
            except BaseException as error:
                caught.append(error)

        waiting = threading.Thread(target=update)
        with admin(mortal) as client:
            client.client_pause(600_000, all=False)
            waiting.start()
            while not any(one["name"] == "bakehouse" and "b" in one["flags"] for one in client.client_list()):
                assert waiting.is_alive()
            os.kill(mortal.pid, signal.SIGKILL)
        waiting.join()
    assert [type(error) for error in caught] == [TransientFault]
