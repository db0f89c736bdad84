"""The proxy program, over real sockets."""

import base64
import contextlib
import hashlib
import http.client
import http.server
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest

from bakehouse.drivers.builtin.local.listeners import listens
from bakehouse.drivers.builtin.local.ports import PortReservations, answers
from bakehouse.drivers.builtin.local.supervisor import Supervisor
from bakehouse.drivers.builtin.proxy.driver import Proxy as ProxyDriver
from bakehouse.drivers.conformance import Bench
from bakehouse.drivers.sdk import PermanentFault
from local_target import eventually, free_port

pytestmark = pytest.mark.slow


class Upstream(http.server.BaseHTTPRequestHandler):
    """Answers with what it was asked."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        if self.headers.get("Upgrade") == "websocket":
            self.upgrade()
        elif self.path.startswith("/chunked"):
            self.chunked()
        else:
            self.echo()

    def do_POST(self) -> None:
        self.echo()

    def do_HEAD(self) -> None:
        self.echo()

    def echo(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length) if length else self.read_chunks()
        seen = {
            "path": self.path,
            "body": body.decode(),
            "headers": dict(self.headers),
            "method": self.command,
        }
        data = json.dumps(seen).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Keep-Alive", "timeout=5")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def read_chunks(self) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return b""
        found = b""
        while size := int(self.rfile.readline(), 16):
            found += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return found

    def chunked(self) -> None:
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for _ in range(3):
            self.wfile.write(b"5\r\nhello\r\n")
        self.wfile.write(b"0\r\n\r\n")

    def upgrade(self) -> None:
        key = self.headers["Sec-WebSocket-Key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
        self.send_response(101)
        self.send_header("Upgrade", "websocket")
        self.send_header("Connection", "Upgrade")
        self.send_header(
            "Sec-WebSocket-Accept", base64.b64encode(hashlib.sha1(key.encode()).digest()).decode()
        )
        self.end_headers()
        self.close_connection = True
        while data := self.connection.recv(100):
            self.connection.sendall(data[::-1])

    def log_request(self, code: object = "-", size: object = "-") -> None:
        """Say nothing."""


@pytest.fixture
def upstream() -> Iterator[int]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Upstream)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port
    server.shutdown()
    server.server_close()
    thread.join()


class Running:
    """The proxy as a program of its own, and its folder of routes."""

    def __init__(self, folder: Path) -> None:
        self.routes = folder / "routes"
        self.routes.mkdir()
        self.port = free_port()
        self.start()

    def start(self) -> None:
        module = "bakehouse.drivers.builtin.proxy.server"
        command = [sys.executable, "-m", module, "--port", str(self.port), "--routes", str(self.routes)]
        self.process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        assert eventually(lambda: answers(self.port))

    def stop(self) -> None:
        self.process.terminate()
        assert self.process.wait(10) == 0

    def route(self, name: str, host: str, path: str, port: int) -> None:
        rule = {"host": host, "path": path, "upstream": "127.0.0.1", "port": port, "name": name}
        fresh = self.routes / f".{name}"
        fresh.write_text(json.dumps(rule))
        fresh.rename(self.routes / f"{name}.json")

    def ask(self, host: str, path: str = "/", method: str = "GET", **more: Any) -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        with contextlib.closing(connection):
            headers = {"Host": host, **more.pop("headers", {})}
            connection.request(method, path, headers=headers, **more)
            response = connection.getresponse()
            return response.status, response.read().decode()

    def raw(self, data: bytes) -> bytes:
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as client:
            client.sendall(data)
            found = b""
            with contextlib.suppress(ConnectionResetError):
                while more := client.recv(65536):
                    found += more
            return found


@pytest.fixture
def proxy(tmp_path: Path) -> Iterator[Running]:
    running = Running(tmp_path)
    yield running
    running.stop()


def test_a_request_goes_where_its_host_and_longest_path_say(proxy: Running, upstream: int) -> None:
    proxy.route("site", "shop.localhost", "/", upstream)
    proxy.route("admin", "shop.localhost", "/admin", free_port())
    proxy.route("other", "other.localhost", "/", free_port())
    status, body = proxy.ask("SHOP.localhost:1234", "/a/b?c=d")
    assert status == 200
    assert json.loads(body)["path"] == "/a/b?c=d"
    assert proxy.ask("shop.localhost", "/administrators")[0] == 200
    assert proxy.ask("shop.localhost", "/admin")[0] == 502
    assert proxy.ask("shop.localhost", "/admin/x")[0] == 502


def test_who_asked_is_passed_on(proxy: Running, upstream: int) -> None:
    proxy.route("site", "shop.localhost", "/", upstream)
    more = {"X-Forwarded-For": "10.0.0.1", "X-Forwarded-Proto": "https", "Connection": "X-Hop", "X-Hop": "1"}
    seen = json.loads(proxy.ask("shop.localhost:8080", headers=more)[1])["headers"]
    assert seen["Host"] == "shop.localhost:8080"
    assert seen["X-Forwarded-For"] == "10.0.0.1, 127.0.0.1"
    assert seen["X-Forwarded-Host"] == "shop.localhost:8080"
    assert seen["X-Forwarded-Proto"] == "http"
    assert "X-Hop" not in seen


def test_bodies_arrive_whole_both_ways(proxy: Running, upstream: int) -> None:
    proxy.route("site", "shop.localhost", "/", upstream)
    big = "x" * 3_000_000
    assert json.loads(proxy.ask("shop.localhost", "/", "POST", body=big)[1])["body"] == big
    chunks = iter([b"one ", b"two ", b"three"])
    assert json.loads(proxy.ask("shop.localhost", "/", "POST", body=chunks)[1])["body"] == "one two three"
    assert proxy.ask("shop.localhost", "/chunked") == (200, "hellohellohello")
    assert proxy.ask("shop.localhost", "/", "HEAD") == (200, "")


def test_new_and_removed_routes_count_at_once(proxy: Running, upstream: int) -> None:
    for _ in range(20):
        assert proxy.ask("shop.localhost")[0] == 404
        proxy.route("site", "shop.localhost", "/", upstream)
        assert proxy.ask("shop.localhost")[0] == 200
        (proxy.routes / "site.json").unlink()


def test_a_page_lists_what_is_known_and_quotes_what_was_asked(proxy: Running, upstream: int) -> None:
    proxy.route("route#web.r", "shop.localhost", "/shop", upstream)
    (proxy.routes / "broken.json").write_text("{")
    status, body = proxy.ask("nobody.localhost", "/<script>")
    assert status == 404
    assert f"http://shop.localhost:{proxy.port}/shop" in body
    assert "&lt;script&gt;" in body
    assert "<script>" not in body


def test_a_silent_upstream_is_named(proxy: Running) -> None:
    port = free_port()
    proxy.route("route#web.r", "shop.localhost", "/", port)
    status, body = proxy.ask("shop.localhost")
    assert status == 502
    assert "route#web.r" in body
    assert f"127.0.0.1:{port}" in body


def test_an_upstream_that_hangs_up_is_a_bad_gateway(proxy: Running) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        proxy.route("site", "shop.localhost", "/", server.getsockname()[1])
        thread = threading.Thread(target=lambda: server.accept()[0].close())
        thread.start()
        assert proxy.ask("shop.localhost")[0] == 502
        thread.join()


def test_websockets_pass_both_ways(proxy: Running, upstream: int) -> None:
    proxy.route("site", "shop.localhost", "/", upstream)
    with socket.create_connection(("127.0.0.1", proxy.port), timeout=10) as client:
        client.sendall(
            b"GET /ws HTTP/1.1\r\nHost: shop.localhost\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n"
            b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
        )
        head = client.recv(4096)
        assert head.startswith(b"HTTP/1.1 101")
        assert b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" in head
        for _ in range(3):
            client.sendall(b"abc")
            assert client.recv(100) == b"cba"


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"nonsense\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nHost: a\r\nBad header\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nHost : a\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\nHost: a\r\n\r\n", b"400"),
        (b"GET / HTTP/3.0\r\nHost: a\r\n\r\n", b"505"),
        (b"CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n", b"405"),
        (b"GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"x" * 70_000 + b"\r\n\r\n", b"431"),
        (b"POST / HTTP/1.1\r\nHost: s\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", b"400"),
        (b"POST / HTTP/1.1\r\nHost: s\r\nContent-Length: +1\r\n\r\n", b"400"),
        (b"POST / HTTP/1.1\r\nHost: s\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", b"400"),
        (b"POST / HTTP/1.1\r\nHost: s\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", b"501"),
    ],
)
def test_what_is_no_clear_request_is_refused(
    proxy: Running, upstream: int, request_: bytes, status: bytes
) -> None:
    proxy.route("site", "s", "/", upstream)
    assert proxy.raw(request_).split(b" ", 2)[1] == status


def test_a_second_request_behind_the_first_is_not_passed_on(proxy: Running, upstream: int) -> None:
    proxy.route("site", "s", "/", upstream)
    one = b"POST /one HTTP/1.1\r\nHost: s\r\nContent-Length: 2\r\n\r\nhi"
    answer = proxy.raw(one + b"GET /two HTTP/1.1\r\nHost: s\r\n\r\n")
    assert answer.count(b"HTTP/1.1 200") == 1
    assert b"/two" not in answer


def test_an_absolute_target_is_made_relative(proxy: Running, upstream: int) -> None:
    proxy.route("site", "s", "/", upstream)
    assert b'"path": "/x?y"' in proxy.raw(b"GET http://s/x?y HTTP/1.1\r\nHost: s\r\n\r\n")


def test_it_starts_again_on_the_same_port(proxy: Running, upstream: int) -> None:
    proxy.route("site", "shop.localhost", "/", upstream)
    assert proxy.ask("shop.localhost")[0] == 200
    proxy.process.send_signal(signal.SIGKILL)
    proxy.process.wait()
    proxy.start()
    assert proxy.ask("shop.localhost")[0] == 200


def test_a_taken_port_is_said(proxy: Running, tmp_path: Path) -> None:
    module = "bakehouse.drivers.builtin.proxy.server"
    command = [sys.executable, "-m", module, "--port", str(proxy.port), "--routes", str(tmp_path)]
    run = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    assert run.returncode == 1
    assert "cannot listen on 127.0.0.1" in run.stderr
    assert "Traceback" not in run.stderr


def test_a_kept_port_that_somebody_else_took_is_said(tmp_path: Path, isolated_home: Path) -> None:
    with Bench(ProxyDriver(), tmp_path) as bench:
        held = bench.create({"preferred_port": free_port()})
        bench.driver.pause(bench.context(held.prior()))
        assert eventually(lambda: not bench.status(held).running)
        with (
            socket.create_server(("127.0.0.1", held.outputs["port"])),
            pytest.raises(PermanentFault, match="is used by another program"),
        ):
            bench.update(held, {"preferred_port": 8080})
        assert bench.update(held, {"preferred_port": 8080}).outputs == held.outputs
        bench.delete(held)


def test_a_port_that_somebody_else_got_first_gives_way_to_another(
    tmp_path: Path, isolated_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Beaten(PortReservations):
        lost: ClassVar[list[int]] = []

        def _choose(self, *args: Any, **more: Any) -> int:
            return self.lost.pop() if self.lost else super()._choose(*args, **more)

    monkeypatch.setattr("bakehouse.drivers.builtin.proxy.driver.PortReservations", Beaten)
    with socket.create_server(("127.0.0.1", 0)) as thief, Bench(ProxyDriver(), tmp_path) as bench:
        taken = int(thief.getsockname()[1])
        Beaten.lost.append(taken)
        held = bench.create({"preferred_port": taken})
        assert held.outputs["port"] != taken
        process = Supervisor(bench.workspace).process(held.private["programs"]["proxy"])
        assert process is not None
        assert listens(process.pid, held.outputs["port"])
        assert listens(os.getpid(), taken)
        assert not listens(os.getpid(), held.outputs["port"])
        bench.delete(held)
