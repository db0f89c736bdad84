"""What goes wrong between us and a cluster: answers of a server that has too much to do, and a webhook that refuses."""

import base64
import contextlib
import datetime
import ipaddress
import json
import ssl
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from parts.control_plane import ControlPlane

Answer = tuple[int, dict[str, str]]


class _Silent(BaseHTTPRequestHandler):
    """A handler that logs nothing."""

    def log_request(self, *args: Any) -> None:
        """Say nothing."""


@dataclass
class Between:
    """A proxy before an API server. ``faults`` says of each request which answer it gets in place of the server's."""

    url: str
    faults: Callable[[str, str], Answer | None] = lambda method, path: None
    given: list[int] = field(default_factory=list)


@contextlib.contextmanager
def between(plane: ControlPlane) -> Iterator[Between]:
    """Forwards every request as it is, with its credentials."""
    trusted = ssl.create_default_context(cafile=str(plane.authority))

    class Handler(_Silent):
        def forward(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            fault = found.faults(self.command, self.path)
            if fault is not None:
                found.given.append(fault[0])
                self.answer(*fault, b"")
                return
            names = ("Authorization", "Content-Type", "Accept")
            headers = {n: self.headers[n] for n in names if self.headers[n]}
            request = urllib.request.Request(
                f"{plane.url}{self.path}", data=body or None, headers=headers, method=self.command
            )
            try:
                with urllib.request.urlopen(request, context=trusted) as said:
                    self.answer(said.status, {}, said.read())
            except urllib.error.HTTPError as error:
                self.answer(error.code, {}, error.read())

        def answer(self, status: int, headers: dict[str, str], content: bytes) -> None:
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(content))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PATCH = do_DELETE = forward  # noqa: N815 - the names that the server calls

    with _served(ThreadingHTTPServer(("127.0.0.1", 0), Handler)) as port:
        found = Between(f"http://127.0.0.1:{port}")
        yield found


@contextlib.contextmanager
def webhook(folder: Path, message: str) -> Iterator[tuple[str, str]]:
    """The address of an https service that lets nothing through and says ``message``, and its CA bundle."""
    certificate = _certificate(folder)

    class Handler(_Silent):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            told = {"uid": asked["request"]["uid"], "allowed": False, "status": {"message": message}}
            content = json.dumps(
                {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "response": told}
            )
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(content.encode())

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    secured = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    secured.load_cert_chain(certificate)
    server.socket = secured.wrap_socket(server.socket, server_side=True)
    with _served(server) as port:
        yield f"https://127.0.0.1:{port}/", base64.b64encode(certificate.read_bytes()).decode()


@contextlib.contextmanager
def _served(server: ThreadingHTTPServer) -> Iterator[int]:
    serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    serving.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        serving.join()
        server.server_close()


def _certificate(folder: Path) -> Path:
    """One for 127.0.0.1 that signs itself, with its key behind it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "webhook")])
    now = datetime.datetime.now(datetime.UTC)
    address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(hours=1))
        .add_extension(address, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "webhook.pem"
    path.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return path
