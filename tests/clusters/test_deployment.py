"""The story that Bakehouse exists for, over real systems: from a build to an application that runs on all of them, and back.

A CI system announces an image; the workload goes to a Kubernetes cluster, its database to a PostgreSQL server that is
there, its name to a DNS server by Terraform; the credentials come back and reach the pod as references to a Secret.
In production the same files and the same image get an RDS instance and a record of Route 53, by the pack `bakehouse/aws`:
the cluster is as real as before, the account is one on paper (:mod:`parts.paper`).
"""

import base64
import json
import os
import re
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dns.message
import dns.query
import psycopg
import pytest
from msgspec import Struct
from msgspec.structs import replace
from psycopg import sql

from clusters_world import IN_THE_NAMESPACE, World
from desk import Desk, application
from folders import written
from parts import bake, paper
from parts.dns import DnsServer
from parts.dns import dns as name_server
from parts.postgres import Server
from parts.postgres import server as postgres_server
from parts.tofu import tofu
from zones import ZoneEditor

pytestmark = pytest.mark.slow

DEPLOYMENT = "/apis/apps/v1/namespaces/{namespace}/deployments/web"
IMAGE = "registry.test/web@sha256:" + "ab" * 32

PLATFORM = """\
kind: Platform
metadata: {name: bakery}
spec: {organization: bakery, packs: [{name: bakehouse/aws}]}
---
kind: EnvironmentType
metadata: {name: development}
spec:
  onRemove: destroy
  connections: {kubernetes: cluster, postgres: server}
  builds: [{ref: '^refs/heads/main$'}]
---
kind: EnvironmentType
metadata: {name: production}
spec:
  onRemove: protect
  connections: {kubernetes: cluster, aws: account}
  builds: [{ref: '^refs/tags/v'}]
---
kind: Connection
metadata: {name: account}
spec: {kind: aws, values: {region: eu-central-1}}
---
kind: ResourceDefinition
metadata: {name: places-of-production}
spec:
  type: base-env
  driver: template
  match: [{environmentType: production}]
  inputs:
    values:
      vpc_id: vpc-0f3a51c2d7e849b06
      subnet_ids: [subnet-0a1b2c3d4e5f60718, subnet-08192a3b4c5d6e7f0]
      client_security_group_ids: [sg-0c5d6e7f8091a2b3c]
      cluster: production
      zone_id: Z0123456789ABCDEFGHIJ
      domain: example.com
      ingress_host: ingress.example.net
---
kind: Connection
metadata: {name: cluster}
spec: {kind: kubernetes, values: {kubeconfig: "{KUBECONFIG}"}}
---
kind: Connection
metadata: {name: server}
spec:
  kind: postgres
  values: {host: "{DB_HOST}", port: {DB_PORT}, username: admin, password: {$secret: {store: env, ref: DB_PASSWORD}}}
---
kind: ResourceDefinition
metadata: {name: namespace}
spec:
  type: k8s-namespace
  driver: kubernetes
  match: [{}]
  inputs:
    manifests: [{apiVersion: v1, kind: Namespace, metadata: {name: "{PLACE}-${context.environment}"}}]
    outputs: {name: {object: "Namespace/{PLACE}-${context.environment}", path: metadata.name}}
---
kind: ResourceDefinition
metadata: {name: database}
spec:
  type: postgres
  driver: postgres
  match: [{environmentType: development}]
  inputs: {database: "${resource.slug}"}
---
kind: ResourceDefinition
metadata: {name: name}
spec:
  type: dns
  driver: terraform
  match: [{environmentType: development}]
  inputs:
    source: ./modules/record
    binary: "{TOFU}"
    variables:
      name: "${resource.slug}.{ZONE}"
      address: 192.0.2.10
      dns: {address: "{DNS}", zone: "{ZONE}", key_name: updates, secret: {$secret: {store: env, ref: DNS_KEY}}}
  outputs: {host: "${outputs.host}"}
"""

WORKLOADS = IN_THE_NAMESPACE.replace("id: space", "id: main").replace(
    'driver: workload\n  match: [{class: "*"}]',
    'driver: workload\n  match: [{environmentType: development, class: "*"}]',
)
"""Those of production are the pack's, with a service account and a role of their own."""

