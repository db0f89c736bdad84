"""The pack `bakehouse/kubernetes` on a real API server: every type that it meets, from one application to nothing again."""

import base64
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bakehouse.drivers.registry import Registry
from bakehouse.graph.address import Address
from bakehouse.resolvers.catalog import Catalog, CatalogSource, load_catalog
from bakehouse.resolvers.match import Matcher
from bakehouse.resolvers.overlaps import overlaps
from bakehouse.resolvers.review import review_catalog
from clusters_world import Manifest, World
from desk import Desk
from folders import written
from parts.kwok import talk

PLATFORM = """\
kind: Platform
metadata: {name: acme}
spec: {organization: acme, packs: [{name: bakehouse/kubernetes}]}
---
kind: EnvironmentType
metadata: {name: development}
spec: {connections: {kubernetes: cluster}, variables: {TOKEN: {secret: true}, LEVEL: {default: info}}}
---
kind: Connection
metadata: {name: cluster}
spec: {kind: kubernetes, values: {kubeconfig: KUBECONFIG}}
"""

APPLICATION = """\
apiVersion: bakehouse.dev/v1
kind: Application
metadata: {name: shop}
spec: {workloads: ["*/score.yaml"], platform: ./platform}
"""

OVEN = """\
apiVersion: score.dev/v1b1
metadata: {name: oven}
service: {ports: {www: {port: 80, targetPort: 8080}}}
containers: {talks: {image: "registry.test/oven:1"}}
"""

WEB = """\
apiVersion: score.dev/v1b1
metadata: {name: web}
service: {ports: {www: {port: 80, targetPort: 8080}}}
containers:
  main:
    image: "registry.test/web:1"
    variables:
      PG: "postgresql://${resources.pg.username}:${resources.pg.password}@${resources.pg.host}:${resources.pg.port}/${resources.pg.name}"
      SERVER: "${resources.server.password}"
      MY: "${resources.my.password}"
      CACHE: "${resources.cache.password}"
      QUEUE: "amqp://${resources.queue.username}:${resources.queue.password}@${resources.queue.host}/${resources.queue.vhost}"
      DOCUMENTS: "${resources.documents.connection}"
      SEARCH: "${resources.search.password}"
      BUCKET: "${resources.files.bucket}"
      S3: "${resources.files.secret_key}"
      URL: "${resources.dns.url}"
      OVEN: "${resources.oven.url}"
      PORT: "${resources.port.hostname}:${resources.port.port}"
      TOKEN: "${resources.env.TOKEN}"
      LEVEL: "${resources.env.LEVEL}"
    volumes: {/var/lib/web: {source: "${resources.disk}"}}
resources:
  pg: {type: postgres}
  server: {type: postgres-instance}
  my: {type: mysql}
  cache: {type: redis}
  queue: {type: amqp}
  documents: {type: mongodb}
  search: {type: elasticsearch}
  files: {type: s3}
  disk: {type: volume, params: {size: 2Gi}}
  dns: {type: dns}
  route: {type: route, params: {host: "${resources.dns.host}", port: www}}
  oven: {type: service}
  port: {type: service-port, params: {workload: oven, port: www}}
  env: {type: environment}
  scale: {type: horizontal-pod-autoscaler, params: {maxReplicas: 5}}
"""

SERVERS = ("pg", "server", "my", "cache", "queue", "documents", "search", "files")
HELD = (
    "amqp#web.queue",
    "elasticsearch#web.search",
    "k8s-namespace#main",
    "mongodb#web.documents",
    "mysql#web.my",
    "postgres#web.pg",
    "postgres-instance#web.server",
    "redis#web.cache",
    "s3#web.files",
    "volume#web.disk",
)
"""What a destroy leaves, because it bears data, or holds what does."""

CANARY = "canary-of-the-pack-51c8"


@pytest.fixture
def disks(world: World) -> Iterator[None]:
    """Volumes that the claims are bound to: no storage class makes any here."""
    names = [f"pack-disk-{number}" for number in range(len(SERVERS) + 1)]
    for name in names:
        spec = {
            "capacity": {"storage": "20Gi"},
            "accessModes": ["ReadWriteOnce"],
            "hostPath": {"path": f"/{name}"},
        }
        world.make("/api/v1/persistentvolumes", {"metadata": {"name": name}, "spec": spec})
    yield
    for name in names:
        world.remove(f"/api/v1/persistentvolumes/{name}")


@pytest.fixture
def run(world: World, tmp_path: Path, isolated_home: Path) -> Desk:
    files = {
        "platform/platform.yaml": PLATFORM.replace("KUBECONFIG", str(world.plane.kubeconfig)),
        "bakehouse.yaml": APPLICATION,
        "oven/score.yaml": OVEN,
        "web/score.yaml": WEB,
    }
    desk = Desk(written(tmp_path / "shop", files))
    desk("env", "create", "dev", "--type", "development")
    desk("catalog", "use", "platform")
    desk("env", "set", "TOKEN", "-e", "dev", stdin=CANARY)
    return desk


