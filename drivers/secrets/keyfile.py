"""The file of a store's key: the user's, outside the project, named by the store's id, and other keys beside it."""

from __future__ import annotations

import contextlib
import os
import stat
import uuid
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

from .contract import SecretError, secret_error
from .key import Key

_LONGEST = 4096
_LOOSE = 0o037
"""What must not be allowed of a key file: all for others, and for the group anything but reading."""


class KeyFile(Struct, frozen=True):
    """Where a key lies. The file has mode 0600, its folder 0700 where it had to be made.

    Beside it lie, each named after the file and its own id, keys that are about to take its place and those whose
    place was taken. Which of them counts is decided by the id that the store records.
    """

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

    def beside(self, key_id: str) -> KeyFile:
        """Where a key of this id lies while it does not have the place itself."""
        return KeyFile(self.path.with_name(f"{self.path.name}.{key_id}"))

    def read(self, key_id: str | None) -> Key:
        """The key; raises SecretError: ``no-key`` without a file, ``wrong-key`` if its id is not ``key_id``,
        ``loose-key`` where other users of the machine could read or change the file.

        Where the file holds another key than ``key_id``, the one beside it of that id counts.
        """
        try:
            key = self._read(key_id)
        except SecretError:
            if key_id is None or not self.beside(key_id).exists():
                raise
            return self.beside(key_id)._read(key_id)
        if key_id in (None, key.id):
            return key
        if self.beside(key_id).exists():
            return self.beside(key_id).read(key_id)
        raise self._unfit(f"holds key {key.id}, and the state's secrets are encrypted with key {key_id}")

    def ensure(self, key_id: str | None) -> Key:
        """The key, made now if the store knows of none yet (``key_id`` None) and there is no file.

        Durable when it returns. Never call it while planning.
        """
        if key_id is None and not self.exists():
            self.write(Key.new())
        return self.read(key_id)

    def write(self, key: Key) -> bool:
        """Write the file, durable when it returns; False, and nothing is changed, where there is one already."""
        draft = self.path.with_name(f".{uuid.uuid4().hex}")
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
                file.write(key.text)
                file.flush()
                os.fsync(file.fileno())
            # A link fails where a key came to be meanwhile; a rename would replace it.
            self.path.hardlink_to(draft)
            _flush(self.path.parent)
        except FileExistsError:
            return False
        except OSError as error:
            raise self._not_made(error) from error
        finally:
            with contextlib.suppress(OSError):
                draft.unlink()
        return True

    def settle(self, key: Key) -> Path | None:
        """Give the place to a key that was written beside; where the former key, if there was one, lies from now on.

        May be interrupted anywhere: :meth:`read` finds both keys at every moment.
        """
        former = None
        try:
            if self.exists() and (held := self._read(None)).id != key.id:
                former = self.beside(held.id).path
                with contextlib.suppress(FileExistsError):
                    former.hardlink_to(self.path)
                _flush(self.path.parent)
            self.beside(key.id).path.replace(self.path)
            _flush(self.path.parent)
        except OSError as error:
            raise self._not_made(error) from error
        return former

    def discard(self) -> None:
        """Remove the file if it is there."""
        with contextlib.suppress(OSError):
            self.path.unlink()

    def _read(self, key_id: str | None) -> Key:
        """The key in this very file."""
        try:
            with self.path.open("rb") as file:
                mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
                text = file.read(_LONGEST).decode("ascii", errors="replace")
        except FileNotFoundError:
            raise self._missing(key_id) from None
        except OSError as error:
            raise self._unfit(f"cannot be read: {error.strerror}") from error
        try:
            key = Key.parse(text)
        except ValueError:
            raise self._unfit("holds no key of Bakehouse") from None
        if mode & _LOOSE:
            raise self._loose(mode)
        return key

    def _missing(self, key_id: str | None) -> SecretError:
        if key_id is None:
            return secret_error(
                "no-key",
                f"this state has no key for its secrets yet, and the key file {self.path} is missing",
                "make one with 'bakehouse key init', or bring one that you have with 'bakehouse key import'",
            )
        return secret_error(
            "no-key",
            f"the key file {self.path} is missing; the state's secrets are encrypted with key {key_id}",
            "bring the key with 'bakehouse key import FILE', or name its file with BAKEHOUSE_KEY_FILE",
        )

    def _not_made(self, error: OSError) -> SecretError:
        message = f"the key file {self.path} cannot be made: {error.strerror}"
        return secret_error("no-key", message, "name a place for it with BAKEHOUSE_KEY_FILE")

    def _loose(self, mode: int) -> SecretError:
        message = f"other users of this machine may read or change the key file {self.path} (mode {mode:04o})"
        hint = f"chmod 600 {self.path}; if somebody may have read it, 'bakehouse key rotate' and rotate the secrets"
        return secret_error("loose-key", message, hint)

    def _unfit(self, why: str) -> SecretError:
        return secret_error(
            "wrong-key",
            f"the key file {self.path} {why}",
            "bring the key that belongs to this state with 'bakehouse key import FILE'",
        )


def _flush(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
