"""Registries of modules: where the files of one version lie, asked by the protocol that Terraform and OpenTofu speak.

Source: the documents "Module Registry Protocol" and "Remote Service Discovery" of both.
"""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import json
import os
import re
import ssl
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

from msgspec import Struct

from ...graph.narrow import is_map

_ADDRESS = re.compile(
    r"(?:([\w.-]+\.[\w.-]+(?::\d+)?|localhost(?::\d+)?)/)?([\w-]+/[\w-]+/[\w-]+)(?://(.+))?\Z", re.ASCII
)
_EXACT = re.compile(r"=?\s*(\d+\.\d+\.\d+(?:[-+][\w.+-]+)?)\Z", re.ASCII)
SERVICE = "modules.v1"
"""What registries call the service that says where modules lie."""

_SECONDS = 15.0
_MOST = 1024 * 1024


class RegistryFailed(Exception):
    """Why a registry gave no place. Its text can be shown to people."""


class Published(Struct, frozen=True):
    """One version of a module of a registry; ``folder`` is a module inside it, ``""`` itself.

    ``host`` is empty where the program that fetches it has one of its own.
    """

    host: str
    module: str
    version: str
    folder: str = ""

    @classmethod
    def of(cls, source: object, version: object) -> Published | None:
        """What ``source`` and ``version`` name; None where that is no version of a module of a registry."""
        found = _ADDRESS.match(source) if isinstance(source, str) else None
        exact = _EXACT.match(version.strip()) if isinstance(version, str) else None
        if found is None or exact is None:
            return None
        return cls(found[1] or "", found[2], exact[1], found[3] or "")

    def __str__(self) -> str:
        top = f"{self.host}/{self.module}" if self.host else self.module
        return f"{top}//{self.folder}@{self.version}" if self.folder else f"{top}@{self.version}"


class Places(Struct, frozen=True):
    """Where versions lie. What a registry said once is kept in a folder of the user's: a version stays what it is."""

    folder: Path
    environ: Mapping[str, str]

    def of(self, wanted: Published) -> str:
        """The address that the registry gives, with the folder in it; raises :class:`RegistryFailed`.

        The environment may hold a token for the registry in ``TF_TOKEN_HOST``, as for Terraform.
        """
        if not wanted.host:
            raise RegistryFailed(f"it names no registry, as HOST/{wanted.module} would")
        kept = self.folder / hashlib.sha256(str(wanted).encode()).hexdigest()[:32]
        with contextlib.suppress(OSError, UnicodeDecodeError):
            return kept.read_text(encoding="utf-8")
        found = _asked(wanted, self.environ)
        with contextlib.suppress(OSError):
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            fresh = kept.with_suffix(f".{os.getpid()}")
            fresh.write_text(found, encoding="utf-8")
            fresh.replace(kept)
        return found


def _asked(wanted: Published, environ: Mapping[str, str]) -> str:
    ask = urllib.request.build_opener(
        _KeepToken(), urllib.request.HTTPSHandler(context=ssl.create_default_context())
    )
    top = f"https://{wanted.host}/"
    token = environ.get(f"TF_TOKEN_{wanted.host.partition(':')[0].replace('-', '__').replace('.', '_')}")
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    try:
        services, _ = _got(ask, urljoin(top, ".well-known/terraform.json"), {})
        base = services.get(SERVICE)
        if not isinstance(base, str):
            raise RegistryFailed(f"{wanted.host} is no registry of modules")
        url = urljoin(top, f"{base.rstrip('/')}/{wanted.module}/{wanted.version}/download")
        same = urlsplit(url).netloc == wanted.host
        body, header = _got(ask, url, headers if same else {})
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise RegistryFailed(f"{wanted.host} cannot be asked: {_reason(error)}") from None
    found = header or body.get("location")
    if not isinstance(found, str):
        raise RegistryFailed(f"{wanted.host} does not say where {wanted.module} {wanted.version} lies")
    return _inside(found, wanted.folder)


def _got(
    ask: urllib.request.OpenerDirector, url: str, headers: Mapping[str, str]
) -> tuple[Mapping[str, Any], str | None]:
    if urlsplit(url).scheme != "https":
        raise ValueError(f"{url[:200]} is not https")
    request = urllib.request.Request(url, headers={"Accept": "application/json", **headers})
    with ask.open(request, timeout=_SECONDS) as answer:
        content = answer.read(_MOST)
        body: object = json.loads(content) if content else {}
        return body if is_map(body) else {}, answer.headers.get("X-Terraform-Get")


class _KeepToken(urllib.request.HTTPRedirectHandler):
    """Follows to https only, and hands a token to nobody but whom it is for."""

    def redirect_request(self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> Any:
        """See the base class."""
        if urlsplit(newurl).scheme != "https":
            raise ValueError(f"it leads to {newurl[:200]}, which is not https")
        found = super().redirect_request(req, fp, code, msg, headers, newurl)
        if found is not None and urlsplit(newurl).netloc != urlsplit(str(req.full_url)).netloc:
            found.remove_header("Authorization")
        return found


def _reason(error: Exception) -> str:
    if isinstance(error, urllib.error.HTTPError):
        return f"it answers {error.code}"
    return str(error.reason if isinstance(error, urllib.error.URLError) else error)[:300]


def _inside(address: str, folder: str) -> str:
    """The address of a folder inside the one at an address."""
    if not folder:
        return address
    path, question, query = address.partition("?")
    scheme, separator, rest = path.partition("://")
    deeper = "/" if "//" in (rest if separator else scheme) else "//"
    return f"{path.rstrip('/')}{deeper}{folder}{question}{query}"
