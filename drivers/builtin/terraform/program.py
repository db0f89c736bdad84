"""Runs the program's commands in a folder, under a guard, and hears what they say."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import orjson
from msgspec import Struct

from ...sdk import Context, PermanentFault
from ...watchdog import Command, Ran, run
from ..local.private import locked, private_folder
from .binary import find_binary, plugin_cache, surroundings
from .complaints import complaint, event_of, said
from .room import room
from .root import Call
from .workdir import Workdir

PLAN = "plan.bin"
GRACE = 60.0
"""Seconds in which an interrupted apply can finish what it has begun and write its state."""

_TOLD = frozenset({"apply_start", "apply_progress", "apply_complete"})


class Program(Struct, frozen=True, dict=True):
    """One program in one folder, for some calls; ``wanted`` is its name, None for the first that is found."""

    context: Context
    wanted: str | None
    workdir: Workdir
    calls: tuple[Call, ...]

    @cached_property
    def binary(self) -> str:
        """Its path; raises :class:`PermanentFault` where it is not there."""
        return find_binary(self.wanted)

    def init(self) -> None:
        """Install modules and providers. One at a time for each user, because the cache of providers has no lock."""
        with locked(plugin_cache()):
            self._run("init", "init", "-json", "-backend=true", "-upgrade=false")

    def plan(self, *more: str) -> Mapping[str, Any]:
        """Plan, and give the plan as Terraform shows it in JSON."""
        with self._room():
            self._run("plan", "plan", "-json", "-lock=false", f"-out={PLAN}", *more)
        shown = self._run("show", "show", "-json", PLAN)
        # A setting that the program does not like, such as one of a file that is not there, makes it say so first.
        lines = (line for line in shown.read_bytes().splitlines() if line.startswith(b"{"))
        try:
            found: Mapping[str, Any] = orjson.loads(next(lines, b""))
        except orjson.JSONDecodeError:
            raise PermanentFault(f"terraform-failed: {Path(self.binary).name} shows no plan") from None
        finally:
            shown.unlink()
        return found

    def apply(self) -> None:
        """Apply exactly what was planned."""
        with self._room():
            self._run("apply", "apply", "-json", PLAN)

    def refresh(self) -> None:
        """Bring the state, and nothing else, to what is there."""
        with self._room():
            self._run("refresh", "apply", "-json", "-refresh-only", "-auto-approve")

    def _room(self) -> contextlib.AbstractContextManager[None]:
        return room(plugin_cache(), self.context)

    def _run(self, verb: str, *arguments: str) -> Path:
        own = (
            ()
            if arguments[0] in ("show", "apply") and "-refresh-only" not in arguments
            else ("-input=false",)
        )
        argv = (self.binary, arguments[0], "-no-color", *own, *arguments[1:])
        with self._short_folder() as temporary:
            command = Command(argv, self.workdir.path, surroundings(temporary, plugin_cache()), umask=0o077)
            return self._watched(verb, command)

    def _short_folder(self) -> tempfile.TemporaryDirectory[str]:
        """For temporary files. Providers put their sockets there, whose paths have 107 bytes at most."""
        return tempfile.TemporaryDirectory(prefix="t", dir=private_folder(self.context.workspace.runtime))

    def _watched(self, verb: str, command: Command) -> Path:
        ran = run(self.context, command, self.workdir.path, name=verb, grace=GRACE, hear=self._hear)
        if not ran.exit.good:
            raise self._failed(verb, ran)
        return ran.output

    def _failed(self, verb: str, ran: Ran) -> Exception:
        if ran.exit.error is not None:
            return PermanentFault(f"terraform-missing: {self.binary} {ran.exit}")
        ended = f"{Path(self.binary).name} {ran.exit}"
        return complaint(verb, said(ran.output, ran.errors), self.calls, ended)

    def _hear(self, line: bytes) -> None:
        if not line.startswith(b"{"):
            return
        event = event_of(line)
        if event.get("type") in _TOLD:
            text = str(event.get("@message", ""))
            for call in self.calls:
                text = text.replace(call.address, "")
            self.context.progress(text)
