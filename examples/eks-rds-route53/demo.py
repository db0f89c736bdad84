"""The demo in the cloud's clothes: development for real, against servers that are started for it, and production as a plan.

`make demo-cloud` runs it. The cluster, the database server and the name server are those of the project's own tests;
Terraform's part is done by OpenTofu. Everything lies in a temporary folder, and is gone when the demo ends, also by
Ctrl-C. The exit code is that of the first command that failed.
"""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import dns.message
import dns.query

from parts import aws, bake, paper
from parts.control_plane import API_SERVER, CONTROLLERS, SCHEDULER, ControlPlane, control_plane
from parts.dns import KNOT, DnsServer
from parts.dns import dns as name_server
from parts.etcd import PROGRAM as ETCD
from parts.finding import MissingPart, find
from parts.kwok import KWOK, STAGES, nodes
from parts.postgres import Server
from parts.postgres import server as postgres_server
from parts.running import folder
from parts.tofu import TOFU

HERE = Path(__file__).resolve().parent
PROGRAMS = (API_SERVER, CONTROLLERS, SCHEDULER, ETCD, KWOK, STAGES, KNOT, TOFU, bake.PROVIDER, paper.PROVIDER)
IMAGE = "registry.example/shop@sha256:" + "ab" * 32
CHANGES = 2

RECORD = """
provider "bake" {
  dns = merge(var.server, { zone = var.zone })
}

resource "bake_record" "this" {
  name   = "${var.name}.${var.zone}"
  type   = "A"
  values = [var.address]
}
"""
"""The module's record by the provider of the tests: `hashicorp/dns` cannot be had everywhere."""


