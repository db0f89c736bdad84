"""A real git repository in a folder, for tests."""

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from folders import written

AUTHOR = {
    f"GIT_{who}_{what}": value
    for who in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "Test"), ("EMAIL", "test@example.com"), ("DATE", "2025-01-01T00:00:00Z"))
}


@dataclass(frozen=True)
class Repository:
    """A repository with a work tree."""

    folder: Path

    @classmethod
    def made(cls, folder: Path, files: Mapping[str, str]) -> "Repository":
        """A new one whose branch main holds `files`."""
        folder.mkdir(parents=True, exist_ok=True)
        made = cls(folder)
        made.git("init", "-q", "-b", "main")
        made.commit(files)
        return made

    @property
    def url(self) -> str:
        """Its address."""
        return f"file://{self.folder}"

    def git(self, *arguments: str) -> str:
        """What git says."""
        run = subprocess.run(
            ["git", *arguments],
            cwd=self.folder,
            env={**os.environ, **AUTHOR},
            capture_output=True,
            text=True,
            timeout=30,
            check=True,
        )
        return run.stdout.strip()

    def commit(self, files: Mapping[str, str], tag: str | None = None) -> str:
        """Commit the files, and give the commit."""
        written(self.folder, files)
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", "change")
        if tag is not None:
            self.git("tag", "-a", "-m", "release", tag)
        return self.git("rev-parse", "HEAD")
