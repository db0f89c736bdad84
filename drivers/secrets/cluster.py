"""The store ``kubernetes``: values of Secrets of a cluster."""

from __future__ import annotations

import base64
import hashlib
import importlib
import re
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson

from .contract import SecretError, secret_error

_NAME = r"[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?"
_REF = re.compile(rf"({_NAME})/({_NAME})#([A-Za-z0-9._-]{{1,253}})", re.ASCII)
_SECONDS = 15
_DIGITS = 16
_FORBIDDEN = (401, 403)
_GONE = 404
_OK = 200
_ONLY_METADATA = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"


class KubernetesStore:
    """Implements ``SecretStore``; a reference is ``NAMESPACE/NAME#KEY``. There is only the present value.

    The cluster is that of ``KUBECONFIG``, of ``~/.kube/config``, or the one that the process runs in. A version is a
    digest of the Secret's uid and resourceVersion, so it is asked for without the values.
    """

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = dict(environ)
        self._api: Any = None
        self._opening = threading.Lock()

    def reveal(self, ref: str, version: str | None) -> str:
        """The value now; raises SecretError."""
        values: Any = self._get(ref, "application/json").get("data") or {}
        key = ref.partition("#")[2]
        value: str | None = values.get(key)
        if value is None:
            raise _missing(ref, f"the Secret has no key {key}")
        try:
            return base64.b64decode(value).decode()
        except UnicodeDecodeError:
            raise _missing(ref, "its value is no text") from None

    def version_of(self, ref: str) -> str | None:
        """Told by the Secret's metadata; None where it is gone, or nobody answers."""
        try:
            metadata = self._get(ref, _ONLY_METADATA)["metadata"]
        except SecretError:
            return None
        seen = f"{metadata['uid']}/{metadata['resourceVersion']}"
        return hashlib.sha256(seen.encode()).hexdigest()[:_DIGITS]

    def _get(self, ref: str, form: str) -> dict[str, Any]:
        """The Secret that a reference names, in a form of the API; raises SecretError."""
        named = _REF.fullmatch(ref)
        if named is None:
            raise _missing(ref, "it is not of the form NAMESPACE/NAME#KEY")
        client: Any = _library("client")
        path = f"/api/v1/namespaces/{named[1]}/secrets/{named[2]}"
        try:
            api = self._opened()
            asked = api.param_serialize(
                "GET", path, header_params={"Accept": form}, auth_settings=["BearerToken"]
            )
            answer = api.call_api(*asked, _request_timeout=_SECONDS)
            data: bytes = answer.read()
            if answer.status != _OK:
                raise client.ApiException(status=answer.status)
        except _failures() as error:
            raise _refused(ref, error) from None
        found: dict[str, Any] = orjson.loads(data)
        return found

    def _opened(self) -> Any:
        with self._opening:
            if self._api is None:
                client, config = _library("client"), _library("config")
                settings = client.Configuration()
                settings.retries = False
                given = self._environ.get("KUBECONFIG")
                usual = Path(self._environ.get("HOME", ""), ".kube", "config")
                if given or usual.is_file():
                    config.load_kube_config(given or str(usual), client_configuration=settings)
                else:
                    config.load_incluster_config(settings)
                self._api = client.ApiClient(settings)
            return self._api


def _library(part: str) -> Any:
    try:
        return importlib.import_module(f"kubernetes.{part}")
    except ImportError:
        raise secret_error(
            "secret-store-unfit",
            "the secret store kubernetes needs the package kubernetes",
            "pip install 'bakehouse[kubernetes]'",
        ) from None


def _failures() -> tuple[type[Exception], ...]:
    """What the library raises where a cluster is not known, not there, or says no."""
    from urllib3.exceptions import HTTPError

    return _library("client").ApiException, _library("config").ConfigException, HTTPError, OSError


def _refused(ref: str, error: Exception) -> SecretError:
    status = getattr(error, "status", None)
    if status == _GONE:
        return _missing(ref, "there is no such Secret")
    if status in _FORBIDDEN:
        return secret_error(
            "secret-store-refused",
            f"the cluster does not let this user read the Secret of {ref}",
            "use a kubeconfig whose user may `get` it (KUBECONFIG)",
        )
    if isinstance(error, _library("config").ConfigException):
        return secret_error(
            "secret-store-unreachable",
            f"no cluster is known that has {ref}",
            "set KUBECONFIG, or run inside the cluster",
        )
    return secret_error(
        "secret-store-unreachable",
        f"the cluster cannot give {ref}: {f'status {status}' if status else 'no connection'}",
        "check the server in your kubeconfig (KUBECONFIG), and that it runs",
    )


def _missing(ref: str, why: str) -> SecretError:
    return secret_error(
        "secret-missing",
        f"the secret {ref!r} is not in the cluster: {why}",
        "put it there (kubectl create secret generic), or correct the reference",
    )
