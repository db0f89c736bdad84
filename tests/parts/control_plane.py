"""A real Kubernetes control plane: API server, controllers and scheduler over an etcd of its own.

It has no node; :mod:`parts.kwok` gives it some. Authorisation is RBAC: ``admin`` may do all, ``visitor`` nothing until
a test grants it something. Whatever a test makes, it makes in a namespace of its own, so that tests can share one.
"""

import contextlib
import json
import secrets
import ssl
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from parts.answering import answers
from parts.etcd import etcd
from parts.finding import Program, need
from parts.running import folder, free_port, server

API_SERVER = Program("kube-apiserver", "kubernetes")
CONTROLLERS = Program("kube-controller-manager", "kubernetes")
SCHEDULER = Program("kube-scheduler", "kubernetes")


@dataclass(frozen=True)
class ControlPlane:
    """A running control plane. The files are below ``folder``, for the one who runs the tests only.

    ``kubeconfig`` is the administrator's, ``visitor`` that of somebody with no rights; ``authority`` is the file with
    the certificates to trust.
    """

    url: str
    folder: Path
    token: str = field(repr=False)

    @property
    def kubeconfig(self) -> Path:
        return self.folder / "admin.kubeconfig"

    @property
    def visitor(self) -> Path:
        return self.folder / "visitor.kubeconfig"

    @property
    def authority(self) -> Path:
        return self.folder / "certificates" / "apiserver.crt"

    def request(self, path: str, body: object = None, method: str | None = None) -> bytes:
        """What the API tells the administrator; nothing when it says no. A body is sent as JSON, to PATCH as a merge."""
        kind = "application/merge-patch+json" if method == "PATCH" else "application/json"
        request = urllib.request.Request(
            f"{self.url}{path}",
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {self.token}", "Content-Type": kind},
            method=method,
        )
        try:
            trusted = ssl.create_default_context(cafile=str(self.authority))
        except OSError:
            return b""
        return answers(request, trusted)


@contextlib.contextmanager
def control_plane() -> Iterator[ControlPlane]:
    """A control plane that is ready: the namespace `default` exists and pods can be made in it."""
    programs = [str(need(program)) for program in (API_SERVER, CONTROLLERS, SCHEDULER)]
    port = free_port()
    with contextlib.ExitStack() as running:
        store = running.enter_context(etcd())
        place = running.enter_context(folder("kube"))
        tokens = {name: secrets.token_urlsafe(24) for name in ("admin", "visitor")}
        plane = ControlPlane(f"https://127.0.0.1:{port}", place, tokens["admin"])
        _write_keys(place)
        _write_users(plane, tokens)
        running.enter_context(
            server(
                _api_server(programs[0], plane, port, store),
                place,
                lambda: plane.request("/readyz") == b"ok",
                name="apiserver",
            )
        )
        common = (f"--kubeconfig={plane.kubeconfig}", "--leader-elect=false", "--secure-port=0")
        controllers = (programs[1], *common, f"--service-account-private-key-file={place}/sa.key")
        account = "/api/v1/namespaces/default/serviceaccounts/default"
        running.enter_context(
            server(controllers, place, lambda: bool(plane.request(account)), name="controllers")
        )
        running.enter_context(server((programs[2], *common), place, lambda: True, name="scheduler"))
        yield plane


def _api_server(program: str, plane: ControlPlane, port: int, store: str) -> tuple[str, ...]:
    place = plane.folder
    return (
        program,
        f"--etcd-servers={store}",
        "--bind-address=127.0.0.1",
        f"--secure-port={port}",
        f"--cert-dir={plane.authority.parent}",
        f"--service-account-issuer={plane.url}",
        f"--service-account-key-file={place}/sa.pub",
        f"--service-account-signing-key-file={place}/sa.key",
        f"--token-auth-file={place}/tokens.csv",
        "--authorization-mode=RBAC",
        "--service-cluster-ip-range=10.0.0.0/24",
        "--endpoint-reconciler-type=none",
    )


def _write_keys(place: Path) -> None:
    """Those that sign the tokens of service accounts."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    _write(
        place / "sa.key",
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.TraditionalOpenSSL,
            serialization.NoEncryption(),
        ),
    )
    _write(
        place / "sa.pub",
        key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        ),
    )


def _write_users(plane: ControlPlane, tokens: dict[str, str]) -> None:
    groups = {"admin": ',"system:masters"', "visitor": ""}
    lines = [f"{token},{name},{name}{groups[name]}\n" for name, token in tokens.items()]
    _write(plane.folder / "tokens.csv", "".join(lines).encode())
    for name, path in (("admin", plane.kubeconfig), ("visitor", plane.visitor)):
        _write(path, json.dumps(_kubeconfig(plane, name, tokens[name])).encode())


def _kubeconfig(plane: ControlPlane, user: str, token: str) -> dict[str, object]:
    """JSON is YAML, too."""
    cluster = {"server": plane.url, "certificate-authority": str(plane.authority)}
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "parts", "cluster": cluster}],
        "users": [{"name": user, "user": {"token": token}}],
        "contexts": [{"name": user, "context": {"cluster": "parts", "user": user}}],
        "current-context": user,
    }


def _write(path: Path, content: bytes) -> None:
    path.touch(mode=0o600)
    path.write_bytes(content)
