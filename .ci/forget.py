"""Forget the stores below a folder: their entries in the user's state folder, and their keys.

Destroying leaves these two on purpose, so that a state that vanished is noticed; a demo that goes for good takes
them along. Uses the standard library only, because it runs when the package may be gone.
"""

import json
import os
import sys
from pathlib import Path


def user_folder(variable: str, default: str) -> Path:
    """The folder of Bakehouse below an XDG folder of the user."""
    return Path(os.environ.get(variable) or Path.home() / default) / "bakehouse"


def main(below: Path) -> None:
    """Remove the entry and the key of every store that lies below a folder."""
    keys = user_folder("XDG_CONFIG_HOME", ".config")
    for entry in user_folder("XDG_STATE_HOME", ".local/state").glob("stores/*.json"):
        try:
            path = Path(json.loads(entry.read_text(encoding="utf-8"))["path"])
        except (OSError, ValueError, KeyError, TypeError):
            continue
        if not path.is_relative_to(below):
            continue
        for key in keys.rglob(f"{entry.stem}*"):
            key.unlink()
        entry.unlink()
        print(f"forgot the store of {below.name}")


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
