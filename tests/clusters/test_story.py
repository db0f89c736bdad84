"""From files to objects and back by the command, also over an API server that dies meanwhile."""

import contextlib
import secrets
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from clusters_world import IN_THE_NAMESPACE, World
from desk import Desk
from folders import written
from parts.control_plane import ControlPlane, control_plane
from parts.running import server

pytestmark = pytest.mark.slow

PLATFORM = """\
apiVersion: bakehouse.dev/v1
kind: Platform
metadata: {name: bakery}
spec: {organization: bakery}
---
kind: EnvironmentType
metadata: {name: development}
spec: {onRemove: destroy, connections: {kubernetes: cluster}, variables: {TOKEN: {secret: true}}}
---
kind: Connection
metadata: {name: cluster}
spec: {kind: kubernetes, values: {kubeconfig: KUBECONFIG}}
---
kind: ResourceDefinition
metadata: {name: namespace}
spec:
  type: k8s-namespace
  driver: kubernetes
  match: [{}]
  inputs:
    manifests: [{apiVersion: v1, kind: Namespace, metadata: {name: PLACE}}]
    outputs: {name: {object: Namespace/PLACE, path: metadata.name}}
---
kind: ResourceDefinition
metadata: {name: settings}
spec:
  type: config
  driver: kubernetes
  match: [{}]
  dependencies: {space: {type: k8s-namespace, class: default, id: space}}
  inputs:
    namespace: "${dependencies.space.name}"
    manifests:
      - {apiVersion: v1, kind: ConfigMap, metadata: {name: settings}, data: {heat: "${resource.params.heat}"}}
      - {apiVersion: v1, kind: Secret, metadata: {name: keys}, stringData: {token: "${var.TOKEN}"}}
MORE
"""

APPLICATION = """\
apiVersion: bakehouse.dev/v1
kind: Application
metadata: {name: shop}
spec:
  workloads: []
  platform: ./platform
  shared: {settings: {type: config, params: {heat: "220"}}}
"""

MORE = """\
---
kind: ResourceDefinition
metadata: {name: service}
spec:
  type: service
  driver: template
  match: [{}]
  inputs: {values: {name: "${endpoint.workload}", url: "http://${endpoint.host}:${endpoint.port}"}}
---
kind: ResourceDefinition
metadata: {name: environment}
spec:
  type: environment
  driver: template
  match: [{}]
  inputs: {values: "${variables.plain}", secrets: "${variables.secret}"}
---
kind: WorkloadProfile
metadata: {name: apm}
spec:
  match: [{}]
  target: kubernetes
  patches:
    - object: {kind: Deployment}
      merge: {spec: {template: {metadata: {labels: {apm: "on"}}}}}
"""

OVEN = """\
apiVersion: score.dev/v1b1
metadata: {name: oven, annotations: {k8s.score.dev/service-name: heat}}
service: {ports: {www: {port: 80, targetPort: 8080}}}
containers:
  main: {image: "registry.test/oven:1"}
"""

SHOP = """\
apiVersion: score.dev/v1b1
metadata: {name: shop}
containers:
  main:
    image: .
    variables: {OVEN: "${resources.oven.url}", TOKEN: "${resources.env.TOKEN}"}
    files: {/etc/shop.conf: {content: "oven=${resources.oven.url}"}}
resources:
  oven: {type: service}
  env: {type: environment}
"""

CANARY = "canary-of-the-cluster-7f3a"


def desk(tmp_path: Path, plane: ControlPlane, place: str, more: str = "") -> Desk:
    platform = PLATFORM.replace("KUBECONFIG", str(plane.kubeconfig)).replace("PLACE", place)
    files = {"platform/platform.yaml": platform.replace("MORE\n", more), "bakehouse.yaml": APPLICATION}
    found = Desk(written(tmp_path / "shop", files))
    found("env", "create", "dev", "--type", "development")
    found("catalog", "use", "platform")
    found("env", "set", "TOKEN", "-e", "dev", stdin=CANARY)
    return found


