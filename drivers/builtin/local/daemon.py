"""The supervisor's own process: found, started, ended. Every function here is called with the home folder locked."""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import os
import subprocess
import sys
import time
from pathlib import Path

from ...context import Workspace
from ...faults import PermanentFault, TransientFault
from .configuration import CONFIGURATION, SOCKET, read_settings, render
from .control import Control, Silent
from .launch import PROCESS, ROOT, RUN_FILE, SUPERVISOR
from .ports import user_runtime
from .private import private_folder, prune, write_private
from .processes import end, identify, recall, remember, with_argument, with_environment

_PASSED_ON = (
    "PATH", "HOME", "LANG", "TMPDIR", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR",
    "BAKEHOUSE_KEY_FILE",
)  # fmt: skip
_SOCKET_LIMIT = 107 - len(".4194304")
_OWN_FILES = (
    CONFIGURATION,
    SUPERVISOR,
    "supervisor.socket",
    "supervisord.pid",
    "supervisord.log",
    "supervisord.log.1",
)
_PATIENCE = 30.0


class Daemon:
    """The one supervisor of a workspace."""

    def __init__(self, workspace: Workspace) -> None:
        self.home = workspace.home
        self.runs = workspace.home / "run"
        key = hashlib.sha256(os.fsencode(workspace.home)).hexdigest()[:8]
        self._fresh = workspace.runtime / key  # of the folder: a copy of a project is another one
        self._listening = workspace.home / "supervisor.socket"
        self._configuration = workspace.home / CONFIGURATION
        self._identifier = f"bakehouse-{key}"

    @property
    def socket(self) -> Path:
        """Where the supervisor listens: whoever started it may have had other folders for sockets than we have."""
        with contextlib.suppress(OSError, ValueError):
            noted = Path(self._listening.read_text(encoding="utf-8"))
            if noted.name == self._fresh.name and noted.is_socket():
                return noted
        return self._fresh

    def control(self) -> Control:
        """A line to the supervisor; it may be silent."""
        return Control(self.socket)

    def configure(self) -> None:
        """Write the configuration of all programs whose settings are kept."""
        kept = [found for folder in self.folders() if (found := read_settings(folder))]
        write_private(self._configuration, render(kept, self._identifier).encode())

    def folders(self) -> list[Path]:
        """The folders of all programs."""
        with contextlib.suppress(FileNotFoundError):
            return sorted(path for path in self.runs.iterdir() if path.is_dir())
        return []

    def alive(self) -> bool:
        """Whether our supervisor answers."""
        try:
            return self.control().identifier() == self._identifier
        except Silent:
            return False

    def watches(self) -> bool:
        """Whether the supervisor that was noted last lives and can be reached; from local files only.

        One that cannot is replaced as soon as it is needed, which ends its programs: a plan has to say so.
        """
        noted = recall(self.home / SUPERVISOR, moved=False)
        return noted is not None and noted.alive and not noted.suspended and self.socket.is_socket()

    def ensure(self) -> None:
        """Have a supervisor running. What a killed one left behind is ended first."""
        if not self.alive() and not self._appears():
            self._sweep()
            self._start()
        self._note()

    def end(self) -> None:
        """End the supervisor and remove everything of its own, also the socket's folder."""
        socket = self.socket
        with contextlib.suppress(Silent):
            self.control().shutdown()
        limit = time.monotonic() + _PATIENCE
        while with_argument(str(self._configuration)) and time.monotonic() < limit:
            time.sleep(0.02)
        self._sweep()
        for name in _OWN_FILES:
            (self.home / name).unlink(missing_ok=True)
        prune(self.runs)
        prune(socket.parent, levels=2)

    def end_program(self, name: str, seconds: float) -> None:
        """End what is left of a program that no supervisor watches: its process, and all that it started."""
        folder = self.runs / name
        noted = recall(folder / PROCESS)
        pids = [noted.pid] if noted and noted.alive else []
        launching = with_argument(str(folder / RUN_FILE))
        end([*pids, *launching, *with_environment(f"BAKEHOUSE_ROOT={folder / ROOT}")], seconds)

    def _appears(self) -> bool:
        """Whether a supervisor that somebody just started comes to answer."""
        limit = time.monotonic() + 5.0
        while with_argument(str(self._configuration)) and time.monotonic() < limit:
            if self.alive():
                return True
            time.sleep(0.05)
        return False

    def _sweep(self) -> None:
        noted = recall(self.home / SUPERVISOR)
        known = [noted.pid] if noted and noted.alive else []  # by another path, if the project was moved
        end([*known, *with_argument(str(self._configuration))], 5.0)
        for folder in self.folders():
            self.end_program(folder.name, 5.0)
        for folder in {self.socket.parent, self._fresh.parent}:
            for path in folder.glob(f"{self._fresh.name}*"):
                path.unlink(missing_ok=True)

    def _start(self) -> None:
        if importlib.util.find_spec("supervisor") is None:
            raise PermanentFault(
                "the package supervisor is not installed", hint="install bakehouse with its extra 'local'"
            )
        socket = self._fresh
        if len(os.fsencode(socket)) > _SOCKET_LIMIT:
            raise PermanentFault(
                f"runtime-path-too-long: the path {socket} is too long for a socket",
                hint="set TMPDIR or XDG_RUNTIME_DIR to a shorter one",
            )
        if socket.parent.parent == user_runtime():
            private_folder(socket.parent.parent)
        private_folder(socket.parent)
        private_folder(self.runs)
        self.configure()
        write_private(self._listening, str(socket).encode())
        passed = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
        run = subprocess.run(
            [sys.executable, "-m", "supervisor.supervisord", "-c", str(self._configuration)],
            cwd=self.home, env={**passed, SOCKET: str(socket)}, stdin=subprocess.DEVNULL, capture_output=True,
            start_new_session=True, timeout=_PATIENCE, check=False,
        )  # fmt: skip
        # One that a killed call had just forked was not to be seen yet, and may have been quicker.
        if run.returncode and not self._appears():
            said = (run.stderr or run.stdout).decode(errors="replace").strip()
            raise TransientFault(f"the supervisor does not start: {said[-500:]}")

    def _note(self) -> None:
        """Record which process the supervisor is, so that programs and later calls can tell whether it is gone."""
        limit = time.monotonic() + _PATIENCE
        while time.monotonic() < limit:
            with contextlib.suppress(Silent):
                found = identify(self.control().pid())
                if found and found != recall(self.home / SUPERVISOR):
                    remember(found, self.home / SUPERVISOR)
                return
            time.sleep(0.02)
        raise TransientFault(
            "supervisor-silent: the supervisor does not answer", hint=f"see {self.home / 'supervisord.log'}"
        )
