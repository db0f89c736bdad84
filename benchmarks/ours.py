"""Bakehouse: the same values as shared resources of a type of the benchmark's own, met by the driver `template`."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from .contender import quiet
from .measure import Command
from .shapes import Shape, value

PLATFORM = """\
apiVersion: bakehouse.dev/v1
kind: Platform
metadata: {name: benchmark}
spec: {organization: benchmark}
---
apiVersion: bakehouse.dev/v1
kind: EnvironmentType
metadata: {name: benchmark}
spec: {onRemove: destroy}
---
apiVersion: bakehouse.dev/v1
kind: ResourceType
metadata: {name: bench-value}
spec:
  params:
    type: object
    properties: {value: {type: string}, sources: {type: array, items: {type: string}}}
  outputs:
    type: object
    properties: {value: {type: string}, sources: {type: array}}
---
apiVersion: bakehouse.dev/v1
kind: ResourceDefinition
metadata: {name: bench-value}
spec:
  type: bench-value
  driver: template
  match: [{}]
  inputs:
    values: {value: "${resource.params.value}", sources: "${resource.params.sources}"}
"""


class Bakehouse:
    """The checked-out Bakehouse over one shape, with state in a SQLite file, every step durable."""

    name = "bakehouse"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._environment = quiet(os.environ, folder / "home")
        (folder / "platform").mkdir(parents=True)
        (folder / "home").mkdir()
        (folder / "platform" / "platform.yaml").write_text(PLATFORM, encoding="utf-8")

    def write(self, shape: Shape, changed: frozenset[int]) -> None:
        """Write bakehouse.yaml with every node under `spec.shared`."""
        lines = [
            "apiVersion: bakehouse.dev/v1",
            "kind: Application",
            "metadata: {name: benchmark}",
            "spec:",
            "  workloads: []",
            "  platform: ./platform",
            "  shared:",
        ]
        for index, reads in enumerate(shape.reads):
            lines.append(f"    {shape.node(index)}:")
            lines.append("      type: bench-value")
            lines.append("      params:")
            lines.append(f"        value: {value(index, changed)}")
            lines.append("        sources:" if reads else "        sources: []")
            lines.extend(f'        - "${{resources.{shape.node(r)}.value}}"' for r in reads)
        (self.folder / "bakehouse.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")

    def reset(self, shape: Shape) -> None:
        """Remove the store and make the environment anew."""
        shutil.rmtree(self.folder / ".bakehouse", ignore_errors=True)
        shutil.rmtree(self.folder / "home")
        (self.folder / "home").mkdir()
        command = self._command("env", "create", "measured", "--type", "benchmark")
        made = subprocess.run(
            command.arguments,
            cwd=self.folder,
            env=dict(self._environment),
            capture_output=True,
            text=True,
            check=False,
        )
        if made.returncode:
            raise SystemExit(f"env create ended with {made.returncode}:\n{made.stdout}{made.stderr}")

    def plan(self) -> Command:
        """Plan, as a person runs it."""
        return self._command("plan")

    def apply(self) -> Command:
        """Apply without asking."""
        return self._command("apply", "--auto-approve")

    def says(self, operation: str, shape: Shape) -> str:
        """Our summary lines."""
        match operation:
            case "plan":
                return f"{shape.size:,} to create."
            case "apply":
                return f"{shape.size:,} created."
            case "no-op plan":
                return "Nothing to do:"
            case _:
                return " to update; "

    def _command(self, *arguments: str) -> Command:
        program = Path(sys.executable).parent / "bakehouse"
        return Command([str(program), *arguments, "--no-input"], self.folder, self._environment)

    def pretend_applied(self, shape: Shape) -> bool:
        """Never: what is not applied is not measured."""
        return False
