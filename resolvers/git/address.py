"""Where a repository lies, and which folder of it is meant."""

from __future__ import annotations

import posixpath
import re

from msgspec import Struct

from ...graph.diagnostics import Diagnostic
from ...graph.errors import InvalidInput

PROTOCOLS = ("https", "ssh", "file")

_MARK = "git::"
_URL = re.compile(r"([a-z][a-z0-9+.-]*)://([^/]*)(/.*)\Z", re.DOTALL)
_SCP = re.compile(r"(?:[\w.-]+@)?[\w.-]+:(?!//)[^:]+\Z", re.ASCII)
_REF = re.compile(r"(.*[/:].*)@([^@]+)\Z", re.DOTALL)
_CONTROL = re.compile(r"[\x00-\x20\x7f]")


class GitAddress(Struct, frozen=True):
    """A repository's URL as git takes it, and a folder inside (POSIX, without a slash at either end; ``""`` is its top)."""

    url: str
    path: str = ""

    @property
    def protocol(self) -> str:
        """The one protocol that may be spoken for it: ``https``, ``ssh`` or ``file``."""
        found = _URL.match(self.url)
        return found[1] if found else "ssh"

    @property
    def name(self) -> str:
        """The last part of the URL, without ``.git``: what people call the repository."""
        return re.split(r"[/:]", self.url.rstrip("/"))[-1].removesuffix(".git")

    def __str__(self) -> str:
        return f"{self.url}//{self.path}" if self.path else self.url


def is_git(location: str) -> bool:
    """Whether a location is meant as the address of a repository, and not as a folder."""
    return location.startswith((_MARK, "git@")) or "://" in location


def split_ref(location: str) -> tuple[str, str | None]:
    """``ADDRESS@REF`` and ``ADDRESS?ref=REF`` as address and ref; the ref is None where there is none.

    Who is addressed before a host (``ssh://git@host/…``, ``git@host:…``) is no ref.
    """
    address, question, query = location.partition("?ref=")
    if question:
        return address, query
    scheme, separator, rest = location.removeprefix(_MARK).partition("://")
    found = _REF.match(rest if separator else scheme)
    if found is None or (separator and "/" not in found[1]):
        return location, None
    return location[: -len(found[2]) - 1], found[2]


def git_address(location: str) -> GitAddress:
    """The address that ``location`` writes: ``git::URL``, a URL that ends in ``.git``, or ``file://``; then ``//FOLDER``.

    Raises :class:`InvalidInput` for anything else, and for a password inside, which would stand in clear in files.
    """
    marked = location.startswith(_MARK)
    scheme, separator, rest = location.removeprefix(_MARK).partition("://")
    head, _, path = (rest if separator else scheme).partition("//")
    url = f"{scheme}://{head}" if separator else head
    problem = _problem(url, marked)
    inner = posixpath.normpath(path) if path else ""
    if problem is None and (inner.startswith(("/", "..")) or _CONTROL.search(url)):
        problem = Diagnostic("git-address", f"'{location[:200]}' is no address of a folder in a repository")
    if problem is not None:
        raise InvalidInput(problem)
    return GitAddress(url, "" if inner == "." else inner)


def _problem(url: str, marked: bool) -> Diagnostic | None:
    found = _URL.match(url)
    hint = "write git::https://HOST/REPOSITORY.git//FOLDER, or ssh:// or file:// in place of https://"
    if found is None:
        if _SCP.match(url) and not url.startswith("-"):
            return None
        return Diagnostic("git-address", f"'{url[:200]}' is no address of a repository", hint=hint)
    if ":" in found[2].rpartition("@")[0]:
        message = f"the address of a repository at {found[2].rpartition('@')[2]} holds a password"
        return Diagnostic(
            "git-credentials", message, hint="let a credential helper of git know it, or use ssh"
        )
    if found[1] not in PROTOCOLS:
        message = f"repositories are not read by the protocol {found[1]}://"
        return Diagnostic("git-address", message, hint=hint)
    if found[1] == "https" and not marked and not url.endswith(".git"):
        message = f"'{url[:200]}' is not said to be a repository"
        return Diagnostic("git-address", message, hint=f"write git::{url[:200]}")
    return None
