"""Reserved ports: no two environments or stores of this user get the same one.

A reservation is a file named by the port in the user's runtime folder, outside every store. It holds until it is
released or the store or the application's folder that it was made for is gone.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import tempfile
import zlib
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import unquote

from msgspec import Struct
from msgspec.structs import asdict

from ...context import Workspace
from ...faults import Conflict, TransientFault
from .claims import claim, give_up
from .private import locked, private_folder, prune, system_faults, write_private

HOST = "127.0.0.1"
FIRST, LAST = 20000, 29999
_SQLITE = "sqlite:///"


class Reservation(Struct, frozen=True):
    """Who holds a port: ``name`` tells the ports of one create token apart; ``wanted`` is what was asked for."""

    port: int
    token: str
    name: str
    wanted: int | None
    store: str
    root: str


class PortReservations:
    """The ports of one create token. Safe to use from several threads and processes at once."""

    def __init__(self, workspace: Workspace, token: str) -> None:
        self._token = token
        self._store = workspace.store
        self._root = str(workspace.root)
        self._folder = user_runtime() / "ports"

    @system_faults()
    def held(self) -> dict[str, Reservation]:
        """What this token holds, by name."""
        return {r.name: r for r in self._all() if self._is_ours(r)}

    def holds(self, port: int) -> bool:
        """Whether the port is reserved by this token; reads one small file."""
        found = _read(self._folder / str(port))
        return found is not None and self._is_ours(found)

    @system_faults()
    def reserve(
        self,
        name: str,
        wanted: int | None,
        *,
        prior: int | None = None,
        above: bool = False,
        udp: bool = False,
    ) -> int:
        """A port for ``name``: the one held already, else ``prior``, else ``wanted`` if free, else another one.

        The other one is the next free above ``wanted`` where ``above``, else one of 20000-29999, beginning at a place
        that depends on the token. Another user of the machine is not given the same one before a program listens there.
        ``prior`` is a port that was given before and must not change: raises :class:`Conflict` when somebody else
        holds it by now.
        """
        private_folder(self._folder.parent)
        with locked(self._folder):
            taken: dict[int, Reservation] = {r.port: r for r in self._all() if not self._clear_stale(r)}
            for reservation in taken.values():
                if self._is_ours(reservation) and (reservation.name, reservation.wanted) == (name, wanted):
                    return reservation.port
            port = prior or self._choose(name, wanted, set(taken), above=above, udp=udp)
            if port in taken and not self._is_ours(taken[port]):
                owner = taken[port].root
                hint = "apply with --replace and this resource's address, for another port"
                raise Conflict(
                    f"port-lost: port {port} is reserved by {owner} by now", owner=owner, hint=hint
                )
            self._drop({name})
            claim(port)
            reservation = Reservation(port, self._token, name, wanted, self._store, self._root)
            write_private(self._folder / str(port), json.dumps(asdict(reservation)).encode())
            return port

    @system_faults()
    def release(self, names: Iterable[str] | None = None) -> None:
        """Give up the ports of these names, or all; folders that get empty go too."""
        if self._folder.is_dir():
            with locked(self._folder):
                self._drop(None if names is None else set(names))
                prune(self._folder, levels=2)

    def _drop(self, names: set[str] | None) -> None:
        for reservation in self._all():
            if self._is_ours(reservation) and (names is None or reservation.name in names):
                (self._folder / str(reservation.port)).unlink(missing_ok=True)
                give_up(reservation.port)

    def _choose(self, name: str, wanted: int | None, taken: set[int], *, above: bool, udp: bool) -> int:
        start = FIRST + zlib.crc32(f"{self._token}/{name}".encode()) % (LAST - FIRST + 1)
        if above and wanted is not None:
            others: list[int] = [*range(wanted + 1, 65536)]
        else:
            others = [*range(start, LAST + 1), *range(FIRST, start)]
        for port in others if wanted is None else [wanted, *others]:
            if port not in taken and is_free(port, udp=udp) and claim(port):
                return port
        raise TransientFault("no port is free on this machine", hint="end programs that hold ports")

    def _all(self) -> list[Reservation]:
        with contextlib.suppress(FileNotFoundError):
            files = [path for path in self._folder.iterdir() if path.name.isdigit()]
            return [found for path in files if (found := _read(path)) is not None]
        return []

    def _is_ours(self, reservation: Reservation) -> bool:
        """A copy of a project has the same tokens, and a store of its own."""
        return (reservation.token, reservation.store) == (self._token, self._store)

    def _clear_stale(self, reservation: Reservation) -> bool:
        if self._is_ours(reservation) or not _is_stale(reservation):
            return False
        (self._folder / str(reservation.port)).unlink(missing_ok=True)
        return True


def _is_stale(reservation: Reservation) -> bool:
    """Whether the store is gone; where it is no file, whether the application's folder is."""
    store = reservation.store.removeprefix(_SQLITE)
    if store != reservation.store:
        return not Path(reservation.root, unquote(store)).exists()
    return not Path(reservation.root).exists()


def user_runtime() -> Path:
    """The folder of this user for what must not outlive the login: in XDG_RUNTIME_DIR, else in the temporary folder."""
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    return Path(runtime, "bakehouse") if runtime else Path(tempfile.gettempdir(), f"bakehouse-{os.getuid()}")


def is_free(port: int, *, udp: bool = False) -> bool:
    """Whether a program could listen at this port of 127.0.0.1 now."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM if udp else socket.SOCK_STREAM) as probe:
        if not udp:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except (OSError, OverflowError):
            return False
        return True


def answers(port: int) -> bool:
    """Whether somebody listens at this port of 127.0.0.1."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.settimeout(1.0)
        return probe.connect_ex((HOST, port)) == 0


def _read(path: Path) -> Reservation | None:
    try:
        return Reservation(**json.loads(path.read_bytes()))
    except (OSError, ValueError, TypeError):
        return None
