"""A script run as a user without rights, by tests that are run by root."""

import json
import os
import pwd
import shutil
import site
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

from house_tree import ROOT


def as_plain_user(script: Path, *words: str) -> dict[str, Any]:
    """What the script, given a folder of that user's own and these words, prints as JSON, and that folder, gone by then."""
    folder = Path(tempfile.mkdtemp(prefix="bkh-plain-"))
    try:
        python = _python_for_all(folder / "python")
        user = pwd.getpwnam("nobody")
        for path in (folder, *folder.rglob("*")):
            os.chown(path, user.pw_uid, user.pw_gid, follow_symlinks=False)
        run = subprocess.run(
            [python, str(script), str(folder), *words], cwd="/", user=user.pw_uid, group=user.pw_gid,
            extra_groups=[], capture_output=True, text=True, timeout=180, check=False,
            env={"PATH": os.environ["PATH"], "XDG_RUNTIME_DIR": str(folder)},
        )  # fmt: skip
    finally:
        shutil.rmtree(folder)
    assert run.returncode == 0, run.stderr
    said: dict[str, Any] = json.loads(run.stdout)
    return {**said, "folder": str(folder)}


def _python_for_all(folder: Path) -> str:
    """A Python that any user may run and that sees our packages: this one, or the system's of the same version."""
    can_run = subprocess.run(
        ["test", "-x", sys.executable], user="nobody", group="nogroup", extra_groups=[], check=False
    )
    if can_run.returncode == 0:
        return sys.executable
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    system_python = Path(f"/usr/bin/python{version}")
    if not system_python.exists():
        pytest.skip("the Python of this environment is closed to other users")
    subprocess.run([system_python, "-m", "venv", "--without-pip", folder], check=True)
    packages = folder / "lib" / f"python{version}" / "site-packages" / "shared.pth"
    packages.write_text("\n".join([*site.getsitepackages(), str(ROOT / ".src")]))
    return str(folder / "bin" / "python")
