"""The folder of a resource in the repository: whose it is, what differs in it, and how it is brought to what is wanted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct

from ...sdk import Conflict, Context
from .contents import MARKER, marker, told
from .repository import Entry, Moved, Repository

_TRIES = 8
_PAUSE = 0.2


class Folder(Struct, frozen=True):
    """What the tip holds at a path: the entries below it, and the contents of those that are plain files."""

    path: str
    entries: Mapping[str, Entry]
    contents: Mapping[str, bytes]

    @property
    def uid(self) -> str | None:
        """The uid of the resource that it belongs to."""
        return told(self.contents[MARKER], "uid") if MARKER in self.contents else None

    @property
    def token(self) -> str | None:
        """The token of the object that it is."""
        return told(self.contents[MARKER], "token") if MARKER in self.contents else None

    def differences(self, wanted: Mapping[str, bytes]) -> Iterator[str]:
        """What is not as wanted, a sentence each."""
        for name in sorted({*wanted, *self.entries}):
            if name not in self.entries:
                yield f"{name} is gone"
            elif name not in wanted:
                yield f"{name} was added"
            elif self.contents.get(name) != wanted[name]:
                yield f"{name} was changed"


def folder(repository: Repository, path: str) -> Folder:
    """The folder at the tip."""
    entries = repository.below(path)
    plain = [name for name, entry in entries.items() if entry.is_file]
    contents = repository.contents([entries[name].id for name in plain])
    return Folder(path, entries, dict(zip(plain, contents, strict=True)))


def check(repository: Repository, found: Folder, context: Context) -> None:
    """Raise :class:`Conflict` where the folder, or one above or below it, is somebody else's, or is no folder."""
    steps = found.path.split("/")
    above = ["/".join(steps[:n]) for n in range(1, len(steps) + 1)]
    kinds = repository.kinds(*above, *(f"{path}/{MARKER}" for path in above[:-1]))
    for path in above:
        if kinds.get(path, "tree") != "tree":
            raise _taken(path, "is no folder: a file, a link, or another repository")
        if f"{path}/{MARKER}" in kinds:
            raise _taken(path, "belongs to another resource of Bakehouse")
    inside = [name for name in found.entries if name.endswith(f"/{MARKER}")]
    if inside:
        raise _taken(
            f"{found.path}/{inside[0][: -len(MARKER) - 1]}", "belongs to another resource of Bakehouse"
        )
    if found.entries and found.uid != context.uid:
        owner = "somebody else" if found.uid is None else f"the resource {found.uid}"
        raise _taken(found.path, f"exists and belongs to {owner}", owner=owner)


def brought(
    context: Context, repository: Repository, path: str, texts: Mapping[str, str]
) -> tuple[str, bool]:
    """Commit the folder as it is to be, upon wherever the branch is; the commit, and whether it was made now.

    Raises :class:`Moved` where others are always quicker.
    """
    wanted = {MARKER: marker(context).encode(), **{name: text.encode() for name, text in texts.items()}}
    for number in range(1, _TRIES + 1):
        found = folder(repository, path)
        check(repository, found, context)
        if repository.tip is not None and not any(found.differences(wanted)) and _plain(found):
            return repository.tip, False
        try:
            return repository.commit(_message(context, "apply"), path, wanted), True
        except Moved:
            _again(context, repository, number)
    raise _restless(repository)


def removed(context: Context, repository: Repository, path: str) -> None:
    """Commit the end of the folder, where it carries the call's token."""
    for number in range(1, _TRIES + 1):
        found = folder(repository, path)
        if found.token != context.token:
            return
        try:
            repository.commit(_message(context, "remove"), path, {})
        except Moved:
            _again(context, repository, number)
        else:
            return
    raise _restless(repository)


def _plain(found: Folder) -> bool:
    return all(entry.is_file for entry in found.entries.values())


def _again(context: Context, repository: Repository, number: int) -> None:
    context.progress(f"the branch {repository.connection.branch} was moved meanwhile: trying again")
    context.cancelled.wait(_PAUSE * number)
    context.cancelled.check()
    repository.fetch()


def _restless(repository: Repository) -> Moved:
    return Moved(
        f"repository-moved: the branch {repository.connection.branch} was moved {_TRIES} times meanwhile"
    )


def _message(context: Context, verb: str) -> str:
    around = context.workspace
    return (
        f"{verb} {context.address} of {around.application} in {around.environment}\n\n"
        f"Bakehouse-Resource: {context.uid}\nBakehouse-Token: {context.token}\n"
    )


def _taken(path: str, why: str, *, owner: str | None = None) -> Conflict:
    return Conflict(
        f"repository-path-taken: {path} {why}",
        owner=owner,
        hint="give the definition another path, or move what is there",
    )