@pytest.mark.slow
@pytest.mark.usefixtures("disks")
def test_every_type_is_planned_made_kept_and_taken_away(world: World, run: Desk, tmp_path: Path) -> None:
    first = run("plan", "-e", "dev").out
    assert "30 to create" in first
    run("apply", "-e", "dev", "--auto-approve")
    run("plan", "-e", "dev", "--detailed-exitcode")
    outputs = run.read("outputs", "-e", "dev")["resources"]
    place = outputs["k8s-namespace#main"]["name"]
    assert all(
        isinstance(outputs[a]["port"], int) for a in ("postgres#web.pg", "mysql#web.my", "amqp#web.queue")
    )
    passwords = _passwords(world, place)
    assert len(passwords) == len(SERVERS) + 1, "MySQL's root has one, too"
    assert not any(secret in first + str(outputs) for secret in (*passwords, CANARY))
    _are_restricted(world, place)
    talk(world.plane).write_text("2026-01-01T00:00:01Z stdout F hot\n")
    assert re.fullmatch(r"oven/oven-[a-z0-9-]+/talks \| hot\n", run("logs", "oven", "-e", "dev").out)
    web = world.get(f"/apis/apps/v1/namespaces/{place}/deployments/web")
    assert web is not None
    env = {item["name"]: item for item in web["spec"]["template"]["spec"]["containers"][0]["env"]}
    assert all("secretKeyRef" in env[n]["valueFrom"] for n in ("PG", "CACHE", "S3", "DOCUMENTS", "TOKEN"))
    assert env["OVEN"]["value"] == f"http://oven.{place}.svc:80"
    scaled = world.items(f"/apis/autoscaling/v2/namespaces/{place}/horizontalpodautoscalers")[0]["spec"]
    assert (scaled["scaleTargetRef"]["name"], scaled["maxReplicas"]) == ("web", 5)
    run("destroy", "-e", "dev", "--auto-approve", "--confirm", "dev")
    assert len(world.items(f"/apis/apps/v1/namespaces/{place}/statefulsets")) == len(SERVERS)
    held = sorted(run.read("outputs", "-e", "dev")["resources"])
    assert [a for a in held if not a.startswith("password#")] == sorted(HELD)
    allowed = (word for address in held for word in ("--allow-destroy", address))
    run("destroy", "-e", "dev", "--auto-approve", "--confirm", "dev", *allowed)
    assert world.get(f"/api/v1/namespaces/{place}") is None
    for path in tmp_path.rglob("*"):
        content = path.read_bytes() if path.is_file() else b""
        assert not any(secret.encode() in content for secret in (*passwords, CANARY)), path


def _passwords(world: World, place: str) -> list[str]:
    """The generated values of the Secrets of the servers, in clear."""
    found = [
        item["data"]
        for item in world.items(f"/api/v1/namespaces/{place}/secrets")
        if "password" in item["data"]
    ]
    keys = ("password", "root")
    return [base64.b64decode(data[key]).decode() for data in found for key in keys if key in data]


def _are_restricted(world: World, place: str) -> None:
    """Every pod of a server would be let into a namespace that takes the profile `restricted` only."""
    strict = f"{place}-strict"
    label = {"pod-security.kubernetes.io/enforce": "restricted"}
    world.make("/api/v1/namespaces", {"metadata": {"name": strict, "labels": label}})
    sets = world.items(f"/apis/apps/v1/namespaces/{place}/statefulsets")
    assert len(sets) == len(SERVERS)
    for item in sets:
        spec: Manifest = {**item["spec"]["template"]["spec"], "serviceAccountName": "default"}
        for container in (*spec["containers"], *spec.get("initContainers", ())):
            assert container["resources"]["requests"].keys() == {"cpu", "memory"}
        assert "readinessProbe" in spec["containers"][0]
        world.make(f"/api/v1/namespaces/{strict}/pods?dryRun=All", {"metadata": {"name": "x"}, "spec": spec})
    world.remove(f"/api/v1/namespaces/{strict}")


def _catalog(tmp_path: Path, packs: str) -> Catalog:
    (tmp_path / "platform.yaml").write_text(
        f"kind: Platform\nmetadata: {{name: acme}}\nspec: {{packs: [{packs}]}}\n"
    )
    return load_catalog(CatalogSource.of(".", tmp_path))


def test_nothing_is_wrong_with_the_pack(tmp_path: Path) -> None:
    assert review_catalog(_catalog(tmp_path, "{name: bakehouse/kubernetes}"), Registry()) == ()


def test_on_one_machine_the_pack_for_it_is_nearer_and_nothing_is_said_of_that(tmp_path: Path) -> None:
    catalog = _catalog(tmp_path, "{name: bakehouse/local}, {name: bakehouse/kubernetes}")
    assert list(overlaps(catalog)) == []
    matcher = Matcher(catalog, "shop", "dev", "local")
    winner = matcher.match(Address.parse("postgres#web.db")).winner
    assert winner is not None
    assert winner.name == "local-postgres"


def test_every_server_bears_data_and_leaves_its_removal_to_the_type(tmp_path: Path) -> None:
    catalog = _catalog(tmp_path, "{name: bakehouse/kubernetes}")
    servers = [d for d in catalog.definitions() if "StatefulSet" in str(d.inputs)]
    assert len(servers) == len(SERVERS)
    for definition in servers:
        type_ = catalog.type(definition.type)
        assert type_ is not None
        assert type_.data_bearing, "so that its removal is refused unless somebody says otherwise"
        assert definition.on_remove is None
