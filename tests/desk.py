"""A small application of values only, and the command started in its folder as anybody would."""

import json
import os
import re
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from warm import COMMAND, command

PLATFORM = """\
apiVersion: bakehouse.dev/v1
kind: Platform
metadata: {name: small}
spec: {organization: small}
---
apiVersion: bakehouse.dev/v1
kind: EnvironmentType
metadata: {name: plain}
spec:
  onRemove: destroy
  ephemeral: allowed
  variables: {LEVEL: {default: info}, COUNT: {default: 1}, TOKEN: {secret: true}}
---
apiVersion: bakehouse.dev/v1
kind: EnvironmentType
metadata: {name: careful}
spec: {onRemove: protect, order: 2}
---
apiVersion: bakehouse.dev/v1
kind: ResourceType
metadata: {name: greeting}
spec:
  params: {type: object, properties: {name: {type: string}}}
  outputs:
    type: object
    properties: {text: {type: string}, key: {type: string, x-secret: true}}
    required: [text]
---
apiVersion: bakehouse.dev/v1
kind: ResourceDefinition
metadata: {name: greeting}
spec:
  type: greeting
  driver: template
  match: [{}]
  inputs:
    values: {text: "hello ${resource.params.name}"}
    secrets: {key: {$secret: {store: env, ref: GREETING_KEY}}}
"""

APPLICATION = """\
apiVersion: bakehouse.dev/v1
kind: Application
metadata: {name: hello}
spec:
  workloads: []
  platform: ./platform
  shared:
    world: {type: greeting, params: {name: world}}
    again: {type: greeting, params: {name: "${resources.world.text}"}}
"""

SMALL = {"platform/platform.yaml": PLATFORM, "bakehouse.yaml": APPLICATION}
"""The files of the small application."""

PLAIN = """\
kind: EnvironmentType
metadata: {name: plain}
spec: {onRemove: destroy}
---
"""
"""The head of a catalog that knows one type of environment."""

KEY = "planted-1f0c9b7e"


def application(spec: str) -> str:
    """The file of an application called shop whose catalog is in `platform`; ``spec`` is what else it says."""
    head = "apiVersion: bakehouse.dev/v1\nkind: Application\nmetadata: {name: shop}\n"
    return f"{head}spec: {{platform: ./platform, {spec}}}\n"


@dataclass(frozen=True)
class Run:
    """What a command said, and how it ended."""

    code: int
    out: str
    err: str

    @property
    def codes(self) -> list[str]:
        """The codes of the problems that it told, in their order."""
        return re.findall(r"(?ms)^(?:error|warning|notice): .*? \[([a-z-]+)\]$", self.err)


@dataclass(frozen=True)
class Desk:
    """A folder with an application, and the command in it."""

    folder: Path

    def __call__(self, *words: str, expect: int = 0, stdin: str = "", **variables: str) -> Run:
        """Run the command to its end; it must end with ``expect`` and never show a traceback."""
        done = command(words, self.folder, self._environment(variables), stdin)
        assert "Traceback" not in done.stderr, done.stderr
        assert done.returncode == expect, (
            f"{words} ended with {done.returncode}\n{done.stdout}\n{done.stderr}"
        )
        return Run(done.returncode, done.stdout, done.stderr)

    def start(self, *words: str, **variables: str) -> subprocess.Popen[bytes]:
        """Start the command in a fresh interpreter that nobody hears, and leave it running."""
        quiet = subprocess.DEVNULL
        return subprocess.Popen(
            [*COMMAND, *words],
            cwd=self.folder, env=self._environment(variables), stdin=quiet, stdout=quiet, stderr=quiet,
        )  # fmt: skip

    def read(self, *words: str) -> Any:
        """What the command prints with ``--json``."""
        return json.loads(self(*words, "--json").out)

    def edit(self, file: str, change: Callable[[str], str]) -> None:
        """Change a file's text."""
        path = self.folder / file
        path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")

    def _environment(self, variables: Mapping[str, str]) -> dict[str, str]:
        return {**os.environ, "NO_COLOR": "1", "GREETING_KEY": KEY, **variables}
