"""What the driver `redis` says before and instead of an answer of the server."""

import ssl
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from pydantic import ValidationError
from redis import exceptions

from bakehouse.drivers.builtin.redis import Redis, RedisInputs
from bakehouse.drivers.builtin.redis import session as under_test
from bakehouse.drivers.builtin.redis.faults import fault
from bakehouse.drivers.conformance import Bench
from bakehouse.drivers.sdk import PermanentFault, TransientFault
from bakehouse.graph.values import Value
from client_libraries import assert_it_says_how_to_get
from parts.redis import RedisServer, redis

pytestmark = pytest.mark.slow


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with Bench(Redis(), tmp_path) as bench:
        yield bench


def given(store: RedisServer, bench: Bench) -> dict[str, Value]:
    password = bench.vault.put("admin", store.password)
    return {"server": {"host": store.host, "port": store.port, "password": password}, "prefix": "orders"}


@pytest.mark.parametrize("prefix", ["", "x" * 129, "orders*", "a b", "a:b", "bakehouse", "ä", "a\n"])
def test_a_prefix_that_would_reach_further_is_refused_before(prefix: str) -> None:
    with pytest.raises(ValidationError, match="prefix"):
        RedisInputs(prefix=prefix)


def test_without_the_client_library_it_says_how_to_get_it(bench: Bench) -> None:
    place = {"host": "127.0.0.1", "port": 1}
    assert_it_says_how_to_get("redis", "redis", bench, {"server": place, "prefix": "orders"})


@pytest.mark.parametrize(
    ("settings", "kind", "said"),
    [
        ("cluster-enabled yes", PermanentFault, "node of a cluster"),
        ("replicaof 127.0.0.1 1", PermanentFault, "read only replica"),
        ("maxmemory 1kb", TransientFault, "maxmemory"),
    ],
)
def test_a_server_that_cannot_serve_says_why(
    bench: Bench, settings: str, kind: type[Exception], said: str
) -> None:
    with redis(settings=settings) as store, pytest.raises(kind, match=said):
        bench.create(given(store, bench))


def test_a_server_with_too_many_clients_may_have_room_later(bench: Bench) -> None:
    with redis(settings="maxclients 1") as store, store.client(password=store.password) as client:
        assert client.ping()
        with pytest.raises(TransientFault, match="max number of clients"):
            bench.create(given(store, bench))


def test_a_server_that_keeps_no_users_is_used_and_it_is_said(bench: Bench) -> None:
    with redis(settings='rename-command CONFIG ""') as store:
        bench.delete(bench.create(given(store, bench)))
    assert any("keeps its users only until it ends" in line for line in bench.said)


def test_tls_to_a_server_that_has_none_ends_in_time_with_a_hint(bench: Bench) -> None:
    bench.seconds = 2.0
    with redis() as store:
        inputs = given(store, bench)
        with pytest.raises(TransientFault) as caught:
            bench.create({**inputs, "server": {**dict(inputs["server"]), "tls": True}})
    assert "TLS" in str(caught.value.hint)


def test_a_certificate_that_nobody_trusts_is_no_passing_fault() -> None:
    error = exceptions.ConnectionError("Error 1 connecting")
    error.__cause__ = ssl.SSLCertVerificationError("self-signed certificate")
    assert type(fault(error, "Redis")) is PermanentFault


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (exceptions.BusyLoadingError("Redis is loading the dataset in memory"), TransientFault),
        (exceptions.ResponseError("BUSY Redis is busy running a script"), TransientFault),
        (exceptions.ResponseError("MISCONF Redis cannot save to disk"), TransientFault),
        (exceptions.TimeoutError("Timeout reading from socket"), TransientFault),
        (OSError("Network is unreachable"), TransientFault),
        (exceptions.ResponseError("ERR unknown command"), PermanentFault),
    ],
)
def test_each_error_of_the_server_has_its_fault(error: Exception, kind: type[Exception]) -> None:
    assert type(fault(error, "Redis")) is kind


def test_a_server_that_is_too_old_is_refused(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """No such server can be had beside a current one, so its answer is put in place of the real one's."""
    answers = {"server": {"redis_version": "6.2.14"}, "cluster": {"cluster_enabled": 0}}
    old = SimpleNamespace(execute_command=lambda _, section: answers[section])
    real = under_test.Session
    monkeypatch.setattr(under_test, "Session", lambda client: real(old))
    with redis() as store, pytest.raises(PermanentFault, match=r"Redis 6\.2\.14, and must be 7"):
        bench.create(given(store, bench))
