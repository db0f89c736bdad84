"""The stores of this user, registered outside their projects, so that a state that vanished is noticed.

One file a store: ``STATE_HOME/bakehouse/stores/STORE_ID.json`` with its path and, for every environment, the
last serial that was seen. It is written after a write session, when what it says is durable.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson
from msgspec import Struct, field

FORMAT = 1


def user_state_home(environ: Mapping[str, str]) -> Path:
    """``$XDG_STATE_HOME``, or the folder that stands for it when it is not set."""
    return Path(environ.get("XDG_STATE_HOME") or Path(environ.get("HOME", "~")).expanduser() / ".local/state")


class RegisteredEnvironment(Struct, frozen=True):
    """An environment as last seen: its name as ``APPLICATION/NAME`` and its serial."""

    name: str
    serial: int


class RegisteredStore(Struct, frozen=True):
    """A store as last seen; ``path`` is absolute, ``environments`` is keyed by environment uid."""

    store_id: str
    path: Path
    environments: Mapping[str, RegisteredEnvironment] = field(
        default_factory=dict[str, RegisteredEnvironment]
    )

    def ahead_of(self, serials: Mapping[str, int]) -> tuple[str, ...]:
        """The names of environments that were seen with a higher serial, or that are not there any more."""
        return tuple(
            e.name for uid, e in sorted(self.environments.items()) if e.serial > serials.get(uid, -1)
        )


class StoreRegistry:
    """The registered stores below a user's state folder.

    An unreadable entry counts as none: the registry guards, and must not block.
    """

    def __init__(self, state_home: Path) -> None:
        self._folder = state_home / "bakehouse" / "stores"

    def entry(self, store_id: str) -> RegisteredStore | None:
        """What is registered under a store id."""
        return _read(self._file(store_id))

    def at(self, path: Path) -> RegisteredStore | None:
        """The store that is registered as lying at ``path``."""
        return next((e for e in self if e.path == path), None)

    def __iter__(self) -> Iterator[RegisteredStore]:
        for file in sorted(self._folder.glob("*.json")):
            entry = _read(file)
            if entry is not None:
                yield entry

    def record(self, entry: RegisteredStore) -> None:
        """Write an entry, whole or not at all; raises OSError."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = self._folder / f".{uuid.uuid4().hex}"
        try:
            with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
                file.write(_written(entry))
            draft.rename(self._file(entry.store_id))
        finally:
            draft.unlink(missing_ok=True)

    def forget(self, store_id: str) -> None:
        """Remove an entry; no error if there is none."""
        self._file(store_id).unlink(missing_ok=True)

    def _file(self, store_id: str) -> Path:
        return self._folder / f"{uuid.UUID(store_id)}.json"


def _written(entry: RegisteredStore) -> bytes:
    environments = [
        {"uid": uid, "name": e.name, "serial": e.serial} for uid, e in sorted(entry.environments.items())
    ]
    body = {"format": FORMAT, "store": entry.store_id, "path": str(entry.path), "environments": environments}
    return orjson.dumps(body, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _read(file: Path) -> RegisteredStore | None:
    try:
        body: Any = orjson.loads(file.read_bytes())
        if body["format"] != FORMAT:
            return None
        environments = {e["uid"]: RegisteredEnvironment(e["name"], e["serial"]) for e in body["environments"]}
        return RegisteredStore(body["store"], Path(body["path"]), environments)
    except (OSError, ValueError, KeyError, TypeError):
        return None
