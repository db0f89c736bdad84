"""Where the program finds a chart."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

from ....graph.narrow import is_map
from ...sdk import PermanentFault
from ..carried import Folder
from ..local.private import write_private
from .manifests import document

FOLDER = "chart"


class Chart(Struct, frozen=True):
    """A folder's content, or the name and version of a chart elsewhere."""

    source: Folder | str
    repository: str | None = None
    version: str | None = None

    def __post_init__(self) -> None:
        if isinstance(self.source, Folder) and "Chart.yaml" not in self.source.files:
            raise PermanentFault(
                f"chart-invalid: the folder {self.source.path} holds no Chart.yaml",
                hint="name the folder in which Chart.yaml lies",
            )

    @property
    def known_version(self) -> str | None:
        """The version of a folder's chart; None for a chart elsewhere, which may write its own in another way."""
        if isinstance(self.source, str):
            return None
        found = document(self.source.contents()["Chart.yaml"])
        return str(found["version"]) if is_map(found) and "version" in found else None

    def arguments(self, run_dir: Path) -> tuple[str, ...]:
        """The arguments that name it; a folder's files are written below ``run_dir`` first.

        One call may need two charts: the one that is wanted, and the one that is recorded.
        """
        if isinstance(self.source, str):
            elsewhere = () if self.repository is None else (f"--repo={self.repository}",)
            return (self.source, f"--version={self.version}", *elsewhere)
        contents = self.source.contents()
        base = run_dir / f"{FOLDER}-{_digest(contents)}"
        if not base.exists():
            for path, content in contents.items():
                (base / path).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                write_private(base / path, content)
        return (str(base),)


def _digest(contents: Mapping[str, bytes]) -> str:
    found = hashlib.sha256()
    for path, content in sorted(contents.items()):
        found.update(f"{path}\0{len(content)}\0".encode() + content)
    return found.hexdigest()[:16]
