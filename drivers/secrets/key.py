"""The key of a store's local secrets: a file of the user's, outside the project, named by the store's id."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import os
import stat
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from .contract import SecretError, secret_error

_MARK = "bakehouse-key-1:"
_BYTES = 32
_LONGEST = 4096
_LOOSE = 0o037
"""What must not be allowed of a key file: all for others, and for the group anything but reading."""


@dataclass(frozen=True, slots=True)
class Key:
    """A key and its id, by which it is recognised and from which it cannot be guessed. Never printed."""

    id: str
    _material: bytes = field(repr=False)

    @classmethod
    def of(cls, material: bytes) -> Key:
        """The key made of 32 random bytes."""
        return cls(hashlib.sha256(b"bakehouse key id\0" + material).hexdigest()[:16], material)

    @property
    def encryption(self) -> bytes:
        """The 32 bytes that secrets are encrypted with."""
        return self._derived(b"local secrets")

    @property
    def fingerprints(self) -> bytes:
        """The 32 bytes that versions of other stores' values are made with."""
        return self._derived(b"fingerprints")

    def _derived(self, purpose: bytes) -> bytes:
        return hmac.new(self._material, b"bakehouse " + purpose, hashlib.sha256).digest()


@dataclass(frozen=True, slots=True)
class KeyFile:
    """Where a key lies. The file has mode 0600, its folder 0700 where it had to be made."""

    path: Path

    @classmethod
    def of(cls, store_id: str, environ: Mapping[str, str]) -> KeyFile:
        """The file for a store: ``BAKEHOUSE_KEY_FILE``, or ``bakehouse/keys/STORE_ID.key`` below ``XDG_CONFIG_HOME``."""
        given = environ.get("BAKEHOUSE_KEY_FILE")
        if given:
            return cls(Path(given).absolute())
        home = environ.get("XDG_CONFIG_HOME") or Path(environ.get("HOME", "~")).expanduser() / ".config"
        return cls(Path(home) / "bakehouse" / "keys" / f"{uuid.UUID(store_id)}.key")

    def exists(self) -> bool:
        """Whether there is a file; it may still be no key."""
        return self.path.is_file()

    def read(self, key_id: str | None) -> Key:
        """The key; raises SecretError: ``no-key`` without a file, ``wrong-key`` if its id is not ``key_id``,
        ``loose-key`` where other users of the machine could read or change the file.
        """
        try:
            with self.path.open("rb") as file:
                mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
                text = file.read(_LONGEST).decode("ascii", errors="replace").strip()
        except FileNotFoundError:
            raise self._missing(key_id) from None
        except OSError as error:
            raise self._unfit(f"cannot be read: {error.strerror}") from error
        key = self._parsed(text)
        if mode & _LOOSE:
            raise self._loose(mode)
        if key_id not in (None, key.id):
            raise self._unfit(f"holds key {key.id}, and the state's secrets are encrypted with key {key_id}")
        return key

    def ensure(self, key_id: str | None) -> Key:
        """The key, made now if the store knows of none yet (``key_id`` None) and there is no file.

        Durable when it returns. Never call it while planning.
        """
        if key_id is None and not self.exists():
            self._make()
        return self.read(key_id)

    def _make(self) -> None:
        draft = self.path.with_name(f".{uuid.uuid4().hex}")
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
                file.write(f"{_MARK}{base64.b64encode(os.urandom(_BYTES)).decode()}\n")
                file.flush()
                os.fsync(file.fileno())
            # A link fails where a key came to be meanwhile; a rename would replace it.
            self.path.hardlink_to(draft)
            _flush(self.path.parent)
        except FileExistsError:
            pass
        except OSError as error:
            raise self._not_made(error) from error
        finally:
            with contextlib.suppress(OSError):
                draft.unlink()

    def _parsed(self, text: str) -> Key:
        try:
            material = base64.b64decode(text.removeprefix(_MARK), validate=True)
        except ValueError:
            material = b""
        if not text.startswith(_MARK) or len(material) != _BYTES:
            raise self._unfit("holds no key of Bakehouse")
        return Key.of(material)

    def _missing(self, key_id: str | None) -> SecretError:
        encrypted = "" if key_id is None else f" with key {key_id}"
        return secret_error(
            "no-key",
            f"the key file {self.path} is missing; the state's secrets are encrypted{encrypted}",
            "bring the key file back, or name another with BAKEHOUSE_KEY_FILE",
        )

    def _not_made(self, error: OSError) -> SecretError:
        message = f"the key file {self.path} cannot be made: {error.strerror}"
        return secret_error("no-key", message, "name a place for it with BAKEHOUSE_KEY_FILE")

    def _loose(self, mode: int) -> SecretError:
        message = f"other users of this machine may read or change the key file {self.path} (mode {mode:04o})"
        hint = f"chmod 600 {self.path}; if somebody may have read it, rotate the secrets"
        return secret_error("loose-key", message, hint)

    def _unfit(self, why: str) -> SecretError:
        return secret_error(
            "wrong-key", f"the key file {self.path} {why}", "bring back the key that belongs to this state"
        )


def _flush(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
