"""A server's data folder: made whole or not at all, and its superuser's password."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import os
import secrets
import shutil
import time
from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

from ...sdk import Context, Fault, PermanentFault, TransientFault
from ..local import system
from ..local.account import Account, CommandFailed, run_as
from ..local.processes import PROC, identify
from .binaries import Binaries
from .models import SUPERUSER

_LOCALES = ("C.UTF-8", "C")
_ROUNDS = 4096
_REAPING = 3.0


class Cluster(Struct, frozen=True):
    """The data folder ``data`` in ``base``; it is the account's that the server runs as, ``base`` is ours.

    ``data`` appears by a rename when it is complete, so a cut-off ``initdb`` is never taken for a cluster.
    """

    context: Context
    base: Path
    account: Account | None
    binaries: Binaries

    @property
    def data(self) -> Path:
        """The data folder."""
        return self.base / "data"

    def make(self, password: str) -> None:
        """Make the data folder; what an earlier attempt left behind is removed."""
        for left in self.base.iterdir():
            shutil.rmtree(left, ignore_errors=True) if left.is_dir() else left.unlink()
        fresh = system.give_folder(self.base / f"new-{secrets.token_hex(4)}", self.account)
        word = self._word(password)
        try:
            self._initdb(fresh, word)
        finally:
            word.unlink(missing_ok=True)
        fresh.rename(self.data)

    def set_password(self, password: str) -> None:
        """Set the password of a server that does not run, by its single-user mode: no door is opened for it."""
        self.unlock()
        statement = f"ALTER ROLE {SUPERUSER} PASSWORD '{scram_verifier(password)}'\n"
        command = [self.binaries.program("postgres"), "--single", "-D", str(self.data), "postgres"]
        said = self._run(command, statement)
        if "ERROR:" in said:
            raise PermanentFault(f"the server's password cannot be set: {_last(said)}")

    def unlock(self) -> None:
        """Remove the lock of a server that was killed and that nobody has reaped: PostgreSQL takes a zombie for alive.

        Left alone where anything still works in the data folder; PostgreSQL then says so itself.
        """
        lock = self.data / "postmaster.pid"
        with contextlib.suppress(OSError, ValueError, IndexError):
            pid = int(lock.read_text(encoding="ascii").splitlines()[0])
            limit = time.monotonic() + _REAPING
            while identify(pid) is None and (PROC / str(pid)).exists():
                if time.monotonic() > limit and not _workers(self.data):
                    lock.unlink()
                    return
                time.sleep(0.02)

    def _initdb(self, folder: Path, word: Path) -> None:
        for locale in _LOCALES:
            command = [
                self.binaries.program("initdb"), "-D", str(folder), "--username", SUPERUSER, "--pwfile", str(word),
                "--auth=scram-sha-256", "--encoding=UTF8", f"--locale={locale}",
            ]  # fmt: skip
            try:
                self._run(command)
                return
            except PermanentFault as fault:
                if "invalid locale" not in fault.message or locale == _LOCALES[-1]:
                    raise

    def _word(self, password: str) -> Path:
        """A file with the password that only the account can read; a command line could be read by everybody."""
        path = self.base / f"word-{secrets.token_hex(4)}"
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(password)
            if self.account:
                os.fchown(file.fileno(), self.account.uid, self.account.gid)
        return path

    def _run(self, command: Sequence[str], said: str = "") -> str:
        try:
            return run_as(self.context, self.account, command, self.base, said)
        except CommandFailed as failed:
            raise _fault(str(failed), failed.printed) from None


def _workers(folder: Path) -> list[str]:
    """The processes whose working directory this is: every process of a server stands in its data folder."""
    found: list[str] = []
    for process in PROC.iterdir():
        with contextlib.suppress(OSError):
            if process.name.isdigit() and (process / "cwd").readlink() == folder:
                found.append(process.name)
    return found


def scram_verifier(password: str) -> str:
    """What PostgreSQL keeps of a password in plain ASCII: the form of RFC 5802 for SCRAM-SHA-256."""
    salt = secrets.token_bytes(16)
    salted = hashlib.pbkdf2_hmac("sha256", password.encode("ascii"), salt, _ROUNDS)
    client = hmac.digest(salted, b"Client Key", "sha256")
    parts = [salt, hashlib.sha256(client).digest(), hmac.digest(salted, b"Server Key", "sha256")]
    shown = [base64.b64encode(part).decode() for part in parts]
    return f"SCRAM-SHA-256${_ROUNDS}:{shown[0]}${shown[1]}:{shown[2]}"


def _fault(failure: str, output: str) -> Fault:
    message = f"{failure}: {_last(output)}"
    if "No space left on device" in output:
        return TransientFault(message, hint="free some space on the disk")
    return PermanentFault(message)


def _last(output: str) -> str:
    lines = [line.strip() for line in output.splitlines() if "error" in line.lower() or "FATAL" in line]
    return "; ".join(lines[-3:]) or " ".join(output.split())[-300:]
