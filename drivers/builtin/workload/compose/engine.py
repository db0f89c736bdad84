"""The program ``docker`` with its part ``compose``, about one project."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from .....graph.narrow import is_list, is_map
from ....context import Context
from ....faults import Fault, PermanentFault
from ....secrets import scrub
from ....watchdog import Command, Exit, inherited, run, stream

_HINT = (
    "install and start a container engine with the program docker, or let the workload run on another target"
)
_OWN = (
    "DOCKER_HOST",
    "DOCKER_CONTEXT",
    "DOCKER_CONFIG",
    "DOCKER_CERT_PATH",
    "DOCKER_TLS_VERIFY",
    "XDG_RUNTIME_DIR",
)
_NOBODY = (
    "Cannot connect to the Docker daemon",
    "failed to connect to the docker API",
    "is the docker daemon running",
)
_NO_COMPOSE = ("is not a docker command", "unknown flag: --project-name", "unknown shorthand flag")


def docker() -> str:
    """The program's path; raises :class:`PermanentFault` (``no-engine``) where it is not there."""
    found = shutil.which("docker")
    if found is None:
        raise PermanentFault("no-engine: the program docker is not on PATH", hint=_HINT)
    return str(Path(found).absolute())


@dataclass(frozen=True)
class Engine:
    """``docker compose`` for the part of the project ``name`` in ``folder`` that ``file`` describes.

    ``secrets`` are the file's variables, in clear. Other parts of the project are left alone.
    """

    context: Context
    name: str
    folder: Path
    file: Path
    secrets: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    _numbers: Any = field(default_factory=lambda: itertools.count(1))

    def compose(self, *words: str, services: Sequence[str] = ()) -> bytes:
        """What it says. Raises faults, without the secrets."""
        command = self._command(words, services)
        ran = run(self.context, command, self.context.run_dir, name=f"docker-{next(self._numbers)}")
        printed, said = ran.output.read_bytes(), ran.errors.read_text(errors="replace")
        for file in (ran.output, ran.errors):
            file.unlink()
        if ran.exit.error is not None:
            raise PermanentFault(f"no-engine: docker {ran.exit}", hint=_HINT)
        if not ran.exit.good:
            raise _complaint(words[0], scrub(said, self.secrets.values()), f"docker {ran.exit}")
        return printed

    def follow(self, run_dir: Path, *words: str, services: Sequence[str]) -> Iterator[str]:
        """The lines that it says, as they come, until the call is cancelled. Raises faults where it ends badly."""

        def ended(found: Exit, said: str) -> None:
            if found.error is not None:
                raise PermanentFault(f"no-engine: docker {found}", hint=_HINT)
            if not found.good:
                raise _complaint(words[0], said, f"docker {found}")

        command = self._command(words, services)
        for line in stream(self.context.cancelled, command, run_dir, name="docker", ended=ended):
            yield line.decode(errors="replace")

    def _command(self, words: Sequence[str], services: Sequence[str]) -> Command:
        place = (
            "--project-name",
            self.name,
            "--project-directory",
            str(self.folder),
            "--file",
            str(self.file),
        )
        quiet = ("--ansi", "never", "--progress", "quiet")
        argv = (docker(), "compose", *place, *quiet, *words, *(("--", *services) if services else ()))
        environment = {**inherited(_OWN), "COMPOSE_IGNORE_ORPHANS": "1", **self.secrets}
        return Command(argv, self.folder, environment, umask=0o077)

    def containers(self, services: Sequence[str]) -> list[Mapping[str, Any]]:
        """The containers of these services, running or not."""
        printed = self.compose("ps", "--all", "--format", "json", services=services)
        try:
            rows = [orjson.loads(line) for line in printed.splitlines() if line.strip()]
        except orjson.JSONDecodeError:
            raise PermanentFault("compose-failed: docker compose ps prints no JSON") from None
        return [item for row in rows for item in (row if is_list(row) else [row]) if is_map(item)]


def _complaint(verb: str, said: str, ended: str) -> Fault:
    text = " ".join(said.split())[-1500:] or ended
    if any(words in text for words in _NOBODY):
        return PermanentFault(f"no-engine: {text}", hint=_HINT)
    if any(words in text for words in _NO_COMPOSE):
        return PermanentFault(f"no-engine: docker has no part compose: {text}", hint=_HINT)
    return PermanentFault(f"compose-failed: {verb} failed: {text}")
