"""Driver ``embedded-mysql``: a MariaDB server of the environment's own."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from pydantic import BaseModel, SecretStr

from ....graph.values import Value, in_text, text
from ...sdk import Context, PermanentFault, TransientFault, secret, stable
from ..local.account import Account, CommandFailed, run_as
from ..local.ports import HOST
from ..mysql.session import verifier
from .server import EmbeddedServer, NoInputs, Start

_INSTALL = "mariadb-install-db"
_USER = "root"
_FIRST = "first.sql"
_LOG_SIZE = "--innodb-log-file-size=16M"


class EmbeddedMysqlOutputs(BaseModel):
    """How to connect as the server's administrator. An update changes none of it; a rotation gives another password."""

    host: str = stable()
    port: int = stable()
    username: str = stable()
    password: SecretStr = secret(stable=True)


class EmbeddedMysql(EmbeddedServer[NoInputs, EmbeddedMysqlOutputs]):
    """Makes a data folder and runs a server on it.

    What its administrator's password is checked by is set each time that it starts, before it takes a connection; so no
    password is ever in a statement, and none is missing.
    """

    name: ClassVar[str] = "embedded-mysql"
    summary: ClassVar[str] = "a MariaDB server of the environment's own, on this machine"
    timeout: ClassVar[float] = 180.0
    program: ClassVar[str] = "mariadbd"
    install: ClassVar[str] = "install MariaDB 10.5 or newer, such as Debian's mariadb-server"
    what: ClassVar[str] = "the MariaDB server"
    account: ClassVar[str | None] = "mysql"
    folders: ClassVar[tuple[str, ...]] = ("/usr/sbin", "/usr/local/sbin")
    Inputs = NoInputs
    Outputs = EmbeddedMysqlOutputs

    def fill(self, context: Context, account: Account | None, data: Path) -> None:
        """The server's own tables, by its own program; nobody can connect before it was started for the first time."""
        install = shutil.which(_INSTALL, path=self.path())
        if install is None:
            raise PermanentFault(f"{_INSTALL} is not on the PATH of this machine", hint=self.install)
        context.progress("making the data folder of a MariaDB server")
        command = [
            install, "--no-defaults", f"--datadir={data}", f"--tmpdir={data}", "--skip-test-db", "--skip-name-resolve",
            "--auth-root-authentication-method=normal", _LOG_SIZE,
        ]  # fmt: skip
        try:
            run_as(context, account, command, data)
        except CommandFailed as failed:
            message = f"{failed}: {' '.join(failed.printed.split())[-300:]}"
            if "No space left on device" in failed.printed:
                raise TransientFault(message, hint="free some space on the disk") from None
            raise PermanentFault(message) from None

    def start(self, inputs: NoInputs, root: Path, data: Path, ports: Mapping[str, int], secret: str) -> Start:
        """On loopback alone, without a socket in the file system, and without the settings of the machine's own server."""
        arguments = _arguments(f"{data}", f"{data.parent}/{_FIRST}", str(ports[self.program]))
        return Start(tuple(map(str, arguments)), settings={_FIRST: _first(secret)})

    def shown(self, planned: Mapping[str, Any], port: Value) -> list[Value]:
        """All of them."""
        return _arguments(".", f"../{_FIRST}", port)

    def made(self, inputs: NoInputs, ports: Mapping[str, int]) -> Mapping[str, Any]:
        """Where it listens, and its administrator."""
        return {"host": HOST, "port": ports[self.program], "username": _USER}


def _arguments(data: str, first: str, port: Value) -> list[Value]:
    return [
        "--no-defaults", f"--datadir={data}", f"--init-file={first}", f"--bind-address={HOST}",
        text(["--port=", *in_text(port)]), "--socket=", "--skip-name-resolve",
        "--innodb-buffer-pool-size=64M", _LOG_SIZE,
    ]  # fmt: skip


def _first(secret: str) -> str:
    """Leaves one administrator, who comes from this machine with this password."""
    user = f"'{_USER}'@'{HOST}'"
    return (
        f"CREATE USER IF NOT EXISTS {user};\n"
        f"ALTER USER {user} IDENTIFIED BY PASSWORD '{verifier(secret)}';\n"
        f"GRANT ALL PRIVILEGES ON *.* TO {user} WITH GRANT OPTION;\n"
        f"DELETE FROM mysql.global_priv WHERE User IN ('{_USER}', '') AND Host <> '{HOST}';\n"
        "FLUSH PRIVILEGES;\n"
    )
