"""Where catalogs and packs come from: folders of this machine, and repositories."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from ...graph.diagnostics import Diagnostic, Findings, Place
from ...graph.errors import InvalidInput
from ..git import GitAddress, Mirrors, committed_revision, git_address, is_git, split_ref
from .attachments import is_attached, named_paths
from .extras import CommitExtras, FolderExtras
from .folder import CatalogSource, counts, only_folders, read_attachments, read_folder
from .kinds import Pack
from .repository import read_commit
from .snapshot import LayerFiles


class GitSource(Struct, frozen=True):
    """A catalog in a repository, at one commit. ``shown`` is what people know it by."""

    address: GitAddress
    commit: str
    shown: str
    place: Place | None = None
    binding: bool = True


Source = CatalogSource | GitSource


class Sources(Struct, frozen=True):
    """Finds sources by what is written in files. Without ``mirrors`` only folders can be read."""

    mirrors: Mirrors | None = None

    def find(self, location: str, base: Path, place: Place | None = None, *, binding: bool = True) -> Source:
        """The source that ``location`` names: a folder relative to ``base``, or ``ADDRESS@VERSION``.

        Raises :class:`InvalidInput` naming ``place``, also where the version cannot be found.
        """
        if not is_git(location):
            return CatalogSource.of(location, base, place, binding=binding)
        address, version = split_ref(location)
        return self.in_git(address, version, place, binding=binding)

    def in_git(
        self,
        location: str,
        version: str | None,
        place: Place | None = None,
        *,
        binding: bool = True,
        floating: bool = False,
    ) -> GitSource:
        """The source at a repository's address and version; with ``floating`` a branch counts as it is now."""
        if self.mirrors is None:
            raise InvalidInput(only_folders(location, place))
        try:
            address = git_address(location)
            if version is None:
                raise InvalidInput(_no_version(location))
            commit = self.mirrors.commit(address, version, floating=floating)
        except InvalidInput as problem:
            raise InvalidInput(replace(d, place=place) for d in problem.diagnostics) from None
        return GitSource(address, commit, _shown(address, version), place, binding)

    def pack(self, pack: Pack, owner: Source) -> Source:
        """The source of a pack that names one, listed by the catalog at ``owner``; raises :class:`InvalidInput`."""
        location = pack.source or ""
        if is_git(location):
            address, version = split_ref(location)
            found = self.in_git(address, pack.version or version, pack.place, binding=owner.binding)
            if isinstance(owner, GitSource) and found.address.protocol == "file" != owner.address.protocol:
                raise InvalidInput(_local(location, pack.place))
            return found
        if isinstance(owner, GitSource):
            return _beside(location, owner, pack)
        found_folder = CatalogSource.of(location, owner.folder, pack.place, binding=owner.binding)
        return replace(found_folder, location=posixpath.normpath(f"{owner.location}/{location}"))

    def read(self, source: Source, findings: Findings) -> tuple[str, LayerFiles]:
        """The layer at a source, and the name that it has unless its kind ``Platform`` says another."""
        if isinstance(source, CatalogSource):
            files = read_folder(source, findings)
            named = named_paths(files)
            files |= read_attachments(source, named, findings)

            def belongs(path: str) -> bool:
                return counts(path) or is_attached(path, named)

            revision = committed_revision(source.folder, files, belongs, self._environ())
            name = source.folder.resolve().name
            own = LayerFiles(name, source.location, files, binding=source.binding, revision=revision)
            return name, replace(own, extras=FolderExtras(source.folder.resolve()))
        files, extras = {}, None
        if self.mirrors is not None:
            git = self.mirrors.git(source.address)
            files = read_commit(git, source.commit, source.address.path, source.place, findings)
            extras = CommitExtras(git, source.commit, source.address.path)
        revision = f"{source.commit}:{source.address.path}" if source.address.path else source.commit
        name = source.address.name
        return name, LayerFiles(name, source.shown, files, "git", source.binding, revision, extras)

    def _environ(self) -> Mapping[str, str]:
        return self.mirrors.environ if self.mirrors is not None else os.environ


def identity(source: Source) -> object:
    """What is equal for two ways to write one source."""
    if isinstance(source, CatalogSource):
        return source.folder.resolve()
    return source.address, source.commit


def _beside(location: str, owner: GitSource, pack: Pack) -> GitSource:
    """A pack in another folder of the same commit."""
    path = posixpath.normpath(posixpath.join(owner.address.path or ".", location))
    if path.startswith(("/", "..")) or "\0" in path:
        message = f"'{location[:200]}' leads out of the repository {owner.address.url}"
        hint = "a catalog in git names folders of its own repository, or other repositories"
        raise InvalidInput(Diagnostic("path-leaves-catalog", message, place=pack.place, hint=hint))
    address = replace(owner.address, path="" if path == "." else path)
    return replace(owner, address=address, shown=f"{owner.shown}/{location}", place=pack.place)


def _shown(address: GitAddress, version: str) -> str:
    short = version[:12] if len(version) in (40, 64) else version
    return f"{address.name}@{short}" + (f"/{address.path}" if address.path else "")


def _no_version(location: str) -> Diagnostic:
    message = f"the repository {location[:200]} is named without a version"
    hint = "add a tag or a whole commit: version: in a list of packs, @VERSION elsewhere"
    return Diagnostic("git-version-missing", message, hint=hint)


def _local(location: str, place: Place | None) -> Diagnostic:
    message = f"a catalog from another machine names the repository {location[:200]} of this one"
    return Diagnostic("git-address", message, place=place, hint="name it by its address in the network")
