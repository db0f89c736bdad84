"""An environment of 50 resources in real systems: a cluster, a database server, a name server, and modules of OpenTofu.

The systems are those of the tests (`make parts` builds them). Beside it, the same modules planned one by one, with an init
each, as one would by hand.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from .contender import quiet
from .measure import Command, Sample, median, run
from .operations import Row

PROGRAM = str(Path(sys.executable).parent / "bakehouse")
TESTS = Path(__file__).parent.parent / "tests"
COUNTS = {"terraform": 20, "kubernetes": 12, "postgres": 10, "dns": 6, "template": 2}
"""How many resources of each driver."""

STARTS_IN = 1.0
"""Seconds by which a provider is slowed down, to start as late as those of clouds do."""

MODULES = {
    "record": f"{COUNTS['terraform']} modules",
    "slow": f"{COUNTS['terraform']} modules whose provider takes {STARTS_IN:.0f} s to start",
}
"""The modules that are planned without anything else, in words."""

INTRODUCTION = f"""\
Made by `make bench ARGS='mixed --publish'`. One environment of {sum(COUNTS.values())} resources in real systems:
{", ".join(f"{n} by `{driver}`" for driver, n in COUNTS.items())}.
Each module of OpenTofu makes a record in a name server by a provider of our own; the objects go to an API server of
Kubernetes, the databases to PostgreSQL. Whole processes from start to exit.

Modules are planned in an environment of nothing else, beside `tofu init` and `tofu plan` for each of them alone, one by
one, as one would do by hand. Our provider starts at once; for the rows that say so it waits {STARTS_IN:.0f} s before it
does, as large providers take."""

PLATFORM = """\
kind: Platform
metadata: {name: mixed}
spec: {organization: mixed}
---
kind: EnvironmentType
metadata: {name: mixed}
spec: {onRemove: destroy, connections: {kubernetes: cluster, postgres: server, dns: names, bake: records}}
---
kind: Connection
metadata: {name: cluster}
spec: {kind: kubernetes, values: {kubeconfig: "@kubeconfig@"}}
---
kind: Connection
metadata: {name: server}
spec:
  kind: postgres
  values:
    {host: "@db_host@", port: @db_port@, username: @db_user@, password: {$secret: {store: env, ref: DB_PASSWORD}}}
---
kind: Connection
metadata: {name: names}
spec:
  kind: dns
  values: {host: "@dns_host@", port: @dns_port@, key_name: updates, key_secret: {$secret: {store: env, ref: DNS_KEY}}}
---
kind: Connection
metadata: {name: records}
spec:
  kind: bake
  values:
    dns: {address: "@dns_host@:@dns_port@", zone: "@zone@", key_name: updates, secret: {$secret: {store: env, ref: DNS_KEY}}}
---
kind: ResourceType
metadata: {name: thing}
spec: {params: {type: object}, outputs: {type: object, properties: {name: {type: string}}}}
---
kind: ResourceDefinition
metadata: {name: by-terraform}
spec:
  type: thing
  driver: terraform
  match: [{class: terraform}]
  inputs:
    source: ./modules/record
    binary: "@tofu@"
    variables: {name: "${resource.slug}.@zone@"}
---
kind: ResourceDefinition
metadata: {name: by-slow-terraform}
spec:
  type: thing
  driver: terraform
  match: [{class: slow}]
  inputs:
    source: ./modules/slow
    binary: "@tofu@"
    variables: {name: "${resource.slug}.@zone@"}
---
kind: ResourceDefinition
metadata: {name: by-kubernetes}
spec:
  type: thing
  driver: kubernetes
  match: [{class: kubernetes}]
  inputs:
    namespace: default
    manifests: [{apiVersion: v1, kind: ConfigMap, metadata: {name: "${resource.slug}"}, data: {heat: "220"}}]
    outputs: {name: {object: "ConfigMap/${resource.slug}", path: metadata.name}}
