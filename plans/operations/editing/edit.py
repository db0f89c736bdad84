"""What a verb would change, as a value, and whether the application is valid with it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from msgspec import Struct, field
from msgspec.structs import replace

from ....graph.application import Application
from ....graph.diagnostics import Diagnostic, Place, Severity
from ....graph.errors import InvalidInput
from ....graph.types import DriverSchemas
from ....resolvers.application import LONE_SCORE, MANIFEST, Listing, list_application, load_application_with
from ....resolvers.application.root import label, no_application
from ....resolvers.catalog import Catalog
from ....resolvers.folder import Folder
from ..validating import check_application


class Offer(Struct, frozen=True):
    """A resource that came: its name in the files, its type, and the workload that declares it, if one does."""

    name: str
    type: str
    workload: str | None


class Edit(Struct, frozen=True):
    """Contents of files by path: what they are (``before``) and what they are to be (``after``); None is no file.

    ``modes`` are those of files that are to have another than usual. ``offers`` are the resources that came, ``next``
    are lines for the person who asked.
    """

    before: Mapping[str, bytes | None]
    after: Mapping[str, bytes | None]
    offers: tuple[Offer, ...] = ()
    next: tuple[str, ...] = ()
    remarks: tuple[Diagnostic, ...] = ()
    modes: Mapping[str, int] = field(default_factory=dict[str, int])


class Settled(Struct, frozen=True):
    """An application as it would be, found valid, and what is worth knowing about it."""

    application: Application
    catalog: Catalog
    remarks: tuple[Diagnostic, ...]


class Project:
    """The files of the application at ``root``, for one edit. Every file is read once."""

    def __init__(self, root: Path) -> None:
        self.folder = Folder(root)
        self._fallback = label(root.resolve().name)

    def listing(self, *, may_be_new: bool = False) -> Listing:
        """What the application consists of; raises InvalidInput, also where there is none and none may be begun."""
        there = {e.name for e in self.folder.entries("")}
        if not may_be_new and not there & {MANIFEST, LONE_SCORE}:
            raise no_application(str(self.folder.root), is_misnamed="bakehouse.yml" in there)
        return list_application(self.folder, self._fallback)

    def edit(self, after: Mapping[str, bytes | None]) -> Edit:
        """An edit of files, each of which was read before or is to be made."""
        return Edit({path: self.folder.sources.get(path) for path in after}, after)

    def check_free(self, path: str) -> None:
        """Raise InvalidInput where something lies at a path at which a file is to be made."""
        place = self.folder.root / path
        if place.exists() or place.is_symlink():
            raise InvalidInput(Diagnostic("file-exists", f"{path} is there already"))


def settle(
    root: Path, edit: Edit, catalog: Callable[[Application], Catalog], drivers: DriverSchemas
) -> Settled:
    """Check the application at ``root`` as it would be; raises InvalidInput with all problems.

    A problem in a line that is not on the disk names only its file, so that nobody looks for it there.
    """
    try:
        application = load_application_with(root, edit.after)
        found = catalog(application)
        checked = check_application(application, found, drivers)
        _refuse_slips(checked.remarks, edit)
    except InvalidInput as problem:
        raise InvalidInput(_findable(d, edit) for d in problem.diagnostics) from None
    return Settled(application, found, (*edit.remarks, *checked.remarks))


def _refuse_slips(remarks: Iterable[Diagnostic], edit: Edit) -> None:
    """A type that is nearly a known one may be a platform's own in a file that stands; typed just now it is a slip."""
    slips = [d for d in remarks if d.code == "unknown-type" and _changes(edit, d.place)]
    if slips:
        raise InvalidInput(replace(d, severity=Severity.ERROR) for d in slips)


def _changes(edit: Edit, place: Place | None) -> bool:
    return (
        place is not None
        and place.file in edit.after
        and _line(edit.before, place) != _line(edit.after, place)
    )


def _findable(found: Diagnostic, edit: Edit) -> Diagnostic:
    place = found.place
    if place is None or not _changes(edit, place):
        return found
    return replace(found, place=Place(place.file), message=f"with this change: {found.message}")


def _line(contents: Mapping[str, bytes | None], place: Place) -> bytes | None:
    lines = (contents[place.file] or b"").splitlines()
    return lines[place.line - 1] if 0 < place.line <= len(lines) else None
