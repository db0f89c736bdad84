"""The peers: Terraform and OpenTofu with the built-in `terraform_data`, which does nothing but keep a value."""

import json
import os
import subprocess
import uuid
from pathlib import Path
from typing import Any

from .contender import quiet
from .measure import Command
from .shapes import Shape, value

STATE_LIMIT = 3_000_000
"""The most recorded dependencies that a made-up state may have; it holds all ancestors of each node, as theirs does."""


class Terraform:
    """`terraform` or `tofu` over one shape, with state in a local file."""

    def __init__(self, name: str, program: str, folder: Path) -> None:
        self.name = name
        self.folder = folder
        self._program = program
        self._environment = quiet(os.environ, folder)
        folder.mkdir(parents=True)

    def write(self, shape: Shape, changed: frozenset[int]) -> None:
        """Each node is `{value, sources}`; sources read the output of other nodes."""
        nodes = {
            shape.node(i): {
                "input": {
                    "value": value(i, changed),
                    "sources": [f"${{terraform_data.{shape.node(r)}.output.value}}" for r in reads],
                }
            }
            for i, reads in enumerate(shape.reads)
        }
        text = json.dumps({"resource": {"terraform_data": nodes}})
        (self.folder / "main.tf.json").write_text(text, encoding="utf-8")

    def reset(self, shape: Shape) -> None:
        """Remove the state; initialise once."""
        for state in self.folder.glob("terraform.tfstate*"):
            state.unlink()
        if not (self.folder / ".terraform").exists():
            command = [self._program, "init", "-input=false", "-no-color"]
            subprocess.run(command, cwd=self.folder, env=self._environment, check=True, capture_output=True)

    def plan(self) -> Command:
        """Plan, as a person runs it."""
        return self._command("plan")

    def apply(self) -> Command:
        """Apply without asking."""
        return self._command("apply", "-auto-approve")

    def says(self, operation: str, shape: Shape) -> str:
        """Their summary lines."""
        match operation:
            case "plan":
                return f"Plan: {shape.size} to add, 0 to change"
            case "apply":
                return f"Resources: {shape.size} added"
            case "no-op plan":
                return "No changes."
            case _:
                return "Plan: 0 to add"

    def _command(self, *arguments: str) -> Command:
        return Command(
            [self._program, *arguments, "-input=false", "-no-color"], self.folder, self._environment
        )

    def pretend_applied(self, shape: Shape) -> bool:
        """Write the state file that apply leaves; False where it would be too large to make."""
        above = _ancestors(shape)
        if above is None:
            return False
        state = {
            "version": 4,
            "terraform_version": "1.11.0",
            "serial": 1,
            "lineage": str(uuid.uuid4()),
            "outputs": {},
            "resources": [_recorded(shape, i, above[i]) for i in range(shape.size)],
            "check_results": None,
        }
        (self.folder / "terraform.tfstate").write_text(json.dumps(state, indent=2), encoding="utf-8")
        return True


def _ancestors(shape: Shape) -> list[frozenset[int]] | None:
    found: list[frozenset[int]] = []
    total = 0
    for reads in shape.reads:
        found.append(frozenset(reads).union(*(found[r] for r in reads)))
        total += len(found[-1])
        if total > STATE_LIMIT:
            return None
    return found


def _recorded(shape: Shape, index: int, above: frozenset[int]) -> dict[str, Any]:
    reads = shape.reads[index]
    kept = {
        "value": {"value": value(index, frozenset()), "sources": [value(r, frozenset()) for r in reads]},
        "type": ["object", {"value": "string", "sources": ["tuple", ["string"] * len(reads)]}],
    }
    instance: dict[str, Any] = {
        "schema_version": 0,
        "attributes": {"id": str(uuid.uuid4()), "input": kept, "output": kept, "triggers_replace": None},
        "sensitive_attributes": [],
    }
    if above:
        instance["dependencies"] = sorted(f"terraform_data.{shape.node(i)}" for i in above)
    return {
        "mode": "managed",
        "type": "terraform_data",
        "name": shape.node(index),
        "provider": 'provider["terraform.io/builtin/terraform"]',
        "instances": [instance],
    }
