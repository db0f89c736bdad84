"""A real Vault server in its development mode: unsealed, in memory, with a key-value engine (version 2) at `secret`."""

import contextlib
import json
import secrets
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field

from parts.answering import answers
from parts.finding import Program, need
from parts.running import folder, free_port, server

VAULT = Program("vault", "vault")


@dataclass(frozen=True)
class VaultServer:
    """A running server and the token that may do everything."""

    url: str
    token: str = field(repr=False)

    def request(self, path: str, body: object = None, method: str | None = None) -> bytes:
        """What the API tells the administrator; nothing when it says no."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"X-Vault-Token": self.token}
        return answers(urllib.request.Request(f"{self.url}/v1/{path}", data, headers, method=method))


@contextlib.contextmanager
def vault() -> Iterator[VaultServer]:
    """A server on loopback that keeps nothing when it ends."""
    running = VaultServer(f"http://127.0.0.1:{free_port()}", secrets.token_urlsafe(24))
    with folder("vault") as place:
        listen = running.url.removeprefix("http://")
        argv = (str(need(VAULT)), "server", "-dev", "-dev-no-store-token", f"-dev-listen-address={listen}")
        token = {"VAULT_DEV_ROOT_TOKEN_ID": running.token}
        with server(argv, place, lambda: _ready(running), name="vault", variables=token):
            yield running


def _ready(running: VaultServer) -> bool:
    """Whether its engine is there: it answers before that."""
    return bool(running.request("secret/config"))
