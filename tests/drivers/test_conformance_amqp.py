"""The driver `amqp` keeps every promise over a real RabbitMQ, and takes nothing over that is not its own."""

import json
import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from pika.exceptions import AMQPError, ChannelClosedByBroker
from pydantic import SecretStr, ValidationError

from bakehouse.drivers.builtin.amqp import Amqp, AmqpConnection, AmqpInputs
from bakehouse.drivers.builtin.amqp import holding as under_test
from bakehouse.drivers.builtin.amqp.holding import OWNER, mark
from bakehouse.drivers.builtin.amqp.session import Session
from bakehouse.drivers.conformance import Bench, DriverConformance, Held, Vault
from bakehouse.drivers.conformance.hooks import Failing, InTheWorld
from bakehouse.drivers.sdk import Conflict, NotFound, PermanentFault, TransientFault
from bakehouse.graph.address import Address
from bakehouse.graph.identity import create_token
from bakehouse.graph.values import Secret, Unknown, Value
from client_libraries import assert_it_says_how_to_get
from parts.rabbitmq import RabbitServer, rabbitmq
from parts.running import free_port

pytestmark = pytest.mark.slow

OTHER = "6f1cb7c1-0b8e-4f5e-9d9e-0d4f6f9b2f11"


@pytest.fixture(scope="module")
def broker() -> Iterator[RabbitServer]:
    with rabbitmq() as running:
        yield running
    left = subprocess.run(["ps", "-A", "-o", "args"], capture_output=True, text=True, check=True).stdout
    assert not [
        line
        for line in left.splitlines()
        if running.folder.name in line or f"epmd -port {running.epmd}" in line
    ]


@pytest.fixture(autouse=True)
def _clean(broker: RabbitServer) -> Iterator[None]:
    yield
    for kind, kept in (("users", "admin"), ("vhosts", "/")):
        for one in json.loads(broker.api(kind)):
            if one["name"] != kept:
                broker.api(f"{kind}/{one['name']}", method="DELETE")


def given(broker: RabbitServer, vault: Vault, **more: Value) -> dict[str, Value]:
    place = {"host": broker.host, "port": broker.port, "management": broker.management}
    login = {"username": broker.username, "password": vault.put("admin", broker.password)}
    return {"server": {**place, **login}, "vhost": "orders", **more}


def enter(broker: RabbitServer, bench: Bench, held: Held, vhost: str | None = None) -> Any:
    password = held.outputs["password"]
    assert isinstance(password, Secret)
    name = str(held.outputs["username"])
    return broker.client(vhost or str(held.outputs["vhost"]), name, bench.vault.reveal(password))


class TestAmqp(DriverConformance):
    @pytest.fixture
    def driver(self) -> Amqp:
        return Amqp()

    @pytest.fixture
    def inputs(self, vault: Vault, broker: RabbitServer) -> Mapping[str, Value]:
        return given(broker, vault)

    @pytest.fixture
    def break_it(self, broker: RabbitServer) -> InTheWorld:
        def narrow(bench: Bench, held: Held) -> None:
            rights = {"configure": "", "write": "", "read": ".*"}
            broker.api("permissions/orders/orders", rights, "PUT")

        return narrow

    @pytest.fixture
    def remove_it(self, broker: RabbitServer) -> InTheWorld:
        def drop(bench: Bench, held: Held) -> None:
            broker.api("vhosts/orders", method="DELETE")
            broker.api("users/orders", method="DELETE")

        return drop

    @pytest.fixture
    def count(self, broker: RabbitServer) -> Callable[[Bench], int]:
        def objects(bench: Bench) -> int:
            names = [[one["name"] for one in json.loads(broker.api(kind))] for kind in ("users", "vhosts")]
            assert ("orders" in names[0]) == ("orders" in names[1])
            return names[0].count("orders")

        return objects

    @pytest.fixture
    def failing(self, broker: RabbitServer, inputs: Mapping[str, Value], vault: Vault) -> tuple[Failing, ...]:
        place = dict(inputs["server"])
        wrong = vault.put("wrong", "not the password")
        nowhere = f"http://127.0.0.1:{free_port()}"
        return (
            Failing(TransientFault, {**inputs, "server": {**place, "management": nowhere}}),
            Failing(PermanentFault, {**inputs, "server": {**place, "password": wrong}}),
            Failing(PermanentFault, {**inputs, "server": {**place, "management": f"{broker.management}/x"}}),
            Failing(PermanentFault, {**inputs, "server": {**place, "ca": "no certificate"}}),
            Failing(PermanentFault, {"vhost": "orders"}),
            Failing(Conflict, {**inputs, "username": "admin"}),
            Failing(PermanentFault, {**inputs, "vhost": "a/b"}),
        )


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with Bench(Amqp(), tmp_path) as bench:
        yield bench


