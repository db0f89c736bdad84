"""The checkout as the tests of the house read it: the files that belong to the project, and the package's modules."""

import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent
STOREYS = ("graph", "resolvers", "drivers", "plans", "server", "cli")


@cache
def files() -> tuple[Path, ...]:
    """Files that git knows or would add, relative to the root, links left out; sorted."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout.decode()
    paths = {Path(name) for name in listed.split("\0") if name}
    return tuple(sorted(p for p in paths if (ROOT / p).is_file() and not (ROOT / p).is_symlink()))


def package_files() -> list[Path]:
    """Files that lie in the package's storeys, relative to the root."""
    return [path for path in files() if path.parts[0] in STOREYS]


def modules() -> list[Path]:
    """Python modules of the package, relative to the root."""
    return [path for path in package_files() if path.suffix == ".py"]
