"""Measuring whole processes from start to exit, and the disk they write to."""

import json
import os
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

STOPWATCH = Path(__file__).parent / "stopwatch.py"


@dataclass(frozen=True, slots=True)
class Sample:
    """One run of one command. Seconds; `peak` is the largest resident size of it or of a child, in bytes."""

    wall: float
    cpu: float
    peak: int


class Failed(Exception):
    """The command ended with another exit code than 0, or did not say what it should; the message holds its last words."""


class TooLong(Exception):
    """The command was stopped because it took longer than allowed."""


@dataclass(frozen=True, slots=True)
class Command:
    """A program with its arguments, where and with which environment it runs."""

    arguments: Sequence[str]
    folder: Path
    environment: Mapping[str, str]
    says: str = ""
    """What must be in its output; a command that quietly did less must not count."""


def run(command: Command, limit: float) -> Sample:
    """Run a command to its end, at most `limit` seconds; raises Failed or TooLong. Its output goes to `last.log`."""
    log, result = command.folder / "last.log", command.folder / "last.json"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-I", "-S", str(STOPWATCH), str(result), *command.arguments],
            cwd=command.folder,
            env=dict(command.environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            process.wait(limit)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            raise TooLong(f"over {limit:.0f} s") from None
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL)
            raise
    said = log.read_text(encoding="utf-8", errors="replace")
    figures = json.loads(result.read_text(encoding="utf-8"))
    code = figures.pop("code")
    if code or command.says not in said:
        wanted = f" without saying {command.says!r}" if command.says not in said else ""
        raise Failed(f"{' '.join(command.arguments)} ended with {code}{wanted}:\n{said[-2000:]}")
    return Sample(**figures)


def flush_time(folder: Path, count: int = 200) -> float:
    """Median seconds of one fdatasync after a write of 4 KiB at the end of a file in `folder`."""
    path = folder / "flush.probe"
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    times: list[float] = []
    try:
        for _ in range(count):
            os.write(handle, b"x" * 4096)
            start = time.perf_counter()
            os.fdatasync(handle)
            times.append(time.perf_counter() - start)
    finally:
        os.close(handle)
        path.unlink()
    return statistics.median(times)


def median(samples: Sequence[Sample]) -> Sample:
    """The median of each figure on its own."""
    return Sample(
        statistics.median(s.wall for s in samples),
        statistics.median(s.cpu for s in samples),
        int(statistics.median(s.peak for s in samples)),
    )
