"""A real registry of images and charts, over https, whose one user has a password."""

import base64
import contextlib
import ssl
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from authority import Authority
from parts.finding import Program, need
from parts.running import folder, free_port, server

REGISTRY = Program("docker-registry", how="install Debian's docker-registry")
USER, PASSWORD = "baker", "kneaded-by-hand"
_HASHED = "$2b$04$OW/bm6VjMIBl3Bxq9qyfbOQEDIgRsuYd8912wCidEkk3Z8aubkCRK"


@dataclass(frozen=True)
class OciRegistry:
    """A running one: ``host`` with its port, and the certificate that whoever asks it has to trust."""

    host: str
    root: Path


@contextlib.contextmanager
def oci_registry() -> Iterator[OciRegistry]:
    """A registry that ends, with all that was put into it, with the block."""
    program, port = str(need(REGISTRY)), free_port()
    with folder("registry") as place:
        authority = Authority("Images")
        root = authority.root(place / "root.pem")
        authority.server("127.0.0.1", place / "server.pem", place / "server.key")
        (place / "users").write_text(f"{USER}:{_HASHED}\n")
        (place / "config.yml").write_text(
            f"version: 0.1\nlog: {{level: warn, accesslog: {{disabled: true}}}}\n"
            f"storage: {{filesystem: {{rootdirectory: {place}/data}}}}\n"
            f"auth: {{htpasswd: {{realm: bakery, path: {place}/users}}}}\n"
            f"http: {{addr: '127.0.0.1:{port}', secret: planted, "
            f"tls: {{certificate: {place}/server.pem, key: {place}/server.key}}}}\n"
        )
        running = OciRegistry(f"127.0.0.1:{port}", root)
        with server(
            (program, "serve", f"{place}/config.yml"), place, lambda: _answers(running), name="registry"
        ):
            yield running


def _answers(registry: OciRegistry) -> bool:
    login = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
    asking = urllib.request.Request(
        f"https://{registry.host}/v2/", headers={"Authorization": f"Basic {login}"}
    )
    trusted = ssl.create_default_context(cafile=str(registry.root))
    with (
        contextlib.suppress(urllib.error.URLError, OSError),
        urllib.request.urlopen(asking, timeout=5, context=trusted) as answer,
    ):
        return bool(answer.status == 200)
    return False
