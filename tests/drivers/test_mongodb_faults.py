"""What the driver `mongodb` says before and instead of an answer of the server."""

import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError
from pymongo import errors

from authority import Authority
from bakehouse.drivers.builtin.mongodb import Mongodb, MongodbConnection, MongodbInputs
from bakehouse.drivers.builtin.mongodb.faults import fault
from bakehouse.drivers.builtin.mongodb.holding import Holding, mark
from bakehouse.drivers.builtin.mongodb.models import url
from bakehouse.drivers.conformance import Bench
from bakehouse.drivers.sdk import PermanentFault, TransientFault
from bakehouse.graph.values import Value
from client_libraries import assert_it_says_how_to_get
from parts.mongo_protocol import MongoServer
from parts.mongodb import mongodb
from parts.running import free_port

pytestmark = pytest.mark.slow

LOGIN: dict[str, Any] = {"username": "admin", "password": SecretStr("x")}


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with Bench(Mongodb(), tmp_path) as bench:
        yield bench


@pytest.fixture(scope="module")
def store() -> Iterator[MongoServer]:
    with mongodb() as running:
        yield running


def given(bench: Bench, port: int, password: str = "x", **more: Value) -> dict[str, Value]:
    login = {"username": "admin", "password": bench.vault.put("admin", password)}
    return {"server": {"host": "127.0.0.1", "port": port, **login, **more}, "database": "orders"}


@pytest.mark.parametrize("name", ["", "Admin", "local", "a.b", "a b", "a/b", "$a", "x" * 64, "ä"])
def test_a_name_that_the_server_would_refuse_is_refused_before(name: str) -> None:
    with pytest.raises(ValidationError, match="database"):
        MongodbInputs(database=name)


def test_only_this_machine_needs_no_tls() -> None:
    login: dict[str, Any] = {"username": "admin", "password": SecretStr("x")}
    assert MongodbConnection(host="db.internal", **login).secure
    assert not MongodbConnection(host="127.0.0.1", **login).secure
    with pytest.raises(ValidationError, match="tls is off"):
        MongodbConnection(host="db.internal", tls=False, **login)


def test_without_the_client_library_it_says_how_to_get_it(bench: Bench) -> None:
    place = {"host": "127.0.0.1", "username": "admin", "password": bench.vault.put("admin", "x")}
    bench.seconds = 1.0
    assert_it_says_how_to_get("pymongo", "mongodb", bench, {"server": place, "database": "orders"})


@pytest.mark.parametrize("host", ["db:1", "127.0.0.1:27017", "::1:x", "[::1]", "a:b:c", ":", ""])
def test_a_host_with_a_port_is_refused_before(host: str) -> None:
    with pytest.raises(ValidationError, match="host"):
        MongodbConnection(host=host, **LOGIN)


def test_an_address_of_ipv6_is_a_host(bench: Bench) -> None:
    bench.seconds = 2.0
    inputs = given(bench, free_port(), host="::1")
    with pytest.raises(TransientFault, match="MongoDB at ::1"):
        bench.create(inputs)
    server = MongodbConnection(host="::1", **LOGIN)
    assert url(server, "orders", "app", "x") == "mongodb://app:x@[::1]:27017/orders?authSource=orders"


@pytest.mark.parametrize(
    "roles", [["bakehouse-shop"], ["bakehouse-", "bakehouse-0123", "Bakehouse-" + "0" * 40]]
)
def test_a_database_named_like_a_mark_is_none(roles: list[str]) -> None:
    named = frozenset((role, "read") for role in roles)
    seen = Holding("bakehouse-shop", "shop", mark("token"), (), None, named)
    assert seen.user_mark is None
    ours = Holding("bakehouse-shop", "shop", mark("token"), (), None, named | {(mark("token"), "read")})
    assert ours.user_is_ours
    assert ours.user_mark == mark("token")
    theirs = Holding("bakehouse-shop", "shop", mark("token"), (), None, named | {(mark("other"), "read")})
    assert not theirs.user_is_ours
    assert theirs.user_mark == mark("other")


def no_primary(code: int) -> errors.NotPrimaryError:
    return errors.NotPrimaryError("not primary", {"ok": 0, "errmsg": "not primary", "code": code})


