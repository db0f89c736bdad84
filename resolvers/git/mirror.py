"""Bare mirrors of repositories in the user's cache: one each, made and renewed by one process at a time."""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path

from msgspec import Struct

from ...graph.diagnostics import Diagnostic, did_you_mean
from ...graph.errors import InvalidInput
from .address import GitAddress
from .program import Git, GitFailed

FETCH_SECONDS = 180.0

_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?\Z")
_NAME = re.compile(r"(?!.*\.\.)[A-Za-z0-9_][A-Za-z0-9._/+-]*\Z")
_ALL = ("+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*")


class Mirrors(Struct, frozen=True):
    """The mirrors below one folder. A tag or commit that a mirror has is answered without the network."""

    folder: Path
    environ: Mapping[str, str]

    @classmethod
    def of_user(cls, environ: Mapping[str, str]) -> Mirrors:
        """Those in the user's cache folder."""
        cache = environ.get("XDG_CACHE_HOME") or Path(environ.get("HOME", "/")) / ".cache"
        return cls(Path(cache) / "bakehouse" / "git", environ)

    def git(self, address: GitAddress) -> Git:
        """The program at work in the mirror of a repository that was resolved before."""
        return Git(self._place(address), self.environ)

    def commit(self, address: GitAddress, version: str, *, floating: bool = False) -> str:
        """The commit that a tag or a whole commit's id means; with ``floating`` a branch counts, as it is now.

        Raises :class:`InvalidInput`: unreachable, unknown, a branch, or a commit that is gone.
        """
        if not _NAME.match(version):
            raise _unknown(address, version, [])
        with self._locked(address):
            mirror = self._made(address)
            found = _fixed(mirror, version)
            if found is None:
                _renew(mirror, address)
                found = _fixed(mirror, version)
            branch = _peeled(mirror, f"refs/heads/{version}")
            if found is None and branch is not None and floating:
                return branch
            if found is None and branch is not None:
                raise _floating(address, version, branch)
            if found is None and _COMMIT.match(version):
                found = _asked(mirror, address, version)
        if found is None:
            tags = mirror.run("for-each-ref", "--format=%(refname:strip=2)", "refs/tags").decode().split()
            raise _unknown(address, version, tags)
        return found

    def _place(self, address: GitAddress) -> Path:
        key = hashlib.sha256(address.url.encode()).hexdigest()[:16]
        return self.folder / f"{re.sub(r'[^A-Za-z0-9.-]', '-', address.name)[:40]}-{key}"

    @contextmanager
    def _locked(self, address: GitAddress) -> Generator[None]:
        place = self._place(address)
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle = os.open(
                place.with_name(f"{place.name}.lock"), os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600
            )
        except OSError as problem:
            message = f"the cache folder {self.folder} cannot be used: {problem.strerror}"
            hint = "set XDG_CACHE_HOME to a folder that can be written to"
            raise InvalidInput(Diagnostic("git-cache", message, hint=hint)) from None
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def _made(self, address: GitAddress) -> Git:
        """The mirror, made empty if there is none: whole or not at all."""
        place = self._place(address)
        if not place.is_dir():
            draft = Path(tempfile.mkdtemp(prefix=".new-", dir=self.folder))
            try:
                Git(draft, self.environ).run("init", "--quiet", "--bare", "--template=", ".")
                draft.rename(place)
            finally:
                shutil.rmtree(draft, ignore_errors=True)
        return Git(place, self.environ)


def _renew(mirror: Git, address: GitAddress) -> None:
    try:
        _fetch(mirror, address, "--prune", *_ALL)
    except GitFailed as problem:
        message = f"the repository {address.url} cannot be read: {problem}"
        hint = "check the address, the network, and that git gets in without asking (ssh agent, credential helper)"
        raise InvalidInput(Diagnostic("git-unreachable", message, hint=hint)) from None


def _asked(mirror: Git, address: GitAddress, commit: str) -> str:
    """A commit that no branch or tag leads to, where the server still hands it out."""
    try:
        _fetch(mirror, address, commit)
    except GitFailed:
        message = f"the repository {address.url} has no commit {commit} any more"
        hint = "it was rewritten or never pushed; name a tag or a commit that is there"
        raise InvalidInput(Diagnostic("git-commit-gone", message, hint=hint)) from None
    return commit


def _fetch(mirror: Git, address: GitAddress, *what: str) -> None:
    flags = [part for part in what if part.startswith("--")]
    refs = [part for part in what if not part.startswith("--")]
    fixed = ("fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules")
    mirror.run(*fixed, *flags, "--", address.url, *refs, protocol=address.protocol, seconds=FETCH_SECONDS)


def _fixed(mirror: Git, version: str) -> str | None:
    """The commit of a tag, or that commit itself where it is there."""
    if _COMMIT.match(version):
        return _peeled(mirror, version)
    return _peeled(mirror, f"refs/tags/{version}")


def _peeled(mirror: Git, name: str) -> str | None:
    return mirror.line("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")


def _floating(address: GitAddress, version: str, commit: str) -> InvalidInput:
    message = f"'{version}' is a branch of {address.url}, and a branch is something else tomorrow"
    return InvalidInput(
        Diagnostic(
            "git-version-floating", message, hint=f"name a tag, or the commit that it is now: {commit}"
        )
    )


def _unknown(address: GitAddress, version: str, tags: list[str]) -> InvalidInput:
    message = f"the repository {address.url} has no tag or commit '{version[:100]}'"
    hint = did_you_mean(version, tags, noun="tags") if tags else "it has no tags; name a whole commit"
    if re.fullmatch(r"[0-9a-f]{7,39}", version):
        hint = "write the whole commit; short ones may come to mean another"
    return InvalidInput(Diagnostic("git-version-unknown", message, hint=hint))
