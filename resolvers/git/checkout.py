"""Whether files of a folder are exactly those of the commit that is checked out."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path

from ...graph.errors import InvalidInput
from .objects import entries
from .program import Git


def committed_revision(
    folder: Path, files: Mapping[str, bytes], counts: Callable[[str], bool], environ: Mapping[str, str]
) -> str | None:
    """``COMMIT`` or ``COMMIT:FOLDER`` where ``files`` (by path below ``folder``) are those of HEAD, else None.

    Contents are compared with the commit's objects, so neither the index nor a filter has a say; a file that git
    ignores counts as not committed. ``counts`` says which paths of the commit would have been read. None also where
    there is no repository, git is not installed, or it does not trust the folder's owner.
    """
    top = folder.resolve()
    if not any(_is_there(at / ".git") for at in (top, *top.parents)):
        return None
    git = Git(top, environ)
    try:
        answer = git.line("rev-parse", "--show-prefix", "HEAD^{commit}")
        if answer is None:
            return None
        prefix, _, commit = answer.rpartition("\n")
        path = prefix.rstrip("/")
        listed = entries(git, commit, path)
    except InvalidInput:
        return None
    known = {e.path: e.id for e in listed or () if e.is_file and counts(e.path)}
    if known.keys() != files.keys() or any(_id(files[p], i) != i for p, i in known.items()):
        return None
    return f"{commit}:{path}" if path else commit


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # of a folder that we may not enter nothing can be said
        return False


def _id(content: bytes, like: str) -> str:
    """The id that git gives to a file's content, by the algorithm that ``like`` was made with."""
    name = "sha1" if len(like) == 40 else "sha256"
    return hashlib.new(name, b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()
