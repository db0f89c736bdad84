"""An account on paper: a Terraform provider that has the schema of `hashicorp/aws` and makes files in the place of AWS.

With it the modules of the pack `bakehouse/aws` are planned, applied, refreshed and destroyed by OpenTofu or Terraform:
their expressions and types meet the real schema. It is not AWS, and what AWS would say to a request is not known by it.
The schema is in `go/terraform-provider-paper/schemas`, written by :mod:`parts.paper_schema`; what is made up is in
`account.json` beside it. `hashicorp/random` is served as well, with real random passwords.
"""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from parts.finding import MissingPart, Program, find, need
from parts.mirror import configuration as installing
from parts.mirror import package
from parts.paper_schema import SCHEMAS
from parts.terraform import TERRAFORM
from parts.tofu import tofu

PROVIDER = Program("terraform-provider-paper", "terraform-provider-paper")
REGION = "eu-central-1"
_REQUIRED = """
terraform {
  required_providers {
    aws    = { source = "hashicorp/aws" }
    random = { source = "hashicorp/random" }
  }
}
"""


@cache
def schema(provider: str) -> Mapping[str, Any]:
    """What `terraform providers schema -json` says of it, as far as the pack uses it."""
    found: Mapping[str, Any] = json.loads((SCHEMAS / f"{provider}.json").read_bytes())
    return found


def version(provider: str) -> str:
    """That of the provider whose schema it is."""
    return str(schema(provider)["made_of"]).rpartition(" ")[2]


def programs() -> tuple[Path, ...]:
    """OpenTofu, and Terraform where the machine has it."""
    try:
        return tofu(), find(TERRAFORM)
    except MissingPart:
        return (tofu(),)


def configuration(folder: Path, *programs: Path) -> Path:
    """A CLI configuration, to be named by ``TF_CLI_CONFIG_FILE``, with which these programs find the two on paper alone.

    It and the mirror that it names are written below ``folder``, which must live as long as they are used.
    """
    mirror = folder / "mirror"
    sources = [found for program in programs for found in _sources(folder, program)]
    for source, provider in sources:
        place = package(mirror, source, version(provider))
        shutil.copy2(need(PROVIDER), place / f"terraform-provider-{provider}_v{version(provider)}")
    return installing(folder / "paper.tfrc", mirror)


def _sources(folder: Path, program: Path) -> list[tuple[str, str]]:
    """Where a program looks for each: it has a registry of its own, whose name is a part of the mirror's folders."""
    asking = folder / "asking"
    asking.mkdir(parents=True, exist_ok=True)
    (asking / "main.tf").write_text(_REQUIRED)
    alone = {"TF_CLI_CONFIG_FILE": os.devnull, "CHECKPOINT_DISABLE": "1"}
    ran = subprocess.run(
        [program, "providers"], cwd=asking, env=alone, capture_output=True, text=True, check=True
    )
    found = re.findall(r"provider\[([^/\]]+/hashicorp/(\w+))\]", ran.stdout)
    return [(source, provider) for source, provider in sorted(set(found))]


@dataclass(frozen=True)
class Account:
    """The folder in the place of an account, seen and changed behind the provider's back."""

    folder: Path

    def variables(self) -> dict[str, str]:
        """The environment of whoever works in it."""
        return {"AWS_PAPER_ACCOUNT": str(self.folder), "AWS_REGION": REGION}

    def kinds(self) -> dict[str, int]:
        """How many objects of each type there are."""
        found: dict[str, int] = {}
        for path in sorted(self.folder.glob("objects/*/*.json")):
            found[path.parent.name] = found.get(path.parent.name, 0) + 1
        return found

    def objects(self, kind: str) -> list[dict[str, Any]]:
        """All of one type."""
        paths = sorted(self.folder.glob(f"objects/{kind}/*.json"))
        return [json.loads(path.read_bytes()) for path in paths]

    def only(self, kind: str) -> dict[str, Any]:
        """The only one of its type."""
        (found,) = self.objects(kind)
        return found

    def change(self, kind: str, **values: Any) -> None:
        """Change the only object of a type, as somebody would in a console."""
        found = self.only(kind)
        self._path(kind, found).write_text(json.dumps({**found, **values}, indent=1))

    def lose(self, kind: str, id_: str) -> None:
        """Delete an object."""
        self._path(kind, {"id": id_}).unlink()

    def add(self, kind: str, values: Mapping[str, Any]) -> None:
        """An object that nobody made by a module; what is not given is null."""
        block = schema("aws")["resource_schemas"][kind]["block"]
        nothing: dict[str, Any] = dict.fromkeys(block["attributes"])
        nothing |= {name: [] for name in block.get("block_types", {})}
        path = self._path(kind, values)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({**nothing, **values}, indent=1))

    def snapshots(self) -> list[str]:
        """The names of those that were taken when something was deleted."""
        return sorted(path.stem for path in self.folder.glob("snapshots/*.json"))

    def put(self, bucket: str, name: str) -> None:
        """An object in a bucket."""
        inside = self.folder / "contents" / bucket
        inside.mkdir(parents=True, exist_ok=True)
        (inside / name).write_text("kept")

    def _path(self, kind: str, found: Mapping[str, Any]) -> Path:
        return self.folder / "objects" / kind / f"{quote(str(found['id']), safe='$&+,:=@-_.~')}.json"
