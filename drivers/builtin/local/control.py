"""Talks to a running supervisor over its private socket."""

from __future__ import annotations

import http.client
import socket
import xmlrpc.client
from pathlib import Path
from typing import Any

from ...faults import TransientFault
from .program import ABSENT, ProgramState

_SECONDS = 10.0
_SHUTTING_DOWN, _BAD_NAME, _ALREADY_STARTED, _NOT_RUNNING, _ALREADY_ADDED = 6, 10, 60, 70, 90


class Silent(Exception):
    """Nobody answers at the socket."""


class Control:
    """The calls that we need, for one thread. Each raises :class:`Silent` when no supervisor answers.

    Stopping or removing what is not there, and starting what runs, succeeds.
    """

    def __init__(self, path: Path) -> None:
        self._proxy = xmlrpc.client.ServerProxy(
            "http://localhost/RPC2", transport=_Transport(path), use_builtin_types=True
        )

    def pid(self) -> int:
        """The supervisor's process."""
        return int(self._call("getPID"))

    def identifier(self) -> str:
        """The identifier of its configuration."""
        return str(self._call("getIdentification"))

    def state(self, name: str) -> ProgramState:
        """How the program is."""
        found = self._call("getProcessInfo", name, accept=(_BAD_NAME,))
        if found is None:
            return ABSENT
        phase = str(found["statename"]).lower()
        code = int(found["exitstatus"]) if phase == "exited" else None
        return ProgramState(phase, int(found["pid"]) or None, code, str(found["spawnerr"] or ""))

    def reload(self) -> None:
        """Read the configuration again; what changed takes effect with :meth:`add` and :meth:`forget`."""
        self._call("reloadConfig")

    def add(self, name: str) -> None:
        """Take up a program of the configuration, without starting it."""
        self._call("addProcessGroup", name, accept=(_ALREADY_ADDED,))

    def forget(self, name: str) -> None:
        """Drop a stopped program."""
        self._call("removeProcessGroup", name, accept=(_BAD_NAME,))

    def start(self, name: str) -> None:
        """Start a program, without waiting for it."""
        self._call("startProcess", name, False, accept=(_ALREADY_STARTED,))

    def stop(self, name: str) -> None:
        """Ask a program to end, without waiting for it."""
        self._call("stopProcess", name, False, accept=(_NOT_RUNNING, _BAD_NAME))

    def shutdown(self) -> None:
        """Stop all programs and end the supervisor."""
        self._call("shutdown")

    def _call(self, method: str, *arguments: Any, accept: tuple[int, ...] = ()) -> Any:
        try:
            return getattr(self._proxy.supervisor, method)(*arguments)
        except xmlrpc.client.Fault as fault:
            if fault.faultCode in accept:
                return None
            if fault.faultCode == _SHUTTING_DOWN:
                raise Silent(method) from fault
            raise TransientFault(f"the supervisor refuses {method}: {fault.faultString}") from fault
        except (OSError, http.client.HTTPException, xmlrpc.client.ProtocolError) as error:
            raise Silent(method) from error


class _Connection(http.client.HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=_SECONDS)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))


class _Transport(xmlrpc.client.Transport):
    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path

    def make_connection(self, host: Any) -> http.client.HTTPConnection:
        return _Connection(self._path)