def test_the_user_has_its_virtual_host_and_no_other(bench: Bench, broker: RabbitServer) -> None:
    held = bench.create(given(broker, bench.vault))
    opened = enter(broker, bench, held)
    channel = opened.channel()
    channel.queue_declare("bread", durable=True)
    channel.basic_publish("", "bread", b"one loaf")
    assert channel.basic_get("bread", auto_ack=True)[2] == b"one loaf"
    with pytest.raises(ChannelClosedByBroker, match=r"access to exchange 'bakehouse\.owner'"):
        channel.exchange_delete(OWNER)
    opened.close()
    with pytest.raises(AMQPError):
        enter(broker, bench, held, vhost="/")
    seen = json.loads(broker.api("users/orders"))
    assert seen["tags"] == [mark(create_token(bench.uid, 1))]
    assert create_token(bench.uid, 1) not in str(seen)


@pytest.mark.parametrize("kind", ["users", "vhosts"])
def test_what_somebody_else_made_is_never_taken_over(bench: Bench, broker: RabbitServer, kind: str) -> None:
    theirs = {"users": {"password": "theirs", "tags": "management"}, "vhosts": {"description": "theirs"}}
    broker.api(f"{kind}/orders", theirs[kind], "PUT")
    before = broker.api(f"{kind}/orders")
    with pytest.raises(Conflict, match="exists and was not made for this resource"):
        bench.create(given(broker, bench.vault))
    bench.delete(Held(given(broker, bench.vault), {}, {}, bench.uid))
    assert broker.api(f"{kind}/orders") == before
    other = {"users": "vhosts", "vhosts": "users"}[kind]
    assert broker.api(f"{other}/orders") == b""


def test_two_resources_never_share_a_virtual_host(bench: Bench, broker: RabbitServer) -> None:
    held = bench.create(given(broker, bench.vault))
    with pytest.raises(Conflict) as caught:
        replace(bench, uid=OTHER).create(given(broker, bench.vault, username="second"))
    assert caught.value.owner == mark(create_token(bench.uid, 1))
    bench.delete(replace(held, generation=2))
    assert bench.read(held).outputs["condition"] == "complete"