@pytest.mark.parametrize(
    ("error", "kind", "hint"),
    [
        (no_primary(10107), PermanentFault, "give the primary"),
        (no_primary(13435), PermanentFault, "give the primary"),
        (no_primary(13436), PermanentFault, "give the primary"),
        (no_primary(91), TransientFault, "server runs"),
        (no_primary(189), TransientFault, "server runs"),
        (no_primary(11600), TransientFault, "server runs"),
        (no_primary(11602), TransientFault, "server runs"),
        (errors.NotPrimaryError("not master"), TransientFault, "server runs"),
        (
            errors.AutoReconnect("ssl.certificate.internal:1: connection closed"),
            TransientFault,
            "server runs",
        ),
        (errors.AutoReconnect("SSL handshake failed: a:1: EOF occurred"), TransientFault, "wants TLS"),
        (
            errors.AutoReconnect("SSL handshake failed: a:1: [SSL] record layer failure (_ssl.c:1)"),
            PermanentFault,
            "check tls and ca",
        ),
        (ssl.SSLError("[X509] PEM lib (_ssl.c:4154)"), PermanentFault, "check tls and ca"),
        (OSError("No space left on device"), TransientFault, "server runs"),
    ],
)
def test_each_error_has_its_fault(error: Exception, kind: type[Exception], hint: str) -> None:
    found = fault(error, "MongoDB at SSL.certificate.internal:27017")
    assert type(found) is kind
    assert hint in str(found.hint)


def reset(peer: socket.socket) -> None:
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def end(peer: socket.socket) -> None:
    peer.recv(9999)


def speak_http(peer: socket.socket) -> None:
    peer.recv(9999)
    peer.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")


@pytest.mark.parametrize(
    ("answer", "kind"), [(reset, TransientFault), (end, TransientFault), (speak_http, PermanentFault)]
)
def test_a_handshake_that_breaks_may_pass_but_another_protocol_does_not(
    bench: Bench, answer: Callable[[socket.socket], None], kind: type[Exception]
) -> None:
    bench.seconds = 2.0
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            while True:
                peer, _ = listening.accept()
                with peer:
                    if not peer.recv(1, socket.MSG_PEEK):
                        return
                    answer(peer)

        serving = threading.Thread(target=serve)
        serving.start()
        port: int = listening.getsockname()[1]
        try:
            with pytest.raises(kind, match="SSL handshake failed") as caught:
                bench.create(given(bench, port, tls=True))
        finally:
            bench.seconds = 1.0
            socket.create_connection(("127.0.0.1", port)).close()
            serving.join()
    assert type(caught.value) is kind


def test_a_certificate_is_trusted_by_ca_alone_and_must_name_the_host(bench: Bench, tmp_path: Path) -> None:
    bench.seconds = 4.0
    authority, files = Authority("ours"), {"cert": tmp_path / "cert.pem", "key": tmp_path / "key.pem"}
    root = authority.root(tmp_path / "ca.pem").read_text("ascii")
    authority.server("127.0.0.1", files["cert"], files["key"])
    with mongodb(tls=files) as store:
        inputs = given(bench, store.port, store.password, tls=True, ca=root)
        bench.delete(bench.create(inputs))
        bench.seconds = 2.0
        for wrong in ({"ca": None}, {"host": "localhost"}, {"ca": "no certificate"}):
            with pytest.raises(PermanentFault) as caught:
                bench.create({**inputs, "server": {**dict(inputs["server"]), **wrong}})
            assert "check tls and ca" in str(caught.value.hint)


@pytest.mark.parametrize("password", ["secret\n", "a\0b", "\u00ad", ""])
def test_a_password_that_cannot_be_sent_is_said_and_not_shown(
    bench: Bench, store: MongoServer, password: str
) -> None:
    with pytest.raises(PermanentFault, match="the password is empty or holds") as caught:
        bench.create(given(bench, store.port, password))
    assert caught.value.hint == "check username and password of the server or connection"
    assert "secret" not in str(caught.value)


def test_certificates_that_cannot_be_written_down_are_a_fault(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "missing"))
    with pytest.raises(TransientFault, match="No such file"):
        bench.create(given(bench, 1, tls=True, ca="x"))
