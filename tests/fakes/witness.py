"""The driver `witness`, installed as a package would install it: what it makes stands in a journal outside the state.

Programs find it with the folder of :func:`installed` on their PYTHONPATH, and the journal by WITNESS_JOURNAL.
"""

import os
from pathlib import Path
from typing import ClassVar

from .world import Journal, ThingDriver, World

JOURNAL = "WITNESS_JOURNAL"


class Witness(ThingDriver):
    """Makes things in a journal."""

    name: ClassVar[str] = "witness"

    def __init__(self) -> None:
        super().__init__(World(things=Journal(Path(os.environ[JOURNAL]))))


def installed(folder: Path) -> Path:
    """A folder of installed packages that holds nothing but the driver's entry point."""
    about = folder / "witness-1.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: witness\nVersion: 1\n", encoding="utf-8")
    points = f"[bakehouse.drivers]\nwitness = {__name__}:Witness\n"
    (about / "entry_points.txt").write_text(points, encoding="utf-8")
    return folder