def test_who_comes_second_to_a_virtual_host_at_the_same_moment_gets_a_conflict(
    bench: Bench, broker: RabbitServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other one is let in between the look and the making, which no clock could be told to do."""
    second, inputs = replace(bench, uid=OTHER), given(broker, bench.vault)
    look, first = under_test.look, []

    def late(opened: Session, vhost: str, user: str, token: str) -> under_test.Holding:
        found = look(opened, vhost, user, token)
        monkeypatch.setattr(under_test, "look", look)
        first.append(bench.create(inputs))
        return found

    monkeypatch.setattr(under_test, "look", late)
    with pytest.raises(Conflict, match="made for another resource at the same moment"):
        second.create({**inputs, "username": "second"})
    assert (
        bench.read(first[0]).outputs["condition"] == "the description of the virtual host orders was changed"
    )
    bench.update(first[0], inputs)
    assert bench.read(first[0]).outputs["condition"] == "complete"


def test_a_virtual_host_that_somebody_makes_at_the_same_moment_is_not_taken_over_afterwards(
    bench: Bench, broker: RabbitServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    look = under_test.look

    def late(opened: Session, vhost: str, user: str, token: str) -> under_test.Holding:
        found = look(opened, vhost, user, token)
        broker.api("vhosts/orders", {"description": "theirs"}, "PUT")
        return found

    with monkeypatch.context() as patched:
        patched.setattr(under_test, "look", late)
        with pytest.raises(Conflict, match="made by somebody else at the same moment"):
            bench.create(given(broker, bench.vault))
    with pytest.raises(Conflict, match="exists and was not made for this resource"):
        bench.create(given(broker, bench.vault))


def test_a_create_that_was_cut_after_the_virtual_host_goes_on(bench: Bench, broker: RabbitServer) -> None:
    broker.api("vhosts/orders", {"description": mark(create_token(bench.uid, 1))}, "PUT")
    found = bench.find(given(broker, bench.vault))
    assert found is not None
    assert found.outputs["condition"] == "the user orders is missing"
    held = bench.update(found, found.inputs)
    assert bench.read(held).outputs["condition"] == "complete"
    enter(broker, bench, held).close()


@pytest.mark.parametrize(
    ("path", "body", "said"),
    [
        ("users/orders", {"password": "other", "tags": "{tag}"}, "the user orders has another password"),
        ("users/orders", {"password": "x", "tags": "{tag},administrator"}, "the user orders has other tags"),
        ("permissions/%2F/orders", {"configure": "", "write": ".*", "read": ".*"}, "the permissions of the user"),
        ("vhosts/orders", {"description": "theirs"}, "the description of the virtual host orders was changed"),
        ("exchanges/orders/bakehouse.owner", None, "the exchange bakehouse.owner is missing"),
        ("users/orders", None, "the user orders is missing"),
        ("vhosts/orders", None, "the virtual host orders is missing"),
    ],
)  # fmt: skip
def test_what_is_amiss_is_said_and_mended(
    bench: Bench, broker: RabbitServer, path: str, body: dict[str, str] | None, said: str
) -> None:
    held = bench.create(given(broker, bench.vault))
    tag = mark(create_token(bench.uid, 1))
    sent = None if body is None else {name: text.replace("{tag}", tag) for name, text in body.items()}
    broker.api(path, sent, "DELETE" if sent is None else "PUT")
    assert str(bench.read(held).outputs["condition"]).startswith(said)
    held = bench.update(held, held.inputs)
    assert bench.read(held).outputs["condition"] == "complete"
    enter(broker, bench, held).close()
    with pytest.raises(AMQPError):
        enter(broker, bench, held, vhost="/")


def test_a_rotation_replaces_the_password(bench: Bench, broker: RabbitServer) -> None:
    held = bench.create(given(broker, bench.vault))
    after = bench.rotate(held)
    assert {k for k in after.outputs if after.outputs[k] != held.outputs[k]} == {"password"}
    enter(broker, bench, after).close()
    with pytest.raises(AMQPError):
        enter(broker, bench, held)
    with pytest.raises(PermanentFault, match="only the output password"):
        bench.rotate(after, "host")


def test_a_delete_ends_connections_and_leaves_others_alone(bench: Bench, broker: RabbitServer) -> None:
    broker.api("vhosts/others", {"description": "theirs"}, "PUT")
    held = bench.create(given(broker, bench.vault, username="app"))
    assert held.outputs["username"] == "app"
    opened = enter(broker, bench, held)
    opened.channel().queue_declare("bread")
    bench.delete(held)
    with pytest.raises(AMQPError):
        opened.channel()
    with pytest.raises(NotFound):
        bench.read(held)
    assert json.loads(broker.api("vhosts/others"))["description"] == "theirs"


def test_a_connection_serves_in_place_of_the_server_input(bench: Bench, broker: RabbitServer) -> None:
    bench.connection = AmqpConnection(
        host=broker.host,
        port=broker.port,
        management=broker.management,
        username=broker.username,
        password=SecretStr(broker.password),
    )
    held = bench.create({"vhost": "orders"})
    enter(broker, bench, held).close()
    unknown = Unknown(Address.parse("config#x"), ("slug",))
    assert bench.find({"vhost": unknown}) is not None
    bench.delete(held)
    assert bench.find(held.inputs) is None


def test_another_server_is_planned_as_a_replacement(bench: Bench, broker: RabbitServer) -> None:
    held = bench.create(given(broker, bench.vault))
    elsewhere = bench.plan({**held.inputs, "server": {**dict(held.inputs["server"]), "port": 1}}, held)
    assert elsewhere is not None
    assert (elsewhere.action, elsewhere.replace_paths) == ("replace", ("server.port",))


def test_who_is_no_administrator_is_told_so(bench: Bench, broker: RabbitServer) -> None:
    broker.api("users/weak", {"password": "weak-password", "tags": "management"}, "PUT")
    inputs = given(broker, bench.vault)
    weak = {"username": "weak", "password": bench.vault.put("weak", "weak-password")}
    with pytest.raises(PermanentFault) as caught:
        bench.create({**inputs, "server": {**dict(inputs["server"]), **weak}})
    assert "administrator" in str(caught.value.hint)


@pytest.mark.parametrize("vhost", ["", "/", "..", "a/b", "a b", "x" * 129, "ä", "a\n", "%2F"])
def test_a_name_that_would_lead_elsewhere_is_refused_before(vhost: str) -> None:
    with pytest.raises(ValidationError, match="vhost"):
        AmqpInputs(vhost=vhost)


@pytest.mark.parametrize(
    ("host", "management", "api"),
    [
        ("queue.internal", None, "https://queue.internal:15672"),
        ("127.0.0.1", None, "http://127.0.0.1:15672"),
        ("::1", None, "http://[::1]:15672"),
        ("queue.internal", "https://admin.internal/queue/", "https://admin.internal/queue"),
    ],
)
def test_the_management_api_is_where_it_is_said_or_where_it_usually_is(
    host: str, management: str | None, api: str
) -> None:
    place = AmqpConnection(host=host, management=management, username="admin", password=SecretStr("x"))
    assert place.api == api


@pytest.mark.parametrize("management", ["http://queue.internal", "ftp://x", "https://u:p@x", "https://x?y"])
def test_a_management_api_that_would_tell_the_password_is_refused(management: str) -> None:
    with pytest.raises(ValidationError, match="management"):
        AmqpConnection(
            host="queue.internal", management=management, username="admin", password=SecretStr("x")
        )


def test_without_the_client_library_it_says_how_to_get_it(bench: Bench) -> None:
    place = {"host": "127.0.0.1", "username": "admin", "password": bench.vault.put("admin", "x")}
    assert_it_says_how_to_get("httpx", "amqp", bench, {"server": place, "vhost": "orders"})
