"""The tip of a branch: read without a work tree, and moved by one commit at a time."""

from __future__ import annotations

import contextlib
import hashlib
import re
from collections.abc import Generator, Mapping

from msgspec import Struct

from ...sdk import Context, Fault, PermanentFault, TransientFault
from ..local.private import locked, system_faults
from .models import GitConnection
from .program import GitFailed, Program

_TIP = "refs/bakehouse/tip"
_MADE = "refs/bakehouse/made"
_GONE = re.compile(r"couldn't find remote ref|no such ref|Remote branch .* not found", re.IGNORECASE)
_MOVED = re.compile(
    r"stale info|fetch first|non-fast-forward|cannot lock ref|failed to update ref|reference already exists|"
    r"incorrect old value",
)
_AWAY = re.compile(
    r"Could not resolve host|Failed to connect|Connection (?:refused|reset|timed out)|timed out|"
    r"returned error: 5\d\d|early EOF|unexpected disconnect|hung up unexpectedly|lock file",
    re.IGNORECASE,
)


_OF_SSH = "Could not read from remote repository"

_LAST_MADE = "objects/info"
"""What git makes last of a copy: one that was stopped before is made once more, which git allows."""


class Moved(TransientFault):
    """The branch is no more where it was read."""


class Entry(Struct, frozen=True):
    """One entry of a tree: what git holds there (``100644``, ``120000``, …) and the object's id."""

    mode: str
    id: str

    @property
    def is_file(self) -> bool:
        """Whether it is a plain file that nobody can run."""
        return self.mode == "100644"


