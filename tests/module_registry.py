"""A registry of modules over https, and the repositories that it names, from one server of this process."""

import contextlib
import json
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from authority import Authority
from repository import Repository

SERVICES = "/.well-known/terraform.json"


@dataclass
class Registry:
    """What it says: the place of each version by its path below `/v1/modules/`. `asked` are the paths that were asked for.

    Every question that is not about a repository needs `token`, where there is one.
    """

    port: int
    folder: Path
    root: Path
    places: dict[str, str] = field(default_factory=dict[str, str])
    services: dict[str, Any] = field(default_factory=lambda: {"modules.v1": "/v1/modules/"})
    token: str | None = None
    asked: list[str] = field(default_factory=list[str])

    @property
    def host(self) -> str:
        """What stands before the names of its modules."""
        return f"127.0.0.1:{self.port}"

    def publish(self, module: str, version: str, repository: Repository, ref: str) -> str:
        """Serve a repository, and say that a version lies there at `ref`; its address without the version."""
        bare = self.folder / f"{repository.folder.name}.git"
        repository.git("clone", "-q", "--bare", str(repository.folder), str(bare))
        Repository(bare).git("update-server-info")
        address = f"git::https://{self.host}/{bare.name}"
        self.places[f"{module}/{version}"] = f"{address}?ref={ref}"
        return address


@contextlib.contextmanager
def registry(folder: Path) -> Iterator[Registry]:
    """A running one; who is to trust it is given the certificate of `root`."""
    authority = Authority("Registries")
    served = folder / "served"
    served.mkdir()

    class Handler(SimpleHTTPRequestHandler):
        def __init__(self, *args: Any) -> None:
            super().__init__(*args, directory=str(served))

        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            if ".git/" in path:
                super().do_GET()
                return
            found.asked.append(path)
            if path == SERVICES:
                self._answer(200, found.services)
            elif found.token is not None and self.headers.get("Authorization") != f"Bearer {found.token}":
                self._answer(401, {"errors": ["Unauthorized"]})
            elif path.endswith("/versions"):
                module = path.removeprefix("/v1/modules/").removesuffix("/versions")
                known = [key.rpartition("/")[2] for key in found.places if key.startswith(f"{module}/")]
                self._answer(200, {"modules": [{"versions": [{"version": v} for v in known]}]})
            else:
                key = path.removeprefix("/v1/modules/").removesuffix("/download")
                place = found.places.get(key)
                self._answer(404 if place is None else 204, None, place)

        def _answer(self, code: int, body: Any, place: str | None = None) -> None:
            content = b"" if body is None else json.dumps(body).encode()
            self.send_response(code)
            self.send_header("Content-Type", "application/json")
            if place is not None:
                self.send_header("X-Terraform-Get", place)
            if code != 204:
                self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    authority.server("127.0.0.1", folder / "server.pem", folder / "server.key")
    trust = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trust.load_cert_chain(folder / "server.pem", folder / "server.key")
    server.socket = trust.wrap_socket(server.socket, server_side=True)
    found = Registry(server.server_address[1], served, authority.root(folder / "root.pem"))
    runner = threading.Thread(target=server.serve_forever, daemon=True)
    runner.start()
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()
        runner.join()