class Failed(Exception):
    """A command of the demo ended with this exit code; what it said is on the screen already."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Stage:
    """The servers, and a copy of the example whose ``places.yaml`` names them."""

    place: Path
    plane: ControlPlane
    database: Server
    names: DnsServer
    variables: dict[str, str] = field(repr=False)

    def bakehouse(self, *words: str, fine: tuple[int, ...] = (0,), quiet: bool = False) -> str:
        """What the command prints; raises :class:`Failed` for an exit code that is not ``fine``."""
        print(f"\n$ bakehouse {' '.join(words)}", flush=True)
        command = [sys.executable, "-m", "bakehouse", *words, "--no-input"]
        environment = {**os.environ, **self.variables}
        done = subprocess.run(
            command,
            cwd=self.place / "shop",
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        failed = done.returncode not in fine
        if failed or not quiet:
            print(done.stdout, end="", flush=True)
        if failed:
            print(f"\nThe demo stopped: the command ended with {done.returncode}.", file=sys.stderr)
            raise Failed(done.returncode)
        return done.stdout

    def object(self, path: str) -> dict[str, Any]:
        """An object of the cluster."""
        found: dict[str, Any] = json.loads(self.plane.request(path))
        return found

    def address(self, name: str) -> str:
        """What the name server answers about a name."""
        answer = dns.query.udp(
            dns.message.make_query(name, "A"), self.names.host, port=self.names.port, timeout=10
        )
        return ", ".join(str(row) for rows in answer.answer for row in rows) or "no such name"


def say(title: str, text: str = "") -> None:
    """What comes next, and why."""
    bold = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    print(f"\n\033[1m== {title}\033[0m" if bold else f"\n== {title}")
    print(text, end="\n" if text else "", flush=True)


@contextlib.contextmanager
def stage() -> Iterator[Stage]:
    """Start what development stands upon; all of it ends with the block."""
    for program in PROGRAMS:
        find(program)
    say(
        "Servers",
        "A Kubernetes API server with a node, a PostgreSQL server and a name server, started for this demo.",
    )
    with (
        folder("cloud") as place,
        control_plane() as plane,
        nodes(plane),
        postgres_server() as database,
        name_server() as names,
    ):
        print(f"  cluster      {plane.url}")
        print(f"  PostgreSQL   {database.host}:{database.port}")
        print(f"  name server  {names.host}:{names.port}, zone {names.zone}", flush=True)
        shutil.copytree(
            HERE, place / "shop", ignore=shutil.ignore_patterns(".bakehouse", "__pycache__", "demo.py")
        )
        programs = place / "programs"
        programs.mkdir()
        (programs / "tofu").symlink_to(find(TOFU))
        variables = {
            "PATH": f"{programs}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
            "DEV_DB_PASSWORD": database.password,
            "DEV_DNS_KEY": names.secret,
            "TF_CLI_CONFIG_FILE": str(bake.configuration(place / "terraform")),
            "XDG_CONFIG_HOME": str(place / "config"),
            "XDG_CACHE_HOME": str(place / "cache"),
            "XDG_STATE_HOME": str(place / "state"),
        }
        found = Stage(place, plane, database, names, variables)
        name_places(found)
        yield found


def name_places(made: Stage) -> None:
    """Write the addresses of the servers into the copy, as a platform engineer would, and the provider that is there."""
    platform = made.place / "shop" / "platform"
    written = {
        "~/.kube/dev": str(made.plane.kubeconfig),
        "~/.kube/production": str(made.plane.kubeconfig),
        "host: db.dev.internal": f"host: {made.database.host}",
        "port: 5432": f"port: {made.database.port}",
        "dev.example.com": made.names.zone,
        "ns.dev.internal:53": f"{made.names.host}:{made.names.port}",
    }
    replace(platform / "places.yaml", written)
    (platform / "modules" / "record" / "main.tf").write_text(bake.REQUIRED + RECORD)
    replace(platform / "development.yaml", {"./modules/record\n": "./modules/record\n    binary: tofu\n"})


def replace(path: Path, written: dict[str, str]) -> None:
    """Put texts in place of others, each of which is there."""
    text = path.read_text()
    for before, after in written.items():
        if before not in text:
            raise ValueError(f"{path.name} does not hold {before!r}")
        text = text.replace(before, after)
    path.write_text(text)


def development(shop: Stage) -> None:
    """From a build to an application that runs, and back."""
    say(
        "The platform", "Its catalog is written into the store, so that no application chooses its own rules."
    )
    shop.bakehouse("catalog", "validate", "platform")
    shop.bakehouse("env", "create", "dev", "--type", "development", quiet=True)
    shop.bakehouse("catalog", "use", "platform", quiet=True)

    say("A build", "This is the line at the end of a CI pipeline: a new image was made of the branch main.")
    for workload in ("web", "worker"):
        shop.bakehouse(
            "build", "notify", "--workload", workload, "--image", IMAGE, "--ref", "refs/heads/main"
        )

    say("The plan", "Nothing exists yet, and it still says what each system would get, object by object.")
    shop.bakehouse("plan", "-e", "dev", "--out", "dev.plan", "--detailed-exitcode", fine=(CHANGES,))
    say("The apply", "Exactly that plan, and nothing else.")
    shop.bakehouse("apply", "dev.plan", "--auto-approve")
    show(shop)

    say("Once more", "What is there is what the files ask for, so there is nothing to do.")
    shop.bakehouse("plan", "-e", "dev", "--detailed-exitcode")


def show(shop: Stage) -> None:
    """What came of it, asked of the systems themselves."""
    outputs: dict[str, Any] = json.loads(shop.bakehouse("outputs", "-e", "dev", "--json", quiet=True))
    resources = outputs["resources"]
    host, space = resources["dns#web.name"]["host"], resources["k8s-namespace#main"]["name"]
    say("What is there now")
    print(f"  The name server says that {host} is {shop.address(host)}.")
    print(f"  PostgreSQL has the database {resources['postgres#shared.db']['name']}.")
    pods = shop.object(f"/api/v1/namespaces/{space}/pods")["items"]
    print(f"  The cluster runs {', '.join(sorted(pod['metadata']['name'] for pod in pods))}.")
    deployment = shop.object(f"/apis/apps/v1/namespaces/{space}/deployments/web")
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    variable = next(v for v in container["env"] if v["name"] == "DATABASE_URL")
    print("  The Deployment holds no password, only where it is found:")
    print(f"    {json.dumps(variable)}")


def production(shop: Stage) -> None:
    """The same application in AWS, as far as it can be seen from here."""
    say("Production", "The same files with RDS and Route 53; only the type of environment is another one.")
    mirror = aws.mirror()
    if mirror is None:
        print(f"ON PAPER: {aws.MISSING}.")
        print("A provider of the tests with the schema of the real one stands in, which asks nothing of AWS.")
        settings = paper.configuration(shop.place / "aws", *paper.programs())
        shop.variables.update(paper.Account(shop.place / "account").variables())
    else:
        settings = aws.configuration(shop.place / "aws", mirror)
        shop.variables.update(aws.DUMMY_KEYS)
        replace(
            shop.place / "shop" / "platform" / "places.yaml",
            {"{region: eu-central-1}": json.dumps(aws.settings("eu-central-1"))},
        )
    before = shop.variables["TF_CLI_CONFIG_FILE"]
    shop.variables["TF_CLI_CONFIG_FILE"] = str(settings)
    shop.bakehouse("env", "create", "live", "--type", "production", quiet=True)
    for workload in ("web", "worker"):
        words = ("--workload", workload, "--image", IMAGE, "--ref", "refs/tags/v1")
        shop.bakehouse("build", "notify", *words, quiet=True)
    shop.bakehouse("plan", "-e", "live", "--detailed-exitcode", fine=(CHANGES,))
    shop.variables["TF_CLI_CONFIG_FILE"] = before


def farewell(shop: Stage) -> None:
    """Take it all away again."""
    say("The end", "One command takes away what was made, in all systems.")
    shop.bakehouse("destroy", "-e", "dev", "--auto-approve", "--confirm", "dev", "--allow-destroy", "all")
    say("Read on", "The files are in examples/eks-rds-route53, and its README says which does what.")


def main() -> int:
    """The whole demo; the exit code is that of the first command that failed."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with stage() as shop:
            development(shop)
            production(shop)
            farewell(shop)
    except Failed as failed:
        return failed.code
    except MissingPart as missing:
        print(f"\nThe demo needs what its servers are made of: {missing}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nThe demo was stopped; its servers are gone with all that was made.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