MODULE = """
variable "name" {
  type = string
}
variable "address" {
  type = string
}
variable "dns" {
  type      = object({ address = string, zone = string, key_name = string, secret = string })
  sensitive = true
}
provider "bake" {
  dns = var.dns
}
resource "bake_record" "this" {
  name   = var.name
  type   = "A"
  values = [var.address]
}
output "host" {
  value = bake_record.this.name
}
"""

WEB = """\
apiVersion: score.dev/v1b1
metadata: {name: web}
service: {ports: {www: {port: 80, targetPort: 8080}}}
containers:
  main:
    image: .
    variables:
      DATABASE_URL: "postgres://${resources.db.username}:${resources.db.password}@${resources.db.host}:${resources.db.port}/${resources.db.name}"
      HOST: "${resources.name.host}"
resources:
  db: {type: postgres}
  name: {type: dns}
"""


UNPROTECTED = "{type: postgres, params: {deletion_protection: false}}"


class Story(Struct, frozen=True):
    """The application's folder, and the systems that it goes to."""

    desk: Desk
    world: World
    database: Server
    names: DnsServer
    namespace: str
    account: paper.Account
    variables: dict[str, str]

    def run(self, *words: str, expect: int = 0) -> str:
        """Both streams of a command; no secret may be in them."""
        ran = self.desk(*words, expect=expect, **self.variables)
        said = ran.out + ran.err
        assert self.database.password not in said
        assert self.names.secret not in said
        return said

    def plan(self, *words: str) -> str:
        """A plan that has something to do."""
        return self.run("plan", "-e", "dev", "--detailed-exitcode", *words, expect=2)

    def object(self, path: str) -> dict[str, Any]:
        """An object in the namespace."""
        return self.world.there(path.format(namespace=self.namespace))

    def databases(self) -> set[str]:
        """Those that were made in the server."""
        with psycopg.connect(self.database.conninfo()) as admin:
            rows = admin.execute("SELECT datname FROM pg_database WHERE datname LIKE 'shop-%'").fetchall()
        return {str(row[0]) for row in rows}

    def host(self, environment: str) -> str:
        """The name of the web service in an environment."""
        outputs = json.loads(
            self.desk("outputs", "-e", environment, "--json", expect=0, **self.variables).out
        )
        return str(outputs["resources"]["dns#web.name"]["host"])

    def address(self, name: str) -> list[str]:
        """What the name server answers about a name."""
        query = dns.message.make_query(name, "A")
        answer = dns.query.udp(query, self.names.host, port=self.names.port, timeout=10)
        return [str(row) for rows in answer.answer for row in rows]


def terraform_settings(folder: Path) -> dict[str, str]:
    """The environment in which either program finds all providers, and the pack one of the programs."""
    bake.configuration(folder / "terraform")
    settings = paper.configuration(folder / "terraform", *paper.programs())
    programs = folder / "programs"
    programs.mkdir()
    (programs / "tofu").symlink_to(tofu())
    path = f"{programs}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    return {"TF_CLI_CONFIG_FILE": str(settings), "PATH": path}


@pytest.fixture
def story(world: World, tmp_path: Path, isolated_home: Path) -> Iterator[Story]:
    namespace = f"story-{secrets.token_hex(4)}"
    with postgres_server() as database, name_server() as names:
        values = {
            "KUBECONFIG": str(world.plane.kubeconfig),
            "DB_HOST": database.host,
            "DB_PORT": str(database.port),
            "PLACE": namespace,
            "TOFU": str(tofu()),
            "ZONE": names.zone,
            "DNS": f"{names.host}:{names.port}",
        }
        platform = PLATFORM + WORKLOADS
        for key, value in values.items():
            platform = platform.replace(f"{{{key}}}", value)
        files = {
            "platform/platform.yaml": platform,
            "platform/modules/record/main.tf": bake.REQUIRED + MODULE,
            "bakehouse.yaml": application("workloads: [web.yaml]"),
            "web.yaml": WEB,
        }
        variables = {
            "DB_PASSWORD": database.password,
            "DNS_KEY": names.secret,
            **terraform_settings(tmp_path),
            "AWS_PAPER_ACCOUNT": str(tmp_path / "account"),
        }
        account = paper.Account(tmp_path / "account")
        folder = written(tmp_path / "shop", files)
        yield Story(Desk(folder), world, database, names, f"{namespace}-dev", account, variables)


