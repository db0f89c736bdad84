"""Finds the program, and says in what surroundings it runs."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from ...sdk import PermanentFault
from ...watchdog import inherited

NAMES = ("terraform", "tofu")
"""The programs that are looked for on PATH, in this order."""

_OWN = ("TF_CLI_CONFIG_FILE", "TF_PLUGIN_CACHE_DIR", "TF_TEMP_DIR")


def find_binary(wanted: str | None) -> str:
    """The program's path; raises :class:`PermanentFault` where it is not there."""
    for name in NAMES if wanted is None else (wanted,):
        found = shutil.which(name)
        if found is not None:
            return str(Path(found).absolute())
    what = "neither terraform nor tofu is" if wanted is None else f"the program '{wanted[:200]}' is not"
    raise PermanentFault(
        f"terraform-missing: {what} on PATH",
        hint="install Terraform 1.8 or OpenTofu 1.8, or newer, or name the program in inputs.binary",
    )


def surroundings(temporary: str, cache: Path) -> dict[str, str]:
    """The environment of the program: what it needs of ours, no secret of Bakehouse's, no settings of other runs.

    A provider that lies in the cache is used as it is. Else an init would install it anew for every folder without a lock
    file, under the feet of runs that have started it from there.
    """
    return {
        "TF_PLUGIN_CACHE_DIR": str(cache),
        **inherited(_OWN, ("TF_TOKEN_",)),
        "TF_PLUGIN_CACHE_MAY_BREAK_DEPENDENCY_LOCK_FILE": "1",
        "TF_IN_AUTOMATION": "1",
        "TF_INPUT": "0",
        "TMPDIR": temporary,
        "CHECKPOINT_DISABLE": "1",
    }


def plugin_cache() -> Path:
    """Where providers are kept for all runs of this user; made where it is missing."""
    folder = user_cache() / "terraform"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise PermanentFault(
            f"{folder} cannot be made: {error.strerror}",
            hint="set XDG_CACHE_HOME to a folder that can be written",
        ) from error
    return folder


def user_cache() -> Path:
    """This user's folder for what can be had again; it may be missing."""
    named = os.environ.get("XDG_CACHE_HOME") or str(Path(os.environ.get("HOME", "/")) / ".cache")
    return Path(named) / "bakehouse"