@pytest.mark.scenario(14)
def test_an_environment_is_planned_applied_changed_and_destroyed(
    world: World, tmp_path: Path, isolated_home: Path
) -> None:
    place = f"story-{secrets.token_hex(4)}"
    run = desk(tmp_path, world.plane, place)
    first = run("plan", "-e", "dev").out
    for line in (
        f"create Namespace {place}",
        f"create ConfigMap {place}/settings",
        f"create Secret {place}/keys",
    ):
        assert line in first
    assert f"not dry-run: {place} is not there yet" in first
    run("apply", "-e", "dev", "--auto-approve")
    found = world.get(f"/api/v1/namespaces/{place}/configmaps/settings")
    assert found is not None
    assert found["data"] == {"heat": "220"}
    run("plan", "-e", "dev", "--detailed-exitcode")
    run.edit("bakehouse.yaml", lambda text: text.replace("220", "240"))
    second = run("plan", "-e", "dev", "--detailed-exitcode", "--out", "reviewed.plan", expect=2).out
    assert f"update ConfigMap {place}/settings" in second
    assert 'data.heat  "220" -> "240"' in second
    settings = f"/api/v1/namespaces/{place}/configmaps/settings"
    world.change(settings, {"immutable": True})
    moved = run("apply", "reviewed.plan", "--auto-approve", expect=1)
    assert (
        f"plan-moved: what would be changed is not what was reviewed: ConfigMap {place}/settings" in moved.err
    )
    assert "would be replaced instead of updated" in moved.err
    untouched = world.get(settings)
    assert untouched is not None
    assert untouched["data"] == {"heat": "220"}
    run("apply", "-e", "dev", "--auto-approve")
    run("destroy", "-e", "dev", "--auto-approve", "--confirm", "dev")
    assert world.get(f"/api/v1/namespaces/{place}") is None
    for path in tmp_path.rglob("*"):
        assert not path.is_file() or CANARY.encode() not in path.read_bytes(), path


@pytest.fixture
def applied(world: World, tmp_path: Path, isolated_home: Path) -> Iterator[tuple[Desk, str, str]]:
    """Applied settings, a saved plan that would heat them to 240, and the paths of the map and the secret."""
    place = f"story-{secrets.token_hex(4)}"
    run = desk(tmp_path, world.plane, place)
    run("apply", "-e", "dev", "--auto-approve")
    run.edit("bakehouse.yaml", lambda text: text.replace("220", "240"))
    run("plan", "-e", "dev", "--out", "reviewed.plan")
    yield (
        run,
        f"/api/v1/namespaces/{place}/configmaps/settings",
        f"/api/v1/namespaces/{place}/secrets/keys",
    )
    run("destroy", "-e", "dev", "--auto-approve", "--confirm", "dev")


@pytest.mark.scenario(14)
@pytest.mark.parametrize("which", [1, 2], ids=["updated", "unchanged"])
def test_what_somebody_deleted_since_the_plan_is_not_made_by_it(
    world: World, applied: tuple[Desk, str, str], which: int
) -> None:
    run, *paths = applied
    world.remove(paths[which - 1])
    moved = run("apply", "reviewed.plan", "--auto-approve", expect=1)
    assert "plan-moved" in moved.err
    assert "would be made" in moved.err
    assert world.get(paths[which - 1]) is None
    run("apply", "-e", "dev", "--auto-approve")
    found = [world.get(path) for path in paths]
    assert all(found)
    assert found[0] is not None
    assert found[0]["data"] == {"heat": "240"}


@pytest.mark.scenario(14)
def test_what_somebody_else_wrote_into_the_same_field_since_the_plan_stays(
    world: World, applied: tuple[Desk, str, str]
) -> None:
    run, settings, _ = applied
    world.change(settings, {"data": {"heat": "300"}})
    held = run("apply", "reviewed.plan", "--auto-approve", expect=1)
    assert "field-held" in held.err
    assert world.there(settings)["data"] == {"heat": "300"}


@pytest.mark.scenario(14)
def test_what_somebody_else_wrote_besides_since_the_plan_stays_beside_it(
    world: World, applied: tuple[Desk, str, str]
) -> None:
    run, settings, _ = applied
    world.change(settings, {"data": {"light": "on"}})
    run("apply", "reviewed.plan", "--auto-approve")
    assert world.there(settings)["data"] == {"heat": "240", "light": "on"}