def _plant_drift(story: Story, role: str, host: str) -> None:
    """Change something in each system, as somebody would who is in a hurry."""
    story.world.remove(DEPLOYMENT.format(namespace=story.namespace))
    with psycopg.connect(story.database.conninfo(), autocommit=True) as admin:
        admin.execute(sql.SQL("ALTER ROLE {} PASSWORD 'hurry'").format(sql.Identifier(role)))
    ZoneEditor(story.names).replace(host.removesuffix(f".{story.names.zone}"), "A", "192.0.2.99")


def test_a_build_becomes_an_application_on_all_systems_and_is_taken_away_again(story: Story) -> None:
    story.run("env", "create", "dev", "--type", "development")
    story.run("catalog", "use", "platform")
    story.run("build", "notify", "--workload", "web", "--image", IMAGE, "--ref", "refs/heads/main")

    first = story.plan()
    for line in (
        "+ workload#web",
        "+ postgres#web.db",
        f"create Namespace {story.namespace}",
        f"create Deployment {story.namespace}/web",
        "create bake_record.this",
        'values.0  "192.0.2.10"',
    ):
        assert line in first, first
    story.run("apply", "-e", "dev", "--auto-approve")

    deployment = story.object(DEPLOYMENT)
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    assert container["image"] == IMAGE
    reference = next(v for v in container["env"] if v["name"] == "DATABASE_URL")["valueFrom"]["secretKeyRef"]
    held = story.object(f"/api/v1/namespaces/{{namespace}}/secrets/{reference['name']}")
    url = base64.b64decode(held["data"][reference["key"]]).decode()
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT current_database()").fetchone()
    assert row is not None
    assert story.databases() == {row[0]}
    host = next(v for v in container["env"] if v["name"] == "HOST")["value"]
    assert story.address(host) == ["192.0.2.10"]
    password = url.split(":")[2].split("@")[0]
    assert password not in json.dumps(deployment)
    for path in story.desk.folder.rglob("*"):
        assert not path.is_file() or password.encode() not in path.read_bytes(), path
    story.run("plan", "-e", "dev", "--detailed-exitcode")

    story.run("env", "create", "test", "--type", "development")
    story.run("apply", "-e", "test", "--auto-approve")
    assert len(story.databases()) == 2
    story.desk.edit("platform/platform.yaml", lambda text: text.replace("192.0.2.10", "192.0.2.20"))
    changed = story.plan()
    assert "update bake_record.this" in changed
    assert 'values.0  "192.0.2.10" -> "192.0.2.20"' in changed
    assert "Deployment" not in changed
    rolled_out = story.run("apply", "--all-environments", "--type", "development", "--auto-approve")
    for environment in ("dev", "test"):
        assert re.search(rf"Applied: deployment 2 of shop in {environment} .*: 1 updated", rolled_out), (
            rolled_out
        )
    assert story.address(host) == story.address(story.host("test")) == ["192.0.2.20"]

    _plant_drift(story, row[0], host)
    found = story.run("drift", "-e", "dev", "--detailed-exitcode", expect=2)
    for address in ("workload#web", "postgres#web.db", "dns#web.name"):
        assert f"~ {address}" in found, found
    assert "has another password" in found
    story.run("apply", "-e", "dev", "--refresh", "--auto-approve")
    story.run("plan", "-e", "dev", "--refresh", "--detailed-exitcode")
    assert story.address(host) == ["192.0.2.20"]
    psycopg.connect(url).close()
    assert story.object(DEPLOYMENT)["spec"]["template"]["spec"]["containers"][0]["image"] == IMAGE

    for environment in ("test", "dev"):
        words = ("--auto-approve", "--confirm", environment, "--allow-destroy", "all")
        story.run("destroy", "-e", environment, *words)
    assert story.databases() == set()
    assert story.address(host) == []
    assert story.world.get(f"/api/v1/namespaces/{story.namespace}") is None


