"""A real MariaDB server for tests: its data in a temporary folder, on a free loopback port.

The server refuses root, so there it runs as `mysql` or `nobody`.
"""

import contextlib
import os
import pwd
import secrets
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from parts.finding import Program, need
from parts.running import folder, free_port, server

HOW = "install Debian's mariadb-server"
MARIADB = Program("mariadbd", how=HOW, folders=("/usr/sbin",))
INSTALL = Program("mariadb-install-db", how=HOW)


class MysqlServer(Struct, frozen=True):
    """A running server and its administrator. ``log`` is the file that it writes every statement to; ``pid`` its own."""

    host: str
    port: int
    username: str
    password: str
    log: Path
    pid: int


@contextlib.contextmanager
def mysql(version: str | None = None) -> Iterator[MysqlServer]:
    """A server that ends, and whose folder is removed, with the block. Only its administrator can log in.

    With ``version`` it says that it is of that one.
    """
    program, install = str(need(MARIADB)), str(need(INSTALL))
    user, password, port = _plain_user(), secrets.token_urlsafe(12), free_port()
    with folder("my") as place:
        if user is not None:
            os.chown(place, *user)
        uid, gid = user or (None, None)
        init = (
            install,
            "--no-defaults",
            f"--datadir={place}/data",
            "--skip-test-db",
            "--innodb-log-file-size=8M",
        )
        subprocess.run(
            [*init, "--auth-root-authentication-method=normal"],
            check=True, capture_output=True, cwd=place, user=uid, group=gid,
            extra_groups=None if user is None else [],
        )  # fmt: skip
        first = place / "first.sql"
        first.touch(mode=0o600)
        first.write_text(_first(password))
        if user is not None:
            os.chown(first, *user)
        options: tuple[str, ...] = (
            "--no-defaults", f"--datadir={place}/data", f"--socket={place}/s", f"--pid-file={place}/pid",
            "--bind-address=127.0.0.1", f"--port={port}", f"--init-file={first}", "--innodb-log-file-size=8M",
            "--innodb-buffer-pool-size=16M", "--innodb-flush-log-at-trx-commit=0", "--general-log",
            f"--general-log-file={place}/said", "--skip-name-resolve",
        )  # fmt: skip
        if version is not None:
            options = (*options, f"--version={version}")
        argv = (program, *options)
        with server(argv, place, lambda: _greets(port), name="mariadbd", user=user, grace=0):
            pid = int((place / "pid").read_text())
            yield MysqlServer("127.0.0.1", port, "admin", password, place / "said", pid)


def _first(password: str) -> str:
    return (
        f"CREATE USER 'admin'@'%' IDENTIFIED BY '{password}';\n"
        "GRANT ALL ON *.* TO 'admin'@'%' WITH GRANT OPTION;\n"
        "DELETE FROM mysql.global_priv WHERE User = 'root';\n"
        "FLUSH PRIVILEGES;\n"
    )


def _plain_user() -> tuple[int, int] | None:
    """Whom the server runs as, where that is not who runs the tests."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    user = pwd.getpwnam("mysql" if "mysql" in names else "nobody")
    return user.pw_uid, user.pw_gid


def _greets(port: int) -> bool:
    """Whether it sends its greeting: after the init file was carried out."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=5) as asking:
        return len(asking.recv(5)) == 5
    return False
