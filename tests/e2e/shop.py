"""The shop example in a folder of its own, driven by the installed command as a user would."""

import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import psycopg

from e2e.processes import Process, belonging_to
from house_tree import ROOT
from warm import COMMAND, command

EXAMPLE = ROOT / "examples" / "shop"
TRACEBACK = "Traceback (most recent call last)"


@dataclass(frozen=True)
class Run:
    """What a command said, and how it ended."""

    code: int
    out: str
    err: str

    def __str__(self) -> str:
        return f"exit code {self.code}\n--- out\n{self.out}\n--- err\n{self.err}"


@dataclass(frozen=True)
class Answer:
    """What the shop answered to a request."""

    status: int
    text: str
    headers: dict[str, str]


@dataclass(frozen=True)
class Shop:
    """A copy of the example; ``home`` holds everything that the command keeps for its user."""

    folder: Path
    home: Path
    extra: dict[str, str] = field(default_factory=dict[str, str])

    @classmethod
    def copied(cls, folder: Path, home: Path) -> "Shop":
        """The example without what a demo may have left in it, on a port of its own.

        Its own 8000 is what every web server of a developer's machine wants, also while this one is restarted.
        """
        shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns(".bakehouse", "__pycache__"))
        score = folder / "services/web/score.yaml"
        text = score.read_text(encoding="utf-8")
        with socket.create_server(("127.0.0.1", 0)) as free:
            score.write_text(text.replace("8000", str(free.getsockname()[1])), encoding="utf-8")
        return cls(folder, home)

    @property
    def environment(self) -> dict[str, str]:
        """The whole environment of a command."""
        kept = {
            n: v for n, v in os.environ.items() if n in ("LANG", "HOME", "TMPDIR") or n.startswith("XDG_")
        }
        path = f"{Path(sys.executable).parent}:{os.environ.get('PATH', os.defpath)}"
        return {**kept, "PATH": path, "NO_COLOR": "1", **self.extra}

    def start(self, *words: str, stdin: str = "") -> subprocess.Popen[str]:
        """Start a command with a short text as its standard input, and leave it running."""
        given, writing = os.pipe()
        os.write(writing, stdin.encode())
        os.close(writing)
        try:
            return subprocess.Popen(
                [*COMMAND, *words],
                cwd=self.folder,
                env=self.environment,
                stdin=given,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
        finally:
            os.close(given)

    def run(self, *words: str, expect: int | tuple[int, ...] | None = 0, stdin: str = "") -> Run:
        """Run a command to its end; it must end with ``expect`` and never show a traceback."""
        done = command(words, self.folder, self.environment, stdin)
        return ended(" ".join(words), Run(done.returncode, done.stdout, done.stderr), expect)

    def read(self, *words: str) -> Any:
        """What a command prints with ``--json``."""
        return json.loads(self.run(*words, "--json").out)

    def register(self) -> None:
        """Register the environment `local`."""
        self.run("init", "--no-input")

    def apply(self, *words: str) -> Run:
        """Apply without asking."""
        return self.run("apply", "--auto-approve", "--no-input", *words)

    def destroy(self) -> Run:
        """Take everything down."""
        return self.run(
            "destroy", "--auto-approve", "--no-input", "--confirm", "local", "--allow-destroy", "all"
        )

    def assert_nothing_to_do(self) -> None:
        """The next plan is empty."""
        self.run("plan", "--detailed-exitcode", "--no-input", expect=0)

    def edit(self, file: str, old: str, new: str) -> None:
        """Replace a text that stands in a file exactly once."""
        path = self.folder / file
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {file}"
        path.write_text(text.replace(old, new), encoding="utf-8")

    def processes(self) -> list[Process]:
        """Everything that runs and belongs to this shop."""
        return belonging_to(self.folder, self.home)

    def data_folders(self) -> list[Path]:
        """Where the database servers keep their data: for root, that is outside the project."""
        data = r"\S*/(?:postgres -D |mariadbd .*--datadir=)(\S+)"
        found = (re.match(data, process.command) for process in self.processes())
        return [Path(match[1]) for match in found if match]

    def programs(self) -> dict[str, int]:
        """The pids of the shop's own programs and of its database server, by what they are; each runs exactly once.

        A child that still carries its parent's command line has just been forked (PostgreSQL does so for every
        connection, and names the child a moment later): it is no program of its own.
        """
        found: dict[str, int] = {}
        processes = self.processes()
        commands = {process.pid: process.command for process in processes}
        for process in processes:
            name = _program(process)
            if name is not None and commands.get(process.parent) != process.command:
                assert name not in found, f"{name} runs twice: {found[name]} and {process.pid}"
                found[name] = process.pid
        return found

    def signal(self, program: str, number: signal.Signals) -> None:
        """Send a signal to one of :meth:`programs`."""
        os.kill(self.programs()[program], number)

    def url(self) -> str:
        """The address of the page."""
        url: str = self.read("outputs")["resources"]["dns#web.dns"]["url"]
        return url

    def request(self, path: str = "/", form: dict[str, str] | None = None) -> Answer:
        """Ask through the local proxy, naming the shop's host."""
        parts = urlsplit(self.url())
        connection = http.client.HTTPConnection("127.0.0.1", parts.port or 80, timeout=10)
        try:
            headers = {"Host": parts.netloc}
            if form is None:
                connection.request("GET", path, headers=headers)
            else:
                headers["Content-Type"] = "application/x-www-form-urlencoded"
                connection.request("POST", path, urlencode(form), headers)
            answer = connection.getresponse()
            return Answer(answer.status, answer.read().decode(), dict(answer.getheaders()))
        finally:
            connection.close()

    def database_url(self) -> str:
        """The URL, password included, that the running web program was given."""
        pid = self.programs()["web"]
        return next(p for p in self.processes() if p.pid == pid).environment["DATABASE_URL"]

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What the shop's database answers to its owner."""
        with psycopg.connect(self.database_url(), connect_timeout=5) as connection:
            return connection.execute(query.encode()).fetchall()


def finish(process: subprocess.Popen[str], expect: int | tuple[int, ...] | None = 0) -> Run:
    """Wait for a command that was started, and look at how it ended; None expects nothing."""
    words = " ".join(map(str, process.args)) if isinstance(process.args, list) else str(process.args)
    try:
        out, err = process.communicate(timeout=180)
    except subprocess.TimeoutExpired:
        process.kill()
        run = Run(-1, *process.communicate())
        raise AssertionError(f"{words!r} does not end: {run}") from None
    return ended(words, Run(process.returncode, out, err), expect)


def ended(words: str, run: Run, expect: int | tuple[int, ...] | None) -> Run:
    """Look at how a command ended."""
    assert TRACEBACK not in run.out + run.err, f"{words!r} shows a traceback: {run}"
    if expect is not None:
        codes = (expect,) if isinstance(expect, int) else expect
        assert run.code in codes, f"{words!r}: {run}"
    return run


def eventually(holds: Callable[[], bool], what: str, seconds: float = 20.0) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"in {seconds:.0f} s it did not come true that {what}"
        time.sleep(0.1)


def _program(process: Process) -> str | None:
    """What a process is to the shop: `web`, `worker`, `migrate`, `proxy`, `supervisor`, `postgres`; None for helpers."""
    command = process.command
    if command.endswith("main.py"):
        return "web" if "DATABASE_URL" in process.environment else "worker"
    if command.endswith("migrate.py"):
        return "migrate"
    if "supervisord" in command:
        return "supervisor"
    return "postgres" if re.match(r"\S*/postgres\s", command) else None
