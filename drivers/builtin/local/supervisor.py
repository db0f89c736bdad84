"""Supervised programs of one store and environment: put, seen, stopped, removed.

The supervisor is a detached ``supervisord`` that outlives us. Several threads and processes may use it at once.
Everything here may be killed at any moment and called again: it converges.
"""

from __future__ import annotations

import contextlib
import shutil
import sys
import time
from pathlib import Path

from ...context import Workspace
from ...faults import PermanentFault, TransientFault
from . import rooted
from .configuration import Settings, read_settings, write_settings
from .control import Control, Silent
from .daemon import Daemon
from .launch import PROCESS, ROOT, RUN_FILE
from .private import locked, private_folder, prune, system_faults
from .processes import ProcessIdentity, recall
from .program import ABSENT, Program, ProgramState
from .runfile import read_run_file, write_run_file

LAUNCHER = (sys.executable, "-m", "bakehouse", "launch")
"""The command that becomes a program, given its run file."""


class Supervisor:
    """The programs of a workspace. Making one touches nothing."""

    def __init__(self, workspace: Workspace) -> None:
        self._daemon = Daemon(workspace)
        self._home = workspace.home

    def folder(self, name: str) -> Path:
        """The program's own folder (0700), removed together with the program."""
        return self._daemon.runs / name

    def root(self, name: str) -> Path:
        """What the program knows as BAKEHOUSE_ROOT."""
        return self.folder(name) / ROOT

    def log(self, name: str) -> Path:
        """The file with what the program printed; the previous one has the suffix ``.1``."""
        return self.folder(name) / "log"

    def names(self, prefix: str = "") -> tuple[str, ...]:
        """The programs whose names begin with ``prefix``, running or not, sorted."""
        return tuple(f.name for f in self._daemon.folders() if f.name.startswith(prefix))

    def process(self, name: str) -> ProcessIdentity | None:
        """The program's living process, from local files only (well under a millisecond).

        One whose supervisor is gone does not count: nobody would start it again, and the next supervisor ends it.
        """
        if not self._daemon.watches():
            return None
        noted = recall(self.folder(name) / PROCESS)
        return noted if noted and noted.alive else None

    def state(self, name: str) -> ProgramState:
        """The program as its supervisor sees it; absent when no supervisor runs."""
        try:
            return self._daemon.control().state(name)
        except Silent:
            return ABSENT

    @system_faults()
    def ensure_running(self) -> None:
        """Have the supervisor itself running. Programs that a killed one left behind are ended, none is started."""
        with locked(self._home):
            self._daemon.ensure()

    @system_faults()
    def put(self, program: Program) -> bool:
        """Have exactly this program running; True if it was started, or started again because it changed."""
        with locked(self.folder(program.name)):
            if self.state(program.name).up and self.holds(program):
                return False
            self._write(program)
            self._start(program.name)
            return True

    @system_faults()
    def start(self, name: str) -> None:
        """Start a program that was put before and was stopped, or ended; a running one is left alone."""
        with locked(self.folder(name)):
            self._start(name)

    @system_faults()
    def restart(self, name: str) -> None:
        """Stop and start a program that was put before."""
        with locked(self.folder(name)):
            self._stop(name)
            self._start(name)

    @system_faults()
    def stop(self, name: str) -> None:
        """Stop a program and all that it started; its folder stays. A program that is not there is stopped."""
        if self.folder(name).is_dir():
            with locked(self.folder(name)):
                self._stop(name)
                prune(self.folder(name))  # made again just now if somebody removed it while we waited

    @system_faults()
    def remove(self, name: str) -> None:
        """Stop and forget a program and remove its folder. With the last one the supervisor ends."""
        folder = self.folder(name)
        if folder.is_dir():
            with locked(folder):
                self._stop(name)
                (folder / "program.json").unlink(missing_ok=True)
                with locked(self._home):
                    self._forget(name)
                shutil.rmtree(folder, ignore_errors=True)
        self.end_if_idle()

    @system_faults()
    def end_if_idle(self) -> None:
        """End the supervisor when it has no program; leaves no file of its own."""
        if not self._home.is_dir():
            return
        with locked(self._home):
            if not any(read_settings(folder) for folder in self._daemon.folders()):
                self._daemon.end()
            prune(self._home)

    def holds(self, program: Program) -> bool:
        """Whether exactly this program was put, running or not; from local files only."""
        folder = self.folder(program.name)
        if read_settings(folder) != self._settings(program):
            return False
        try:
            return read_run_file(folder / RUN_FILE).digest() == program.run.digest()
        except PermanentFault:
            return False  # missing, damaged, or left by another version: to be written again

    def _settings(self, program: Program) -> Settings:
        return Settings.of(program, (*LAUNCHER, str(self.folder(program.name) / RUN_FILE)))

    def _write(self, program: Program) -> None:
        self._stop(program.name)
        folder = private_folder(self.folder(program.name))
        self._clear(folder, program)
        write_run_file(program.run.with_shell_secrets(), folder / RUN_FILE)
        write_settings(self._settings(program), folder)

    def _clear(self, folder: Path, program: Program) -> None:
        """Take away files and links that the former run file made and this one does not."""
        try:
            former = read_run_file(folder / RUN_FILE)
        except PermanentFault:
            return
        if (folder / ROOT).is_dir():
            for target in sorted(former.targets - program.run.targets):
                rooted.remove(folder / ROOT, target)

    def _start(self, name: str) -> None:
        with locked(self._home):
            self._daemon.ensure()
            self._daemon.configure()
            control = self._daemon.control()
            control.reload()
            if not control.state(name).up:
                with contextlib.suppress(TransientFault):
                    control.forget(name)
                control.add(name)
        control.start(name)

    def _stop(self, name: str) -> None:
        settings = read_settings(self.folder(name))
        seconds = settings.stop_seconds if settings else 10
        with contextlib.suppress(Silent):
            self._stop_watched(self._daemon.control(), name, seconds + 5.0)
        self._daemon.end_program(name, seconds)

    def _stop_watched(self, control: Control, name: str, seconds: float) -> None:
        control.stop(name)
        limit = time.monotonic() + seconds
        while control.state(name).phase in ("stopping", "running", "starting"):
            if time.monotonic() > limit:
                raise TransientFault(f"the program {name} does not end")
            time.sleep(0.02)

    def _forget(self, name: str) -> None:
        if self._daemon.alive():
            self._daemon.configure()
            control = self._daemon.control()
            control.reload()
            control.forget(name)
