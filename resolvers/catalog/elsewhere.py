"""Folders that inputs of definitions name by an address: of a repository, or of a module in a registry."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qs

from msgspec import Struct, field

from ...graph.diagnostics import Diagnostic
from ...graph.errors import InvalidInput
from ..git import GitAddress, GitFailed, Mirrors, git_address
from ..git.objects import contents, entries
from .registry import Places, Published, RegistryFailed

LIMIT = 1024 * 1024
"""Bytes that a folder may hold in all: it is recorded with each resource, and lies in each plan that changes one."""

_MARK = "git::"
_HOSTS = ("github.com/", "bitbucket.org/", "gitlab.com/")
"""Hosts whose repositories may be named without a scheme."""

_UNUSED = (["examples"], ["tests"])
"""Folders at the top of a published module that nothing in it needs, by the standard structure of modules."""


class StaysElsewhere(Exception):
    """Why the files of a folder do not travel: whoever applies has to fetch them. Its text can be shown to people."""


class Elsewhere(Struct, frozen=True):
    """What was read of them so far, by address; more is read through ``mirrors`` when it is first asked for.

    An address names a tag, a commit or a version, so it gives the same files whenever it is asked. Without ``mirrors``
    nothing more is known than what was read before.
    """

    mirrors: Mirrors | None = None
    read: dict[str, Mapping[str, bytes]] = field(default_factory=dict[str, Mapping[str, bytes]])

    def folder(self, location: str) -> Mapping[str, bytes] | None:
        """The files of the folder at an address of :func:`named`, by POSIX path below it; None where nothing is known.

        Hidden folders, and examples and tests at its top, are left out. Raises :class:`StaysElsewhere` for addresses that
        are not understood, registries that do not answer, links, and more than :data:`LIMIT` bytes;
        :class:`InvalidInput` where there is no such repository, version or folder.
        """
        if location not in self.read and self.mirrors is not None:
            self.read[location] = _folder(self.mirrors, *_asked(location, self.mirrors))
        return self.read.get(location)


def named(source: object, version: object) -> str | None:
    """The address that two inputs write, such as ``git::https://…?ref=v1.0.0`` or ``HOST/A/B/C@1.0.0``; None for others.

    ``version`` is that of a registry's module.
    """
    if not isinstance(source, str) or "${" in source:
        return None
    if source.startswith((_MARK, "git@", *_HOSTS)):
        return source
    published = Published.of(source, version)
    return None if published is None else str(published)


def _asked(location: str, mirrors: Mirrors) -> tuple[GitAddress, str]:
    """The repository's folder, and its version."""
    source, _, version = location.rpartition("@")
    published = Published.of(source, version)
    if published is not None:
        try:
            location = Places(mirrors.folder / "registry", mirrors.environ).of(published)
        except RegistryFailed as problem:
            raise StaysElsewhere(str(problem)) from None
    written, _, query = location.partition("?")
    settings = parse_qs(query)
    versions = settings.pop("ref", [])
    settings.pop("depth", None)
    if len(versions) != 1 or settings:
        raise StaysElsewhere(f"{location[:200]} has settings besides ref and depth, or no ref")
    try:
        address = git_address(f"{_MARK}https://{written}" if written.startswith(_HOSTS) else written)
    except InvalidInput as problem:
        if any(d.code == "git-credentials" for d in problem.diagnostics):
            raise
        raise StaysElsewhere(problem.diagnostics[0].message) from None
    if published is not None and address.protocol == "file":
        raise StaysElsewhere(f"{published.host} names a repository of this machine")
    return address, versions[0]


def _folder(mirrors: Mirrors, address: GitAddress, version: str) -> Mapping[str, bytes]:
    commit = mirrors.commit(address, version)
    git = mirrors.git(address)
    listed = entries(git, commit, address.path)
    if listed is None:
        message = f"commit {commit[:12]} of {address.url} has no folder '{address.path[:200]}'"
        raise InvalidInput(Diagnostic("folder-missing", message))
    chosen = [entry for entry in listed if _belongs(entry.path)]
    if not all(entry.is_file for entry in chosen):
        raise StaysElsewhere("it holds a symbolic link or a submodule")
    if not all(entry.path.isprintable() for entry in chosen):
        raise StaysElsewhere("it holds a file whose name cannot be shown")
    if sum(entry.size for entry in chosen) > LIMIT:
        raise StaysElsewhere(f"it holds more than {LIMIT // 1024**2} MiB")
    try:
        return dict(zip((e.path for e in chosen), contents(git, [e.id for e in chosen]), strict=True))
    except GitFailed as problem:
        message = f"the cached copy of the repository {address.url} is damaged: {problem}"
        hint = f"remove {git.folder}; it is fetched again"
        raise InvalidInput(Diagnostic("git-cache", message, hint=hint)) from None


def _belongs(path: str) -> bool:
    *folders, _ = path.split("/")
    return not any(part.startswith(".") for part in folders) and folders[:1] not in _UNUSED