def test_the_same_files_and_image_go_to_production_with_a_database_and_a_name_of_their_own(
    story: Story, isolated_home: Path
) -> None:
    space = f"{story.namespace.removesuffix('-dev')}-live"
    live = replace(story, namespace=space)
    for environment, kind in (("dev", "development"), ("live", "production")):
        live.run("env", "create", environment, "--type", kind)
    live.run("catalog", "use", "platform")
    for ref in ("refs/heads/main", "refs/tags/v1"):
        live.run("build", "notify", "--workload", "web", "--image", IMAGE, "--ref", ref)
    live.run("apply", "-e", "dev", "--auto-approve")
    assert live.account.kinds() == {}

    first = live.run("plan", "-e", "live", "--detailed-exitcode", expect=2)
    for line in (
        "+ workload#web",
        f"create Deployment {space}/web",
        f"create ServiceAccount {space}/web",
        "+ postgres#web.db",
        "create aws_db_instance.this",
        'instance_class  "db.t4g.medium"',
        "password  (known after apply)",
        "+ dns#web.name",
        "create aws_route53_record.this",
        'zone_id  "Z0123456789ABCDEFGHIJ"',
        "create aws_iam_role.this",
        "create aws_eks_pod_identity_association.this",
    ):
        assert line in first, first
    assert "known later" not in first
    applied = live.run("apply", "-e", "live", "--auto-approve")

    database, record = live.account.only("aws_db_instance"), live.account.only("aws_route53_record")
    deployment = live.object(DEPLOYMENT)
    pod = deployment["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    assert (container["image"], pod["serviceAccountName"]) == (IMAGE, "web")
    values = {variable["name"]: variable for variable in container["env"]}
    assert values["HOST"]["value"] == record["name"]
    assert record["records"] == ["ingress.example.net"]
    reference = values["DATABASE_URL"]["valueFrom"]["secretKeyRef"]
    held = live.object(f"/api/v1/namespaces/{{namespace}}/secrets/{reference['name']}")
    url = base64.b64decode(held["data"][reference["key"]]).decode()
    assert url == (
        f"postgres://app:{database['password']}@{database['address']}:{database['port']}/{database['db_name']}"
    )
    association = live.account.only("aws_eks_pod_identity_association")
    assert (association["namespace"], association["service_account"]) == (space, "web")
    assert len(live.databases()) == 1

    again = live.run("plan", "-e", "live", "--refresh", "--detailed-exitcode")
    outputs = live.run("outputs", "-e", "live")
    live.run("apply", "-e", "live", "--auto-approve")
    assert live.account.only("aws_db_instance") == database
    shown = (first, applied, again, outputs, json.dumps(deployment))
    assert not any(database["password"] in text for text in shown)
    for folder in (live.desk.folder, isolated_home):
        for path in folder.rglob("*"):
            assert not path.is_file() or database["password"].encode() not in path.read_bytes(), path

    _take_production_away(live)
    assert live.world.get(f"/api/v1/namespaces/{space}") is None
    assert live.account.kinds() == {}
    assert len(live.account.snapshots()) == 1
    live.run("destroy", "-e", "dev", "--auto-approve", "--confirm", "dev", "--allow-destroy", "all")
    assert live.databases() == set()


def _take_production_away(live: Story) -> None:
    """It is kept, then AWS refuses, then its protection is lifted, then it goes."""
    words = ("destroy", "-e", "live", "--auto-approve", "--confirm", "live")
    kept = live.run(*words, expect=6)
    assert "all 8 resources of shop in live are protected and were kept" in kept
    refused = live.run(*words, "--allow-destroy", "all", expect=1)
    assert "Cannot delete protected aws_db_instance" in refused
    live.desk.edit("web.yaml", lambda text: text.replace("{type: postgres}", UNPROTECTED))
    live.run("apply", "-e", "live", "--auto-approve")
    live.run(*words, "--allow-destroy", "all")
