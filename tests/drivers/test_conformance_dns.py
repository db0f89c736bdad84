"""The driver `dns` keeps every promise of the contract for records in the zone of a real name server."""

import socket
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from pydantic import BaseModel, SecretStr

from bakehouse.drivers.builtin.dns import Dns, DnsConnection
from bakehouse.drivers.conformance import Bench, DriverConformance, Held
from bakehouse.drivers.conformance.hooks import Existing, Failing, InTheWorld
from bakehouse.drivers.sdk import Conflict, Fault, PermanentFault, TransientFault
from bakehouse.graph.values import Value
from parts.dns import DnsServer, dns
from zones import ZoneEditor

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def server() -> Iterator[DnsServer]:
    with dns() as server:
        yield server


def connection_to(server: DnsServer) -> DnsConnection:
    return DnsConnection(
        host=server.host,
        port=server.port,
        key_name=server.key_name,
        key_secret=SecretStr(server.secret),
    )


class TestDnsRecords(DriverConformance):
    @pytest.fixture
    def zone(self, server: DnsServer) -> Iterator[ZoneEditor]:
        """The zone as it was before, when the test ends."""
        editor = ZoneEditor(server)
        yield editor
        editor.clear()

    @pytest.fixture
    def driver(self) -> Dns:
        return Dns()

    @pytest.fixture
    def connection(self, server: DnsServer) -> BaseModel:
        return connection_to(server)

    @pytest.fixture
    def inputs(self, zone: ZoneEditor) -> Mapping[str, Value]:
        return {"name": "web.shop", "zone": zone.name, "values": ["192.0.2.1"]}

    @pytest.fixture
    def changed_inputs(self, inputs: Mapping[str, Value]) -> Mapping[str, Value]:
        return {**inputs, "type": "CNAME", "values": ["lb.example.com"], "ttl": 60}

    @pytest.fixture
    def break_it(self, zone: ZoneEditor) -> InTheWorld:
        return lambda bench, held: zone.replace("web.shop", "A", "192.0.2.99")

    @pytest.fixture
    def remove_it(self, zone: ZoneEditor) -> InTheWorld:
        return lambda bench, held: zone.clear()

    @pytest.fixture
    def count(self, zone: ZoneEditor) -> Callable[[Bench], int]:
        return lambda bench: len(zone.names() & {"web.shop"})

    @pytest.fixture
    def existing(self, zone: ZoneEditor) -> Existing:
        def made(bench: Bench) -> str:
            zone.replace("web.shop", "A", "192.0.2.1")
            return f"web.shop.{zone.name}"

        return made

    @pytest.fixture
    def failing(self, server: DnsServer, zone: ZoneEditor) -> tuple[Failing, ...]:
        there = {"zone": zone.name, "values": ["192.0.2.1"]}
        zone.replace("taken", "A", "192.0.2.7")
        key = connection_to(server)
        return (
            Failing(Conflict, {**there, "name": "taken"}),
            Failing(PermanentFault, {**there, "name": "a", "zone": "elsewhere.example"}),
            Failing(PermanentFault, connection=key.model_copy(update={"key_name": "nobody"})),
            Failing(PermanentFault, connection=key.model_copy(update={"key_secret": SecretStr("d3Jvbmc=")})),
            Failing(PermanentFault, connection=DnsConnection(host=server.host, port=server.port)),
            Failing(TransientFault, connection=key.model_copy(update={"port": 1})),
        )


def test_two_resources_never_share_a_name(
    server: DnsServer, tmp_path_factory: pytest.TempPathFactory
) -> None:
    inputs = {"name": "one", "zone": server.zone, "values": ["192.0.2.1"]}
    with (
        Bench(Dns(), tmp_path_factory.mktemp("a"), connection_to(server)) as first,
        Bench(Dns(), tmp_path_factory.mktemp("b"), connection_to(server)) as second,
    ):
        held = first.create(inputs)
        with pytest.raises(Conflict, match=rf"one.{server.zone} is there already .* \({first.uid}"):
            second.create(inputs)
        second.delete(Held(inputs, {}, {}, second.uid))
        assert first.read(held).outputs["values"] == ["192.0.2.1"]
        first.delete(held)
        second.delete(second.create(inputs))
    assert ZoneEditor(server).names() == frozenset()


