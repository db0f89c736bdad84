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
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .contender import quiet
from .measure import Command, Sample, median, run
from .operations import Row

TESTS = Path(__file__).parent.parent / "tests"
COUNTS = {"terraform": 20, "kubernetes": 12, "postgres": 10, "dns": 6, "template": 2}
"""How many resources of each driver."""

INTRODUCTION = f"""\
Made by `make bench ARGS='mixed --publish'`. One environment of {sum(COUNTS.values())} resources in real systems:
{", ".join(f"{n} by `{driver}`" for driver, n in COUNTS.items())}.
Each module of OpenTofu makes a record in a name server by a provider of our own; the objects go to an API server of
Kubernetes, the databases to PostgreSQL. Whole processes from start to exit. `one by one` is `tofu init` and `tofu plan` for
each of the modules alone, as one would do by hand."""

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
    """The environment's folder, the variables of its commands, and how long one command may take."""

    folder: Path
    variables: dict[str, str]
    tofu: Path
    arguments: dict[str, Any]
    limit: float

    def bakehouse(self, says: str, *words: str) -> Sample:
        """Run a command of ours, which must say that it did all of it."""
        program = str(Path(sys.executable).parent / "bakehouse")
        return run(Command([program, *words, "--no-input"], self.folder, self.variables, says), self.limit)

    def one_by_one(self) -> Sample:
        """What planning each module alone takes, all of them added up; memory is the largest."""
        samples = [self._alone(number) for number in range(COUNTS["terraform"])]
        return Sample(sum(s.wall for s in samples), sum(s.cpu for s in samples), max(s.peak for s in samples))

    def _alone(self, number: int) -> Sample:
        place = self.folder / "alone" / str(number)
        shutil.copytree(self.folder / "platform/modules/record", place)
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
        modules = [f"--target=thing.terraform#shared.terraform-{n}" for n in range(COUNTS["terraform"])]
        together = f"{len(modules)} to create"
        measure(
            "plan of its modules together", repeats, lambda: environment.bakehouse(together, "plan", *modules)
        )
        measure("its modules alone, one by one", 1, environment.one_by_one)
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
        module = folder / "platform/modules/record"
        module.mkdir(parents=True)
        (module / "main.tf").write_text(bake.REQUIRED + MODULE, encoding="utf-8")
        values = {
            "kubeconfig": plane.kubeconfig, "db_host": database.host, "db_port": database.port,
            "db_user": database.username, "dns_host": names.host, "dns_port": names.port, "zone": names.zone,
            "tofu": tofu(),
        }  # fmt: skip
        text = re.sub(r"(?m)^kind:", "apiVersion: bakehouse.dev/v1\nkind:", PLATFORM)
        text = re.sub(r"@(\w+)@", lambda found: str(values[found[1]]), text)
        (folder / "platform/platform.yaml").write_text(text, encoding="utf-8")
        (folder / "bakehouse.yaml").write_text(_application(), encoding="utf-8")
        (folder / "home").mkdir()
        variables = {
            **quiet(os.environ, folder / "home"),
            "DB_PASSWORD": database.password,
            "DNS_KEY": names.secret,
            "TF_CLI_CONFIG_FILE": str(bake.configuration(folder / "terraform")),
        }
        dns_argument = {
            "address": f"{names.host}:{names.port}", "zone": names.zone, "key_name": "updates", "secret": names.secret,
        }  # fmt: skip
        made = Bench(folder, variables, tofu(), {"dns": dns_argument}, limit)
        program = str(Path(sys.executable).parent / "bakehouse")
        for words in (["env", "create", "mixed", "--type", "mixed"], ["catalog", "use", "platform"]):
            subprocess.run([program, *words], cwd=folder, env=variables, check=True, capture_output=True)
        yield made


def _application() -> str:
    lines = ["apiVersion: bakehouse.dev/v1", "kind: Application", "metadata: {name: mixed}", "spec:"]
    lines += ["  workloads: []", "  platform: ./platform", "  shared:"]
    for driver, times in COUNTS.items():
        lines += [f"    {driver}-{number}: {{type: thing, class: {driver}}}" for number in range(times)]
    return "\n".join(lines) + "\n"


def conclusion(rows: Sequence[Row]) -> str:
    """How much faster the modules are planned together."""
    wall = {row.operation: row.sample.wall for row in rows}
    ratio = wall["its modules alone, one by one"] / wall["plan of its modules together"]
    return f"The first plan of its {COUNTS['terraform']} modules together is {ratio:.1f} times as fast as one by one.\n"
