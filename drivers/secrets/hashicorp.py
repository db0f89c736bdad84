"""The store ``vault``: values of a key-value engine, version 2, of HashiCorp Vault or OpenBao."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import hvac
import requests
from hvac import exceptions
from msgspec import Struct

from .contract import SecretError, secret_error

_REF = re.compile(
    r"(?:([\w@.~+=-]+(?:/[\w@.~+=-]+)*):)?([\w@.~+= -]+(?:/[\w@.~+= -]+)*)#([\x20-\x7e]+)", re.ASCII
)
_LONGEST = 1000
_SECONDS = 15
_DIGITS = 8


class _Where(Struct, frozen=True):
    """A value: the engine's mount, the secret's path in it, and the key inside."""

    mount: str
    path: str
    key: str

    @classmethod
    def parse(cls, ref: str) -> _Where | None:
        """What ``MOUNT/PATH#KEY`` names, or ``MOUNT:PATH#KEY`` where the mount has slashes; None for anything else."""
        found = _REF.fullmatch(ref) if len(ref) <= _LONGEST else None
        if found is None:
            return None
        mount, path, key = found.groups()
        if mount is None:
            mount, _, path = path.partition("/")
        steps = (*mount.split("/"), *path.split("/"))
        return None if not path or {".", ".."} & set(steps) else cls(mount, path, key)


class VaultStore:
    """Implements ``SecretStore``. A version is the secret's number and a digest of when it was written.

    It is set up like Vault's own program, by ``VAULT_ADDR``, ``VAULT_NAMESPACE``, ``VAULT_CACERT``, and either
    ``VAULT_TOKEN`` (or the file ``~/.vault-token`` of a login) or the role of a machine, ``VAULT_ROLE_ID`` with
    ``VAULT_SECRET_ID``.
    """

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = dict(environ)
        self._address = environ.get("VAULT_ADDR", "https://127.0.0.1:8200")

    def reveal(self, ref: str, version: str | None) -> str:
        """The value of a version that is kept, else the present one; raises SecretError."""
        where = _Where.parse(ref)
        if where is None:
            raise _missing(ref, "it is not of the form MOUNT/PATH#KEY")
        try:
            engine = self._engine()
            data = _kept(engine, where, version)
            if data is None:
                data = _read(engine, where, None)
        except exceptions.InvalidPath:
            raise _missing(ref, f"nothing is there at {self._address}") from None
        except (exceptions.VaultError, requests.RequestException) as error:
            raise self._refused(ref, error) from None
        value = data.get(where.key)
        if value is None:
            raise _missing(ref, f"the secret has no key {where.key}")
        return value if isinstance(value, str) else str(value)

    def version_of(self, ref: str) -> str | None:
        """Told by the secret's metadata; None where it is gone, or nobody answers."""
        where = _Where.parse(ref)
        if where is None:
            return None
        try:
            metadata = self._engine().read_secret_metadata(path=where.path, mount_point=where.mount)["data"]
        except (SecretError, exceptions.VaultError, requests.RequestException):
            return None
        number = metadata["current_version"]
        current = metadata["versions"].get(str(number))
        if current is None or current["destroyed"] or current["deletion_time"]:
            return None
        return f"{number}-{hashlib.sha256(current['created_time'].encode()).hexdigest()[:_DIGITS]}"

    def _engine(self) -> Any:
        """The key-value engine, under a token of now: one that is kept may have run out."""
        environ = self._environ
        client: Any = hvac.Client(
            url=self._address,
            token=self._token(),
            namespace=environ.get("VAULT_NAMESPACE"),
            verify=environ.get("VAULT_CACERT") or True,
            timeout=_SECONDS,
        )
        if self._has_role:
            client.auth.approle.login(environ["VAULT_ROLE_ID"], environ.get("VAULT_SECRET_ID"))
        return client.secrets.kv.v2

    @property
    def _has_role(self) -> bool:
        return "VAULT_ROLE_ID" in self._environ and not self._environ.get("VAULT_TOKEN")

    def _token(self) -> str:
        """Never None: the library would look for one in the variables of this process then."""
        given = self._environ.get("VAULT_TOKEN", "")
        if given or self._has_role:
            return given
        try:
            return Path(self._environ.get("HOME", ""), ".vault-token").read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            return ""

    def _refused(self, ref: str, error: Exception) -> SecretError:
        place = f"Vault at {self._address}"
        if isinstance(error, exceptions.Forbidden):
            return secret_error(
                "secret-store-refused",
                f"{place} does not let this token read {ref}",
                "log in (vault login), or set VAULT_TOKEN or VAULT_ROLE_ID, with a policy that allows it",
            )
        sealed = isinstance(error, exceptions.VaultDown)
        reason = "it is sealed, or in maintenance" if sealed else _reason(error)
        return secret_error(
            "secret-store-unreachable",
            f"{place} cannot give {ref}: {reason}",
            "unseal it (vault operator unseal)"
            if sealed
            else "check VAULT_ADDR and VAULT_CACERT, and that it runs",
        )


def _kept(engine: Any, where: _Where, version: str | None) -> Mapping[str, Any] | None:
    """The data of a former version, None where it is not kept any more or none is asked for."""
    number = (version or "").partition("-")[0]
    if not number.isdigit():
        return None
    try:
        return _read(engine, where, int(number))
    except exceptions.InvalidPath:
        return None


def _read(engine: Any, where: _Where, number: int | None) -> Mapping[str, Any]:
    answer = engine.read_secret_version(
        path=where.path, version=number, mount_point=where.mount, raise_on_deleted_version=True
    )
    found: Mapping[str, Any] = answer["data"]["data"]
    return found


def _missing(ref: str, why: str) -> SecretError:
    return secret_error(
        "secret-missing",
        f"the secret {ref!r} is not in Vault: {why}",
        "put it there (vault kv put MOUNT/PATH KEY=-), or correct the reference",
    )


def _reason(error: Exception) -> str:
    return "no connection" if isinstance(error, requests.ConnectionError) else type(error).__name__