@pytest.mark.parametrize(
    ("given", "there"),
    [
        ({"type": "AAAA", "values": ["2001:db8::1"]}, ["2001:db8::1"]),
        ({"type": "TXT", "values": ['say "hello" \\ again']}, ['say "hello" \\ again']),
        ({"values": ["192.0.2.2", "192.0.2.1"], "ttl": 60}, ["192.0.2.1", "192.0.2.2"]),
        ({"name": "*.apps", "type": "CNAME", "values": ["lb.example.com."]}, ["lb.example.com"]),
        ({"name": "@", "type": "TXT", "values": ["v=spf1 -all"]}, ["v=spf1 -all"]),
    ],
)
def test_every_kind_of_record_is_there_as_it_was_asked_for(
    server: DnsServer, bench: Bench, given: dict[str, Value], there: list[str]
) -> None:
    held = bench.create({"name": "kind", "zone": server.zone, **given})
    assert held.outputs["values"] == there
    assert bench.read(held).outputs == held.outputs
    bench.delete(held)
    assert ZoneEditor(server).names() == frozenset()


PRIMARY = "name the server that is primary for the zone, and a key that it knows"
UNSIGNED = "it may not be primary for the zone, or not know the key of the connection"
KEY = "check key_name, key_algorithm and key_secret of the connection"


@pytest.mark.parametrize(
    ("connection", "zone", "message", "hint"),
    [
        ({"key_name": None, "key_secret": None}, None, "does not change the zone parts.test: NOTAUTH", PRIMARY),
        ({}, "elsewhere.example", "gives an answer that is not signed as it should be", UNSIGNED),
        ({"key_name": "nobody"}, None, "refuses the TSIG key nobody", KEY),
        ({"key_secret": SecretStr("d3Jvbmc=")}, None, "refuses the TSIG key", KEY),
        ({"key_secret": SecretStr("abcde")}, None, "is no base64 text", "give it as the server's key file has it"),
        ({"port": 1}, None, "cannot be reached: ", "check host and port of the connection, and that it answers over TCP"),
    ],
    ids=["no key", "another zone", "an unknown key", "a wrong secret", "no base64", "nobody there"],
)  # fmt: skip
def test_a_refusal_says_why_and_what_to_do(
    server: DnsServer,
    tmp_path: Path,
    connection: dict[str, object],
    zone: str | None,
    message: str,
    hint: str,
) -> None:
    given = connection_to(server).model_copy(update=connection)
    with Bench(Dns(), tmp_path, given) as bench, pytest.raises(Fault) as refused:
        bench.create({"name": "one", "zone": zone or server.zone, "values": ["192.0.2.1"]})
    assert message in refused.value.message
    assert refused.value.hint == hint


def test_every_address_of_the_servers_host_is_tried(
    server: DnsServer, bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = socket.getaddrinfo

    def two(host: str, port: int, *rest: int, **more: int) -> list[tuple[object, ...]]:
        """Nobody listens at the first of them."""
        return [*found("127.0.0.9", port, *rest, **more), *found(host, port, *rest, **more)]

    monkeypatch.setattr(socket, "getaddrinfo", two)
    held = bench.create({"name": "one", "zone": server.zone, "values": ["192.0.2.1"]})
    assert bench.read(held).outputs["values"] == ["192.0.2.1"]
    bench.delete(held)


@pytest.fixture
def bench(server: DnsServer, tmp_path: Path) -> Iterator[Bench]:
    with Bench(Dns(), tmp_path, connection_to(server)) as bench:
        yield bench