---
kind: ResourceDefinition
metadata: {name: by-postgres}
spec: {type: thing, driver: postgres, match: [{class: postgres}], inputs: {database: "${resource.slug}"}}
---
kind: ResourceDefinition
metadata: {name: by-dns}
spec:
  type: thing
  driver: dns
  match: [{class: dns}]
  inputs: {zone: "@zone@", name: "${resource.slug}", values: [192.0.2.10]}
  outputs: {name: "${outputs.host}"}
---
kind: ResourceDefinition
metadata: {name: by-template}
spec: {type: thing, driver: template, match: [{class: template}], inputs: {values: {name: "${resource.slug}"}}}
"""

MODULE = """
variable "name" {
  type = string
}
resource "bake_record" "this" {
  name   = var.name
  type   = "A"
  values = ["192.0.2.10"]
}
output "name" {
  value = bake_record.this.name
}
"""

BY_HAND = """
variable "dns" {
  type      = object({ address = string, zone = string, key_name = string, secret = string })
  sensitive = true
}
provider "bake" {
  dns = var.dns
}
"""
"""What a connection of Bakehouse gives, written by hand."""


@dataclass(frozen=True)
class Bench:
    """The folder of the mixed environment, the variables of its commands, and how long one command may take.

    Beside it, `modules` has a folder for each module of its platform, an environment of nothing but that module.
    """

    folder: Path
    modules: Mapping[str, Path]
    variables: dict[str, str]
    tofu: Path
    arguments: dict[str, Any]
    limit: float

    def bakehouse(self, says: str, *words: str) -> Sample:
        """Run a command of ours, which must say that it did all of it."""
        return run(Command([PROGRAM, *words, "--no-input"], self.folder, self.variables, says), self.limit)

    def together(self, module: str) -> Sample:
        """What the first plan of an environment of nothing but this module takes."""
        command = [PROGRAM, "plan", "--no-input"]
        says = f"{COUNTS['terraform']} to create"
        return run(Command(command, self.modules[module], self.variables, says), self.limit)

    def one_by_one(self, module: str) -> Sample:
        """What planning each of those modules alone takes, all of them added up; memory is the largest."""
        samples = [self._alone(module, number) for number in range(COUNTS["terraform"])]
        return Sample(sum(s.wall for s in samples), sum(s.cpu for s in samples), max(s.peak for s in samples))

    def _alone(self, module: str, number: int) -> Sample:
        place = self.folder / "alone" / module / str(number)
        shutil.copytree(self.folder / "platform/modules" / module, place)
        (place / "provider.tf").write_text(BY_HAND, encoding="utf-8")
        values = {**self.arguments, "name": f"alone-{number}.{self.arguments['dns']['zone']}"}
        (place / "terraform.tfvars.json").write_text(json.dumps(values), encoding="utf-8")
        steps = (("init", "has been successfully initialized"), ("plan", "1 to add"))
        samples = [
            run(Command([str(self.tofu), step, "-no-color"], place, self.variables, says), self.limit)
            for step, says in steps
        ]
        return Sample(sum(s.wall for s in samples), sum(s.cpu for s in samples), max(s.peak for s in samples))


def measured(folder: Path, repeats: int, limit: float, say: Callable[[str], None]) -> list[Row]:
    """Start the systems, measure every operation, saying a line of each; raises Failed or TooLong."""
    rows: list[Row] = []
    total = f"{sum(COUNTS.values())} to create"
    with bench(folder, limit) as environment:

        def measure(operation: str, times: int, once: Callable[[], Sample]) -> None:
            rows.append(Row(operation, median([once() for _ in range(times)])))
            say(rows[-1].cells())

        measure("plan of everything, from nothing", repeats, lambda: environment.bakehouse(total, "plan"))
        for module, which in MODULES.items():
            measure(f"plan of {which}, together", repeats, partial(environment.together, module))
            measure(f"plan of {which}, one by one", 1, partial(environment.one_by_one, module))
        measure("apply", 1, lambda: environment.bakehouse("created", "apply", "--auto-approve"))
        same = "Nothing to do"
        measure("plan of what is unchanged", repeats, lambda: environment.bakehouse(same, "plan"))
        measure(
            "the same with `--refresh`", repeats, lambda: environment.bakehouse(same, "plan", "--refresh")
        )
        measure("destroy", 1, lambda: environment.bakehouse("destroyed", "destroy", "--auto-approve"))
    return rows


@contextmanager
def bench(folder: Path, limit: float) -> Iterator[Bench]:
    """The environment, registered, with its systems running; they end with it."""
    sys.path.insert(0, str(TESTS))
    from parts import bake
    from parts.control_plane import control_plane
    from parts.dns import dns
    from parts.postgres import server
    from parts.tofu import tofu

    with ExitStack() as running:
        plane = running.enter_context(control_plane())
        database = running.enter_context(server())
        names = running.enter_context(dns())
        settings = bake.configuration(folder / "terraform", slow=STARTS_IN)
        for module, source in (("record", bake.SOURCE), ("slow", bake.SLOW)):
            place = folder / "platform/modules" / module
            place.mkdir(parents=True)
            (place / "main.tf").write_text(bake.required(source) + MODULE, encoding="utf-8")
        values = {
            "kubeconfig": plane.kubeconfig, "db_host": database.host, "db_port": database.port,
            "db_user": database.username, "dns_host": names.host, "dns_port": names.port, "zone": names.zone,
            "tofu": tofu(),
        }  # fmt: skip
        text = re.sub(r"(?m)^kind:", "apiVersion: bakehouse.dev/v1\nkind:", PLATFORM)
        text = re.sub(r"@(\w+)@", lambda found: str(values[found[1]]), text)
        (folder / "platform/platform.yaml").write_text(text, encoding="utf-8")
        (folder / "home").mkdir()
        variables = {
            **quiet(os.environ, folder / "home"),
            "DB_PASSWORD": database.password,
            "DNS_KEY": names.secret,
            "TF_CLI_CONFIG_FILE": str(settings),
        }
        dns_argument = {
            "address": f"{names.host}:{names.port}", "zone": names.zone, "key_name": "updates", "secret": names.secret,
        }  # fmt: skip
        modules = {module: folder / "only" / module for module in MODULES}
        for module, place in modules.items():
            shutil.copytree(folder / "platform", place / "platform")
            _register(place, {"terraform" if module == "record" else module: COUNTS["terraform"]}, variables)
        _register(folder, COUNTS, variables)
        yield Bench(folder, modules, variables, tofu(), {"dns": dns_argument}, limit)


def _register(folder: Path, counts: Mapping[str, int], variables: Mapping[str, str]) -> None:
    """Write an application that asks for so many resources of each class, and make its environment."""
    lines = ["apiVersion: bakehouse.dev/v1", "kind: Application", "metadata: {name: mixed}", "spec:"]
    lines += ["  workloads: []", "  platform: ./platform", "  shared:"]
    for class_, times in counts.items():
        lines += [f"    {class_}-{number}: {{type: thing, class: {class_}}}" for number in range(times)]
    (folder / "bakehouse.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    for words in (["env", "create", "mixed", "--type", "mixed"], ["catalog", "use", "platform"]):
        subprocess.run([PROGRAM, *words], cwd=folder, env=variables, check=True, capture_output=True)


def conclusion(rows: Sequence[Row]) -> str:
    """How much faster modules are planned together."""
    wall = {row.operation: row.sample.wall for row in rows}
    ratios = (
        f"{wall[f'plan of {which}, one by one'] / wall[f'plan of {which}, together']:.1f} times for {which}"
        for which in MODULES.values()
    )
    return f"A first plan of modules together is faster than one by one: {', '.join(ratios)}.\n"
