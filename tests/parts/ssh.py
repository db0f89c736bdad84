"""A real OpenSSH server for tests, on a free loopback port: its key lets in whoever has it, as who runs the tests."""

import contextlib
import getpass
import os
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from parts.finding import Program, need
from parts.running import folder, free_port, server

HOW = "install Debian's openssh-server"
SSHD = Program("sshd", how=HOW, folders=("/usr/sbin",))
KEYGEN = Program("ssh-keygen", how=HOW)
_SEPARATION = Path("/run/sshd")
"""The empty folder that sshd insists on where it is root's; a system that boots makes it."""


@dataclass(frozen=True)
class SshServer:
    """A running server. ``known_hosts`` are the lines that prove it, ``key`` is the private one of who is let in."""

    host: str
    port: int
    user: str
    known_hosts: str
    key: str = field(repr=False)

    def url(self, path: Path) -> str:
        """The address of a repository in a folder."""
        return f"ssh://{self.user}@{self.host}:{self.port}{path}"


@contextlib.contextmanager
def ssh() -> Iterator[SshServer]:
    """A server that ends, and whose folder is removed, with the block."""
    program, port = str(need(SSHD)), free_port()
    with folder("ssh") as place, _separated():
        client, own = new_key(place / "client"), new_key(place / "own")
        settings = place / "sshd_config"
        settings.write_text(
            f"ListenAddress 127.0.0.1:{port}\nHostKey {place}/own\nPidFile {place}/pid\n"
            f"AuthorizedKeysFile {place}/client.pub\nStrictModes no\nUsePAM no\nPermitRootLogin prohibit-password\n"
            "PasswordAuthentication no\nKbdInteractiveAuthentication no\n"
        )
        with server((program, "-D", "-e", "-f", str(settings)), place, lambda: _greets(port), name="sshd"):
            known = f"[127.0.0.1]:{port} {own[1]}"
            yield SshServer("127.0.0.1", port, getpass.getuser(), known, client[0])


def new_key(path: Path) -> tuple[str, str]:
    """A new key pair in ``path`` and beside it: private and public, as text."""
    command = [str(need(KEYGEN)), "-q", "-t", "ed25519", "-N", "", "-C", "test", "-f", str(path)]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
    return path.read_text(), path.with_name(f"{path.name}.pub").read_text().strip()


@contextlib.contextmanager
def _separated() -> Iterator[None]:
    missing = os.geteuid() == 0 and not _SEPARATION.is_dir()
    if missing:
        _SEPARATION.mkdir(mode=0o755, exist_ok=True)
    try:
        yield
    finally:
        if missing:
            with contextlib.suppress(OSError):
                _SEPARATION.rmdir()


def _greets(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=5) as asking:
        return asking.recv(4) == b"SSH-"
    return False
