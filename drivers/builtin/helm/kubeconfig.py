"""The connection of a call as a file that the program reads, removed when the program has ended."""

from __future__ import annotations

import base64
import contextlib
import os
from collections.abc import Generator
from pathlib import Path
from typing import Any

import orjson

from ...sdk import Context, PermanentFault
from ..kubernetes import KubernetesConnection
from ..local.private import write_private

_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")
"""Where Kubernetes puts the credentials of a pod's service account."""


@contextlib.contextmanager
def kubeconfig(context: Context) -> Generator[tuple[Path, str | None]]:
    """The path of a kubeconfig, and the context to choose in it. Raises :class:`PermanentFault`."""
    connection = context.connection
    if not isinstance(connection, KubernetesConnection):
        raise PermanentFault(
            "it has no connection of kind kubernetes",
            hint="name one in the definition or the environment type",
        )
    if connection.kubeconfig is not None:
        path = Path(connection.kubeconfig).expanduser()
        if not os.access(path, os.R_OK):
            raise PermanentFault(f"cluster-unauthorized: {connection.kubeconfig} cannot be read")
        yield path, connection.context
        return
    file = context.run_dir / "kubeconfig"
    if connection.config is not None:
        write_private(file, connection.config.get_secret_value().encode())
    else:
        write_private(file, orjson.dumps(_in_cluster() if connection.in_cluster else _direct(connection)))
    try:
        yield file, connection.context
    finally:
        file.unlink(missing_ok=True)


def _direct(connection: KubernetesConnection) -> dict[str, Any]:
    token = connection.token.get_secret_value() if connection.token else None
    cluster: dict[str, Any] = {"server": connection.server}
    if connection.ca is not None:
        cluster["certificate-authority-data"] = base64.b64encode(connection.ca.encode()).decode()
    return _config(cluster, {} if token is None else {"token": token})


def _in_cluster() -> dict[str, Any]:
    host, port = os.environ.get("KUBERNETES_SERVICE_HOST"), os.environ.get("KUBERNETES_SERVICE_PORT", "443")
    if host is None:
        raise PermanentFault(
            "cluster-unauthorized: not in a cluster", hint="inCluster needs a pod with a service account"
        )
    server = f"https://[{host}]:{port}" if ":" in host else f"https://{host}:{port}"
    cluster = {"server": server, "certificate-authority": str(_ACCOUNT / "ca.crt")}
    return _config(cluster, {"tokenFile": str(_ACCOUNT / "token")})


def _config(cluster: dict[str, Any], user: dict[str, Any]) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "it", "cluster": cluster}],
        "users": [{"name": "it", "user": user}],
        "contexts": [{"name": "it", "context": {"cluster": "it", "user": "it"}}],
        "current-context": "it",
    }
