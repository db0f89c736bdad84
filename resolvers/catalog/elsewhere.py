"""Folders of repositories that inputs of definitions name by an address: a module, a chart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qs

from ...graph.diagnostics import Diagnostic
from ...graph.errors import InvalidInput
from ..git import GitAddress, GitFailed, Mirrors, git_address
from ..git.objects import contents, entries

LIMIT = 1024 * 1024
"""Bytes that a folder may hold in all: it is recorded with each resource, and lies in each plan that changes one."""

_MARK = "git::"
_HOSTS = ("github.com/", "bitbucket.org/", "gitlab.com/")
"""Hosts whose repositories may be named without a scheme."""

_UNUSED = (["examples"], ["tests"])
"""Folders at the top of a published module that nothing in it needs, by the standard structure of modules."""


@dataclass(frozen=True)
class Elsewhere:
    """What was read of them so far, by address; more is read through ``mirrors`` when it is first asked for.

    An address names a tag or a commit, so it gives the same files whenever it is asked. Without ``mirrors`` nothing
    more is known than what was read before.
    """

    mirrors: Mirrors | None = None
    read: dict[str, Mapping[str, bytes]] = field(default_factory=dict[str, Mapping[str, bytes]])

    def folder(self, location: str) -> Mapping[str, bytes] | None:
        """The files of the folder at an address, by POSIX path below it; None where they cannot be handed over.

        They cannot where ``location`` is no address with a version in a repository, where the folder holds links or
        more than :data:`LIMIT` bytes, or where it is not known and cannot be read here. Hidden folders, and examples
        and tests, are left out. Raises :class:`InvalidInput` where there is no such repository, version or folder.
        """
        if location not in self.read and self.mirrors is not None:
            asked = _asked(location)
            found = None if asked is None else _folder(self.mirrors, *asked)
            if found is not None:
                self.read[location] = found
        return self.read.get(location)


def is_elsewhere(location: object) -> bool:
    """Whether a text may name a folder of a repository."""
    return (
        isinstance(location, str) and location.startswith((_MARK, "git@", *_HOSTS)) and "${" not in location
    )


def _asked(location: str) -> tuple[GitAddress, str] | None:
    """The repository's folder, and its version; None where another program has to understand it."""
    written, _, query = location.partition("?")
    settings = parse_qs(query)
    versions = settings.pop("ref", [])
    settings.pop("depth", None)
    if len(versions) != 1 or settings:
        return None
    marked = f"{_MARK}https://{written}" if written.startswith(_HOSTS) else written
    try:
        return git_address(marked), versions[0]
    except InvalidInput as problem:
        if any(d.code == "git-credentials" for d in problem.diagnostics):
            raise
        return None


def _folder(mirrors: Mirrors, address: GitAddress, version: str) -> Mapping[str, bytes] | None:
    commit = mirrors.commit(address, version)
    git = mirrors.git(address)
    listed = entries(git, commit, address.path)
    if listed is None:
        message = f"commit {commit[:12]} of {address.url} has no folder '{address.path[:200]}'"
        raise InvalidInput(Diagnostic("folder-missing", message))
    chosen = [entry for entry in listed if _belongs(entry.path)]
    if not all(entry.is_file for entry in chosen) or sum(entry.size for entry in chosen) > LIMIT:
        return None
    try:
        return dict(zip((e.path for e in chosen), contents(git, [e.id for e in chosen]), strict=True))
    except GitFailed as problem:
        message = f"the cached copy of the repository {address.url} is damaged: {problem}"
        hint = f"remove {git.folder}; it is fetched again"
        raise InvalidInput(Diagnostic("git-cache", message, hint=hint)) from None


def _belongs(path: str) -> bool:
    *folders, _ = path.split("/")
    return not any(part.startswith(".") for part in folders) and folders[:1] not in _UNUSED
