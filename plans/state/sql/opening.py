"""Finding the store that a URL names, and refusing what cannot be trusted: missing, older, of another format."""

from __future__ import annotations

import re
import stat
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from urllib.parse import unquote

from msgspec import Struct
from sqlalchemy import Connection, select

from ..failures import damaged, state_error
from ..registry import RegisteredEnvironment, RegisteredStore, StoreRegistry
from ..store import StateError
from . import schema
from .database import Database

_SCHEME = "sqlite:///"
_LOGIN = re.compile("//[^/]*@")


class Standing(Struct, frozen=True):
    """What a store's file says of itself: its id, the version of its tables, its environments."""

    store_id: str
    schema_version: int
    environments: Mapping[str, RegisteredEnvironment]


def store_path(url: str, base: Path) -> Path:
    """The absolute path of the file that a ``sqlite:///`` URL names; a relative one lies below ``base``."""
    rest = url.removeprefix(_SCHEME)
    if rest == url or rest in ("", "/") or rest.startswith(":") or "?" in rest or "\0" in rest:
        raise state_error(
            "state-url",
            f"'{_LOGIN.sub('//***@', url)}' names no state",
            "expected sqlite:///PATH with a path relative to the application's folder, sqlite:////ABSOLUTE/PATH, or "
            "postgresql://USER@HOST/DATABASE",
        )
    return (base / unquote(rest)).absolute()


def is_there(path: Path) -> bool:
    """Whether a file lies at ``path``; raises StateError if that cannot be told, or if it is a folder."""
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        raise state_error(
            "state-read-only",
            f"the state {path} cannot be looked at: {error.strerror}",
            "look at the rights of the file and of its folder",
        ) from error
    if not stat.S_ISREG(mode):
        raise state_error(
            "state-url",
            f"{path} is no file",
            "name a file with --state, such as sqlite:///.bakehouse/state.db",
        )
    return True


def absent(path: Path, registry: StoreRegistry) -> StateError:
    """Why there is nothing at ``path``: it vanished, or there never was a store."""
    known = registry.at(path)
    if known is not None:
        names = ", ".join(e.name for e in known.environments.values()) or "no environment"
        return damaged("state-missing", path, f"the state {path} is gone; it held {names}")
    if path.with_name(path.name + "-wal").exists():
        return damaged(
            "state-missing", path, f"the state {path} is gone, but its log {path.name}-wal is there"
        )
    return state_error(
        "no-store",
        f"there is no state at {path}",
        "run 'bakehouse init' in the application's folder",
        "bakehouse init",
    )


def standing(database: Database) -> Standing:
    """Read what the file says of itself; raises StateError for anything that is no store of ours."""
    with database.reading() as connection:
        found = read_standing(connection)
    if found is None:
        raise damaged(
            "state-corrupt", database.path, f"the state {database.path} does not say which store it is"
        )
    return found


def read_standing(connection: Connection) -> Standing | None:
    """What the tables say of themselves; None where they do not say which store they are of."""
    table = schema.environment
    row = connection.execute(select(schema.store.c.store_id, schema.store.c.schema_version)).one_or_none()
    if row is None:
        return None
    rows = connection.execute(select(table.c.uid, table.c.application, table.c.name, table.c.serial)).all()
    environments = {uid: RegisteredEnvironment(f"{a}/{n}", serial) for uid, a, n, serial in rows}
    return Standing(row.store_id, row.schema_version, environments)


def check_version(found: Standing, shown: str) -> None:
    """Refuse tables that are newer than this program."""
    if found.schema_version > schema.SCHEMA_VERSION:
        raise state_error(
            "state-future-version",
            f"the state {shown} has tables of version {found.schema_version}, this Bakehouse knows {schema.SCHEMA_VERSION}",
            "use the version of Bakehouse that wrote it, or a newer one",
        )


def check_age(found: Standing, path: Path, registry: StoreRegistry, again: Callable[[], Standing]) -> None:
    """Refuse a file that is older than what was seen of the store, or that took another store's place.

    What others wrote since ``found`` was read may be in the registry already: before it is refused it is read ``again``.
    """
    entry = registry.entry(found.store_id)
    if entry is None or entry.path != path:
        other = registry.at(path)
        if other is not None and other.store_id != found.store_id:
            raise damaged("state-missing", path, f"at {path} lies another state than the one that was there")
    behind = entry.ahead_of(_serials(found)) if entry is not None else ()
    if entry is not None and behind:
        behind = entry.ahead_of(_serials(again()))
    if entry is not None and behind:
        where = "" if entry.path == path else f" (last seen at {entry.path})"
        raise damaged(
            "state-older",
            path,
            f"the state {path} is older than what was last seen{where} of {', '.join(behind)}",
        )


def _serials(found: Standing) -> dict[str, int]:
    return {uid: environment.serial for uid, environment in found.environments.items()}


def check_place(found: Standing, path: Path, registry: StoreRegistry) -> None:
    """Refuse to write to a copy of a store that is still in its place: both would manage the same things in the world."""
    entry = registry.entry(found.store_id)
    if entry is None or entry.path == path:
        return
    with suppress(OSError):
        if not entry.path.samefile(path):
            raise state_error(
                "state-copied",
                f"the state {path} is a copy of {entry.path}, which is still there",
                f"work with {entry.path}; or remove the copy and begin anew with 'bakehouse init'; "
                "or go on with the copy alone, with --accept-new-state",
            )


def registration(found: Standing, path: Path) -> RegisteredStore:
    """What is to be registered of a store."""
    return RegisteredStore(found.store_id, path, found.environments)