def test_workloads_become_objects_that_reach_each_other_and_roll_with_their_images(
    world: World, tmp_path: Path, isolated_home: Path
) -> None:
    place = f"story-{secrets.token_hex(4)}"
    run = desk(tmp_path, world.plane, place, IN_THE_NAMESPACE + MORE)
    written(run.folder, {"oven/score.yaml": OVEN, "shop/score.yaml": SHOP})
    run.edit("bakehouse.yaml", lambda text: text.replace("workloads: []", 'workloads: ["*/score.yaml"]'))
    missing = run("plan", "-e", "dev", expect=1)
    assert missing.codes == ["image-missing"]
    first = run("plan", "-e", "dev", "--image", "shop/main=registry.test/shop:1").out
    for line in (
        f"create Deployment {place}/shop",
        f"create Service {place}/heat",
        f"create Secret {place}/shop-secrets",
    ):
        assert line in first
    run("apply", "-e", "dev", "--auto-approve", "--image", "shop/main=registry.test/shop:1")
    run("plan", "-e", "dev", "--detailed-exitcode", "--image", "shop/main=registry.test/shop:1")
    shop = world.get(f"/apis/apps/v1/namespaces/{place}/deployments/shop")
    assert shop is not None
    assert shop["spec"]["template"]["metadata"]["labels"]["apm"] == "on"
    env = {item["name"]: item for item in shop["spec"]["template"]["spec"]["containers"][0]["env"]}
    assert env["OVEN"]["value"] == f"http://heat.{place}.svc:80"
    assert env["TOKEN"]["valueFrom"]["secretKeyRef"]["name"] == "shop-secrets"
    slices = f"/apis/discovery.k8s.io/v1/namespaces/{place}/endpointslices"
    assert any(
        item["endpoints"] for item in world.items(slices) if item["metadata"]["name"].startswith("heat")
    )
    second = run("plan", "-e", "dev", "--image", "shop/main=registry.test/shop:2").out
    change = 'spec.template.spec.containers[main].image  "registry.test/shop:1" -> "registry.test/shop:2"'
    assert change in second
    rendered = run("render", "-e", "dev", "--image", "shop/main=registry.test/shop:2").out
    assert "kind: Deployment" in rendered
    assert CANARY not in rendered + first + second
    run("restart", "oven", "-e", "dev", "--auto-approve")
    run("env", "pause", "dev", "--auto-approve")
    oven = world.get(f"/apis/apps/v1/namespaces/{place}/deployments/oven")
    assert oven is not None
    assert oven["spec"]["replicas"] == 0
    run("env", "resume", "dev", "--auto-approve")
    run("destroy", "-e", "dev", "--auto-approve", "--confirm", "dev")
    assert world.get(f"/api/v1/namespaces/{place}") is None
    for path in tmp_path.rglob("*"):
        assert not path.is_file() or CANARY.encode() not in path.read_bytes(), path


def test_an_api_server_that_dies_and_comes_back_only_delays_an_apply(
    tmp_path: Path, isolated_home: Path
) -> None:
    bowls = "".join(
        f"      - {{apiVersion: v1, kind: ConfigMap, metadata: {{name: bowl-{number}}}, data: {{a: b}}}}\n"
        for number in range(150)
    )
    with control_plane() as plane:
        run = desk(tmp_path, plane, "story", bowls)
        world = World(plane)
        with _dies_after(world, plane, 40):
            told = run("apply", "-e", "dev", "--auto-approve")
            ours = world.items("/api/v1/namespaces/story/configmaps?labelSelector=bakehouse.dev/uid")
            run("plan", "-e", "dev", "--detailed-exitcode")
        assert "cluster-unreachable" in told.err
        assert len(ours) == 151


def _command(process: psutil.Process) -> list[str]:
    """The command line of an API server; nothing for others, and for what has ended meanwhile."""
    try:
        return process.cmdline() if "kube-apiserver" in process.name() else []
    except psutil.NoSuchProcess:
        return []


@contextlib.contextmanager
def _dies_after(world: World, plane: ControlPlane, count: int) -> Iterator[None]:
    """Kill the API server as soon as there are so many objects, and start it again at once."""
    port = plane.url.rpartition(":")[2]
    children = psutil.Process().children(recursive=True)
    (process,) = (child for child in children if f"--secure-port={port}" in _command(child))
    argv = tuple(process.cmdline())
    over, killed = threading.Event(), threading.Event()

    def strike() -> None:
        while not over.wait(0.02):
            if len(world.items("/api/v1/namespaces/story/configmaps")) > count:
                process.send_signal(signal.SIGKILL)
                process.wait()
                killed.set()
                with server(argv, plane.folder, lambda: plane.request("/readyz") == b"ok", name="again"):
                    over.wait()
                return

    striking = threading.Thread(target=strike)
    striking.start()
    try:
        yield
        assert killed.is_set()
    finally:
        over.set()
        striking.join()
