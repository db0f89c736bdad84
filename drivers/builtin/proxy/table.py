"""Where requests go: route files in a folder, each one rule, read again when the folder changes."""

from __future__ import annotations

import json
import time
from pathlib import Path

from msgspec import Struct, field

SUFFIX = ".json"
_TICK = 100_000_000  # nanoseconds in which a second change may leave the folder's time stamp as it was


class Rule(Struct, frozen=True):
    """Requests for ``host`` below ``path`` go to ``port`` of ``upstream``; ``name`` says to people what is there."""

    host: str
    path: str
    upstream: str
    port: int
    name: str = ""

    def takes(self, host: str, path: str) -> bool:
        """Whether a request is for this rule; a prefix ends at a slash."""
        prefix = self.path.rstrip("/")
        return self.host == host and (path == prefix or path.startswith(f"{prefix}/"))


class Table(Struct):
    """The rules of a folder, as they are at each question."""

    folder: Path
    _seen: tuple[int, int] = (0, 0)
    _rules: tuple[Rule, ...] = field(default=())

    def rules(self) -> tuple[Rule, ...]:
        """All rules; those of one host with the longest path first. Files that are no rules are left out."""
        try:
            found = self.folder.stat()
        except OSError:
            return ()
        stamp = (found.st_mtime_ns, found.st_ino)
        settled = abs(time.time_ns() - found.st_mtime_ns) > _TICK
        if stamp != self._seen or not settled:
            files = sorted(
                p for p in self.folder.iterdir() if p.suffix == SUFFIX and not p.name.startswith(".")
            )
            rules = [rule for path in files if (rule := read_rule(path)) is not None]
            self._rules = tuple(sorted(rules, key=lambda rule: (rule.host, -len(rule.path.rstrip("/")))))
            self._seen = stamp
        return self._rules

    def find(self, host: str, path: str) -> Rule | None:
        """The rule with the longest path that takes the request."""
        return next((rule for rule in self.rules() if rule.takes(host, path)), None)


def read_rule(path: Path) -> Rule | None:
    """The rule in a file, or None when it is none."""
    try:
        data = json.loads(path.read_bytes())
        return Rule(
            str(data["host"]).lower(),
            str(data["path"]),
            str(data["upstream"]),
            int(data["port"]),
            str(data["name"]),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None
