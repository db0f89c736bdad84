"""Trees and files out of a repository's objects, without a checkout."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct

from .program import Git, GitFailed


class Entry(Struct, frozen=True):
    """One entry of a commit's folder: its path below that folder, what git holds there, the object's id, its size."""

    path: str
    mode: str
    id: str
    size: int

    @property
    def is_file(self) -> bool:
        """Whether it is a plain file."""
        return self.mode in ("100644", "100755")

    @property
    def is_link(self) -> bool:
        """Whether it is a symbolic link."""
        return self.mode == "120000"


def entries(git: Git, commit: str, path: str) -> tuple[Entry, ...] | None:
    """Everything below a folder of a commit, folders themselves left out; None where there is no such folder."""
    try:
        listed = git.run("ls-tree", "--full-tree", "-r", "-z", "-l", f"{commit}:{path}")
    except GitFailed:
        return None
    return tuple(_entry(row) for row in listed.split(b"\0") if row)


def contents(git: Git, ids: Sequence[str]) -> Iterator[bytes]:
    """The contents of file objects, in the order of their ids; raises :class:`GitFailed` where one is missing."""
    if not ids:
        return
    printed = git.run("cat-file", "--batch", given="".join(f"{i}\n" for i in ids).encode())
    at = 0
    for _ in ids:
        end = printed.index(b"\n", at)
        head = printed[at:end].split(b" ")
        if len(head) != 3:
            raise GitFailed(f"the object {printed[at:end].decode('utf-8', 'replace')[:100]}")
        size = int(head[2])
        yield printed[end + 1 : end + 1 + size]
        at = end + size + 2


def _entry(row: bytes) -> Entry:
    head, _, path = row.partition(b"\t")
    mode, _, identity, size = head.split()
    return Entry(
        path.decode("utf-8", "surrogateescape"),
        mode.decode(),
        identity.decode(),
        int(size) if size != b"-" else 0,
    )