class Repository:
    """The connection's branch during one call. Every method raises our faults only."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self.connection = program.connection
        self.tip: str | None = None

    def fetch(self) -> None:
        """Read where the branch is now; a branch that is not there has no tip."""
        source = f"+refs/heads/{self.connection.branch}:{_TIP}"
        quiet = (
            "fetch",
            "--quiet",
            "--no-tags",
            "--depth=1",
            "--no-write-fetch-head",
            "--no-recurse-submodules",
        )
        try:
            self._program.git(*quiet, "--", self.connection.url, source, remote=True)
        except GitFailed as failed:
            if not _GONE.search(failed.message):
                raise _unreachable(failed.message, self.connection) from None
            self.tip = None
            return
        self.tip = self._git("rev-parse", "--verify", f"{_TIP}^{{commit}}").decode().strip()

    def kinds(self, *paths: str) -> dict[str, str]:
        """What stands at each path where something does: ``tree``, ``blob`` (a link, too), or ``commit``."""
        if self.tip is None:
            return {}
        asked = "".join(f"{self.tip}:{path}\n" for path in paths).encode("utf-8", "surrogateescape")
        told = self._git("cat-file", "--batch-check=%(objecttype)", said=asked).decode(errors="replace")
        kinds = [line.rpartition(" ")[2] for line in told.splitlines()]
        return {path: kind for path, kind in zip(paths, kinds, strict=True) if kind != "missing"}

    def below(self, path: str) -> dict[str, Entry]:
        """Everything below a folder, by its path below it; folders themselves are left out."""
        if self.tip is None:
            return {}
        listed = self._git("ls-tree", "-r", "-z", "--full-tree", self.tip, "--", f"{path}/")
        found: dict[str, Entry] = {}
        for row in filter(None, listed.split(b"\0")):
            head, _, name = row.partition(b"\t")
            mode, _, identity = head.decode().split()
            found[name.decode("utf-8", "surrogateescape")[len(path) + 1 :]] = Entry(mode, identity)
        return found

    def contents(self, ids: list[str]) -> list[bytes]:
        """The contents of file objects."""
        if not ids:
            return []
        printed = self._git("cat-file", "--batch", said="".join(f"{i}\n" for i in ids).encode())
        found: list[bytes] = []
        at = 0
        for _ in ids:
            end = printed.index(b"\n", at)
            size = int(printed[at:end].split(b" ")[2])
            found.append(printed[end + 1 : end + 1 + size])
            at = end + size + 2
        return found

    def commit(self, message: str, path: str, files: Mapping[str, bytes]) -> str:
        """Push one commit upon the tip, in which the folder holds these files and nothing else; its id.

        Raises :class:`Moved` where the branch is another by now, and :class:`PermanentFault` where it is not taken.
        """
        who = f"committer {self.connection.author} <{self.connection.email}> now\n".encode()
        parent = b"" if self.tip is None else f"from {self.tip}\n".encode()
        stream = [b"commit ", _MADE.encode(), b"\nmark :1\n", who, _data(message.encode()), parent]
        if self.tip is not None:
            stream.append(b"D " + _quoted(path) + b"\n")
        for name, content in sorted(files.items()):
            stream += [b"M 100644 inline ", _quoted(f"{path}/{name}"), b"\n", _data(content)]
        stream.append(b"get-mark :1\n")
        made = (
            self._git("fast-import", "--quiet", "--force", "--date-format=now", said=b"".join(stream))
            .decode()
            .strip()
        )
        self._push(made)
        return made

    def _push(self, made: str) -> None:
        branch = f"refs/heads/{self.connection.branch}"
        lease = f"--force-with-lease={branch}:{self.tip or ''}"
        refspec = f"{made}:{branch}"
        quiet = ("push", "--porcelain", "--no-verify", "--no-follow-tags", lease)
        try:
            self._program.git(*quiet, "--", self.connection.url, refspec, remote=True)
        except GitFailed as failed:
            raise self._not_taken(failed.message) from None

    def _not_taken(self, said: str) -> Fault:
        if _MOVED.search(said):
            message = f"repository-moved: the branch {self.connection.branch} was moved meanwhile"
            return Moved(message)
        if "rejected" in said:
            told = [
                line.removeprefix("remote:").strip()
                for line in said.splitlines()
                if line.startswith("remote:")
            ]
            told += [line.rpartition("\t")[2] for line in said.splitlines() if line.startswith("!")]
            hint = "let the one who commits write to this branch, or name another one in the connection"
            return PermanentFault(
                f"repository-refused: the repository does not take the commit: {'; '.join(filter(None, told))}",
                hint=hint,
            )
        return _unreachable(said, self.connection)

    def _git(self, *arguments: str, said: bytes = b"") -> bytes:
        try:
            return self._program.git(*arguments, said=said)
        except GitFailed as failed:
            raise PermanentFault(f"git-failed: git {arguments[0]}: {failed.message[:500]}") from None


@contextlib.contextmanager
def repository(context: Context) -> Generator[Repository]:
    """The branch of the call's connection, in a bare copy that this environment keeps; one call at a time."""
    connection = context.connection
    if not isinstance(connection, GitConnection):
        raise PermanentFault(
            "it has no connection of kind git", hint="name one in the definition or the environment type"
        )
    key = hashlib.sha256(f"{connection.url}\n{connection.branch}".encode()).hexdigest()[:16]
    with system_faults(), locked(context.workspace.home / "git" / key) as folder:
        program = Program(context, connection, folder)
        if not (folder / _LAST_MADE).is_dir():
            program.git("init", "--quiet", "--bare", "--template=", ".")
        found = Repository(program)
        found.fetch()
        yield found


def _unreachable(said: str, connection: GitConnection) -> Fault:
    why = _reason([line.strip() for line in said.splitlines() if line.strip()] or ["no reason"])
    kind = TransientFault if _AWAY.search(said) else PermanentFault
    return kind(
        f"git-unreachable: the repository {connection.url} cannot be used: {why[:300]}",
        hint="check the address, the network, and the connection's token or key",
    )


def _reason(lines: list[str]) -> str:
    """The line that says why; where git only says that ssh failed, what that said before."""
    for number, line in enumerate(lines):
        if line.startswith(("fatal:", "error:", "remote:")):
            return lines[number - 1] if number and _OF_SSH in line else line
    return lines[-1]


def _data(content: bytes) -> bytes:
    return b"data %d\n" % len(content) + content + b"\n"


def _quoted(path: str) -> bytes:
    """A path as fast-import reads it, whatever stands in it."""
    raw = path.encode("utf-8", "surrogateescape")
    return b'"' + raw.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'
