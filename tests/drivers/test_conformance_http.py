"""The driver `http` keeps every promise with the documentation's example service, and survives services that do not."""

import contextlib
import http.server
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, SecretStr, ValidationError

from bakehouse.drivers.builtin.http import Http, HttpConnection
from bakehouse.drivers.builtin.http.signing import signed
from bakehouse.drivers.conformance import Bench, DriverConformance, Vault
from bakehouse.drivers.conformance.hooks import Existing, Failing, InTheWorld
from bakehouse.drivers.sdk import (
    Cancellation,
    Cancelled,
    Fault,
    PermanentFault,
    Proposal,
    TransientFault,
)
from bakehouse.graph.address import Address
from bakehouse.graph.values import Unknown, Value
from documented import block

pytestmark = pytest.mark.slow

KEY = "a key that nobody guesses"


def connection_to(port: int, **changes: Any) -> HttpConnection:
    given = {"url": f"http://127.0.0.1:{port}/things", "key_id": "tests", "key_secret": KEY}
    return HttpConnection.model_validate({**given, **changes})


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """That of the example service, in a process of its own."""
    program = tmp_path_factory.mktemp("service") / "service.py"
    program.write_text(block("drivers/http.md", "python", "class Service"), encoding="utf-8")
    service = subprocess.Popen(
        [sys.executable, program],
        env={**os.environ, "SERVICE_KEY": KEY},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert service.stdout is not None
    yield int(service.stdout.readline())
    service.kill()
    service.wait()


class TestHttp(DriverConformance):
    @pytest.fixture
    def driver(self) -> Http:
        return Http()

    @pytest.fixture
    def connection(self, port: int) -> BaseModel:
        return connection_to(port)

    @pytest.fixture
    def world(self, tmp_path: Path) -> Path:
        folder = tmp_path / "world"
        folder.mkdir(mode=0o700)
        return folder

    @pytest.fixture
    def inputs(self, world: Path, vault: Vault) -> Mapping[str, Value]:
        given = {"folder": str(world), "text": "rye", "key": vault.put("key", "the clear key")}
        return {"path": "files", "inputs": given, "outputs": {"path": {"stable": True}, "text": {}}}

    @pytest.fixture
    def changed_inputs(self, inputs: Mapping[str, Value]) -> Mapping[str, Value]:
        return {**inputs, "inputs": {**inputs["inputs"], "text": "wheat"}}

    @pytest.fixture
    def break_it(self, world: Path) -> InTheWorld:
        return lambda bench, held: (Path(str(held.outputs["path"])).write_text("mouldy"), None)[1]

    @pytest.fixture
    def remove_it(self, world: Path) -> InTheWorld:
        return lambda bench, held: Path(str(held.outputs["path"])).unlink()

    @pytest.fixture
    def existing(self, world: Path) -> Existing:
        def write(bench: Bench) -> str:
            (world / "old.txt").write_text("stale")
            return "old.txt"

        return write

    @pytest.fixture
    def count(self, world: Path) -> Callable[[Bench], int]:
        return lambda bench: len(list(world.iterdir()))

    @pytest.fixture
    def failing(self, inputs: Mapping[str, Value], port: int) -> tuple[Failing, ...]:
        nowhere = {**inputs, "inputs": {**inputs["inputs"], "folder": "/nowhere"}}
        return (
            Failing(PermanentFault, nowhere),
            Failing(PermanentFault, {**inputs, "outputs": {"other": {}}}),
            Failing(PermanentFault, connection=connection_to(port, key_secret="another key altogether")),
            Failing(TransientFault, connection=connection_to(1)),
        )


Reply = Callable[[http.server.BaseHTTPRequestHandler, dict[str, Any]], None]


@contextlib.contextmanager
def service(reply: Reply) -> Iterator[int]:
    """A service that does with each request what a test wants; the port."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            with contextlib.suppress(OSError):
                reply(self, json.loads(self.rfile.read(length)))

        def log_message(self, *args: Any) -> None:
            """Nothing is printed."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()


def answering(*lines: dict[str, Any] | bytes, status: int = 200, **headers: str) -> Reply:
    def reply(handler: http.server.BaseHTTPRequestHandler, request: dict[str, Any]) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        for line in lines:
            handler.wfile.write(line if isinstance(line, bytes) else json.dumps(line).encode() + b"\n")

    return reply


def asked(reply: Reply, tmp_path: Path, **inputs: Value) -> Mapping[str, Value]:
    with service(reply) as port, Bench(Http(), tmp_path, connection_to(port), seconds=20.0) as bench:
        return bench.create(inputs).outputs


@pytest.mark.parametrize(
    ("reply", "kind", "said"),
    [
        (answering(status=503, Retry_After="7"), TransientFault, "answers 503 Service Unavailable"),
        (answering(status=429), TransientFault, "answers 429"),
        (answering(status=404), PermanentFault, "answers 404"),
        (answering(status=302, Location="http://127.0.0.1:1/"), PermanentFault, "answers 302"),
        (answering(), TransientFault, "ended without an answer"),
        (answering(b"<html>\n"), PermanentFault, "no JSON line"),
        (answering({"result": {}}, {"result": {}}), PermanentFault, "goes on after its answer"),
        (answering({"proposal": {}}), PermanentFault, "nobody asked for one"),
        (answering({"result": {"other": 1}}), PermanentFault, "a line of another form"),
        (answering(b"x" * (5 * 1024 * 1024)), PermanentFault, "says too much"),
    ],
)
def test_an_answer_that_is_none_is_told(reply: Reply, kind: type[Fault], said: str, tmp_path: Path) -> None:
    with pytest.raises(kind, match=said):
        asked(reply, tmp_path)


@pytest.mark.scenario(27)
def test_how_long_to_wait_is_heeded(tmp_path: Path) -> None:
    with pytest.raises(TransientFault) as caught:
        asked(answering(status=503, Retry_After="7"), tmp_path)
    assert caught.value.retry_after == 7


def test_secrets_are_taken_out_of_what_is_said(tmp_path: Path) -> None:
    def reply(handler: http.server.BaseHTTPRequestHandler, request: dict[str, Any]) -> None:
        clear = request["inputs"]["key"]
        fault = {"kind": "permanent", "message": f"{clear} is wrong", "hint": f"not {KEY}"}
        answering({"progress": f"trying {clear}"}, {"fault": fault})(handler, request)

    vault = Vault()
    key = vault.put("key", "the clear key")
    with service(reply) as port, Bench(Http(), tmp_path, connection_to(port), vault) as bench:
        with pytest.raises(PermanentFault) as caught:
            bench.create({"inputs": {"key": key}})
        assert (caught.value.message, caught.value.hint) == ("*** is wrong", "not ***")
        assert bench.said == ["trying ***"]


def test_a_service_that_says_nothing_is_given_up_when_asked_to(tmp_path: Path) -> None:
    stop = Cancellation()

    def silent(handler: http.server.BaseHTTPRequestHandler, request: dict[str, Any]) -> None:
        stop.set()
        time.sleep(3)

    with service(silent) as port, Bench(Http(), tmp_path, connection_to(port)) as bench:
        context = bench.context(cancelled=stop)
        with pytest.raises(Cancelled):
            bench.driver.create(context, bench.validated({}))


@pytest.mark.scenario(28)
def test_a_service_that_says_nothing_is_given_up_at_the_deadline(tmp_path: Path) -> None:
    def silent(handler: http.server.BaseHTTPRequestHandler, request: dict[str, Any]) -> None:
        time.sleep(3)

    with (
        service(silent) as port,
        Bench(Http(), tmp_path, connection_to(port), seconds=0.5) as bench,
        pytest.raises(TransientFault, match="did not answer in time"),
    ):
        bench.create({})


def test_a_service_plans_without_seeing_secrets(tmp_path: Path) -> None:
    seen: list[dict[str, Any]] = []
    proposal = {"action": "replace", "replace_paths": ["inputs.region"], "notes": ["a bucket cannot move"]}

    def reply(handler: http.server.BaseHTTPRequestHandler, request: dict[str, Any]) -> None:
        seen.append(request)
        answering({"proposal": proposal})(handler, request)

    vault = Vault()
    unknown = Unknown(Address.parse("upstream#x"), ("region",), "string")
    planned = {"inputs": {"key": vault.put("key", "the clear key"), "region": unknown}}
    with service(reply) as port, Bench(Http(), tmp_path, connection_to(port), vault) as bench:
        found = bench.driver.plan(bench.context(), planned)
    assert found == Proposal("replace", replace_paths=("inputs.region",), notes=("a bucket cannot move",))
    assert seen[0]["operation"] == "plan"
    assert seen[0]["inputs"]["region"]["$unknown"]["from"] == "upstream#x"
    assert "the clear key" not in json.dumps(seen)


def test_a_service_that_does_not_plan_leaves_it_to_the_engine(tmp_path: Path) -> None:
    with service(answering(status=501)) as port, Bench(Http(), tmp_path, connection_to(port)) as bench:
        assert bench.driver.plan(bench.context(), {}) is None


def test_a_service_that_is_down_while_planning_is_told_of(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with Bench(Http(), tmp_path, connection_to(port)) as bench:
        found = bench.driver.plan(bench.context(), {})
    assert found is not None
    assert found.refused is None
    assert found.notes[0].startswith(
        f"not asked: the service at http://127.0.0.1:{port}/things cannot be reached"
    )


@pytest.mark.parametrize(
    "url", ["http://example.com", "ftp://x", "https://", "https://me:pw@x.example", "https://x.example/?a=1"]
)
def test_a_url_that_could_give_secrets_away_is_refused(url: str) -> None:
    with pytest.raises(ValidationError):
        HttpConnection(url=url, key_id="k", key_secret=SecretStr(KEY))


def test_the_signature_is_that_of_time_path_and_body() -> None:
    assert signed(b"secret", "k", "/a/create", b"{}", 1700000000) == {
        "Bakehouse-Timestamp": "1700000000",
        "Bakehouse-Key": "k",
        "Bakehouse-Signature": "v1=c74395dc08a131b9832b2f4458ddede38376e36852e1743075e0a8fe8b0ed388",
    }
