"""What the services of a workload print, by ``docker compose logs``."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Collection, Iterator
from pathlib import Path

from msgspec.structs import replace

from ...kubernetes.logs import timed
from .engine import Engine

_LONGEST = 16 * 1024
_PREFIX = re.compile(r"(\S+) *\| ?(.*)\Z", re.DOTALL)
_NUMBER = re.compile(r"[-_][0-9]+\Z")


def last_lines(engine: Engine, services: Collection[str], lines: int) -> Iterator[tuple[str, str]]:
    """Pairs of (container, line), oldest first: at most ``lines`` of each."""
    words = ("logs", "--no-color", "--timestamps", f"--tail={lines}")
    with tempfile.TemporaryDirectory(prefix="bakehouse-") as folder:
        context = replace(engine.context, run_dir=Path(folder))
        there = Engine(context, engine.name, engine.folder, engine.file, engine.secrets)
        printed = there.compose(*words, services=sorted(services)).decode(errors="replace")
    split = [_split(line, services) for line in printed.removesuffix("\n").split("\n") if line]
    found = [(*timed(text), source) for source, text in split]
    yield from ((source, line) for _, line, source in sorted(found, key=lambda told: told[0]))


def follow(engine: Engine, services: Collection[str], lines: int) -> Iterator[tuple[str, str]]:
    """The same as they come, until the call is cancelled or none of the services runs any more."""
    words = ("logs", "--no-color", "--follow", f"--tail={lines}")
    with tempfile.TemporaryDirectory(prefix="bakehouse-") as folder:
        for line in engine.follow(Path(folder), *words, services=sorted(services)):
            yield _split(line, services)


def _split(line: str, services: Collection[str]) -> tuple[str, str]:
    """Container and text of a line, before which Compose says ``SERVICE-NUMBER  | ``.

    A service is called ``WORKLOAD.CONTAINER``; what has a name of its own by a profile keeps that.
    """
    found = _PREFIX.match(line)
    if found is None:
        return "compose", line[:_LONGEST]
    name, text = found[1], found[2].rstrip("\r")[:_LONGEST]
    service = _NUMBER.sub("", name)
    return (service.partition(".")[2] if service in services else name), text
