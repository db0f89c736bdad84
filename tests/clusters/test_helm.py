"""What the driver `helm` shows, refuses and puts right, with the real program over a real API server."""

import http.server
import os
import signal
import subprocess
import threading
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from pydantic import ValidationError

from bakehouse.drivers.builtin.helm import Helm
from bakehouse.drivers.builtin.kubernetes import KubernetesConnection
from bakehouse.drivers.conformance import Bench, Held
from bakehouse.drivers.sdk import Conflict, PermanentFault, Proposal, TransientFault
from bakehouse.graph.address import Address
from bakehouse.graph.values import Secret, Unknown, Value
from charts import DEPLOYMENT, chart
from clusters_world import World
from desk import KEY, Desk, application
from folders import written
from parts.helm import helm

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("helm_on_path")]

MORE = "apiVersion: v1\nkind: Secret\nmetadata: {name: more}\n"
CANARY = "planted-yeast-91b2"
LATER = Unknown(Address.parse("dns#shop"), ("host",), "string")


@pytest.fixture
def bench(tmp_path: Path, connection: KubernetesConnection) -> Iterator[Bench]:
    with Bench(Helm(), tmp_path, connection, seconds=60.0) as found:
        yield found


def asked(namespace: str, values: Mapping[str, Value], **more: Any) -> dict[str, Value]:
    return {
        "chart": chart(),
        "release": "oven",
        "namespace": namespace,
        "values": values,
        "wait": False,
        **more,
    }


def shown(proposal: Proposal | None) -> list[str]:
    """A proposal's objects and changes, a line each."""
    assert proposal is not None
    assert CANARY not in repr(proposal)
    lines: list[str] = []
    for item in proposal.nested:
        lines.append(f"{item['action']} {item['object']}")
        lines += [f"  {c['path']}: {c['before']} -> {c['after']}" for c in item["changes"]]
    return lines


def run_helm(world: World, namespace: str, *words: str) -> str:
    """The program in somebody else's hands."""
    argv = [str(helm()), *words, "--namespace", namespace, "--kubeconfig", str(world.plane.kubeconfig)]
    return subprocess.run(argv, capture_output=True, text=True, timeout=120, check=True).stdout


def test_a_release_is_planned_object_by_object_and_no_secret_is_shown(bench: Bench, namespace: str) -> None:
    first = asked(namespace, {"password": bench.vault.put("password", CANARY)})
    proposal = bench.plan(first)
    assert shown(proposal) == [
        f"create Secret {namespace}/oven-keys",
        f"create Service {namespace}/oven",
        f"create Deployment {namespace}/oven",
    ]
    assert proposal is not None
    assert proposal.notes == (f"runs the hook ConfigMap {namespace}/oven-before (pre-install)",)
    held = bench.create(first)
    assert held.outputs["values"] == {}
    assert held.outputs["version"] == "1.2.0"
    values = {"password": bench.vault.put("password", f"{CANARY}-2"), "heat": 250, "host": LATER}
    changed = asked(namespace, values, chart=chart(service="", more="# nothing"))
    assert shown(bench.plan(changed, held)) == [
        f"update Secret {namespace}/oven-keys",
        "  data.password: *** -> *** (changed)",
        f"update Deployment {namespace}/oven",
        "  spec.template.metadata.annotations.'checksum/keys': *** -> *** (changed)",
        "  spec.template.spec.containers[main].env[HEAT].value: 220 -> 250",
        "  spec.template.spec.containers[main].env[HOST].value:  -> (known after dns#shop)",
        f"delete Service {namespace}/oven",
    ]
    kept = [
        path for path in bench.folder.rglob("*") if path.is_file() and CANARY.encode() in path.read_bytes()
    ]
    assert kept == []
    elsewhere = replace(bench.context(held.prior()), reviewed=())
    with pytest.raises(PermanentFault, match=r"plan-moved: .*create Secret .* which was not shown"):
        bench.driver.update(elsewhere, bench.validated({**first, "chart": chart(more=MORE)}))
    bench.delete(held)


def test_values_are_held_to_the_charts_schema_as_far_as_they_are_known(bench: Bench, namespace: str) -> None:
    with pytest.raises(PermanentFault, match=r"values-refused: .* /heat: got string, want integer"):
        bench.plan(asked(namespace, {"heat": "hot", "host": LATER}))
    number = Unknown(Address.parse("oven#x"), ("heat",), "integer")
    proposal = bench.plan(asked(namespace, {"heat": number, "replicas": 2}))
    assert proposal is not None
    assert "the chart's schema is asked again about values that are known after oven#x" in proposal.notes
    broken = chart(
        deployment=DEPLOYMENT.replace(
            "{{ .Values.replicas }}", "{{ add 1 .Values.replicas | int | required }}"
        )
    )
    later = bench.plan(asked(namespace, {"replicas": LATER}, chart=broken))
    assert later is not None
    assert later.nested[0]["object"] == "(known later)"
    assert later.notes[0].startswith(
        "what the chart makes is known after dns#shop; it cannot be rendered without: "
    )


def test_what_somebody_else_released_is_never_taken_over(bench: Bench, world: World, namespace: str) -> None:
    folder = written(bench.folder / "theirs", chart()["files"])
    run_helm(world, namespace, "install", "oven", str(folder))
    inputs = asked(namespace, {"heat": 100})
    with pytest.raises(
        Conflict, match=r"release-taken: the release .*/oven exists and was not made for this resource"
    ):
        bench.create(inputs)
    proposal = bench.plan(inputs)
    assert proposal is not None
    assert proposal.refused is not None
    bench.delete(Held(inputs, {}, {}, bench.uid))
    assert '"revision":1' in run_helm(world, namespace, "get", "metadata", "oven", "-o", "json")
    with pytest.raises(Conflict, match=r"object-taken: .*cannot be imported"):
        bench.create(
            {
                **inputs,
                "release": "other",
                "chart": chart(
                    service="",
                    deployment="",
                    hook="",
                    secret=("apiVersion: v1\nkind: Secret\nmetadata: {name: oven-keys}\n"),
                ),
            }
        )


def test_a_failed_upgrade_is_taken_back_and_the_next_one_goes_on(bench: Bench, namespace: str) -> None:
    first = asked(namespace, {"heat": 100, "password": bench.vault.put("password", CANARY)}, wait=True)
    held = bench.create(first)
    broken = chart(
        more="apiVersion: v1\nkind: Service\nmetadata: {name: x}\nspec: {ports: [{port: 99999999}]}\n"
    )
    with pytest.raises(
        PermanentFault, match=r"helm-failed: upgrade failed: .*; revision 1 runs again"
    ) as caught:
        bench.update(held, {**first, "chart": broken})
    assert CANARY not in str(caught.value) + caught.value.message
    after = bench.update(held, {**first, "values": {"heat": 240}})
    assert after.private == {"revision": 4}
    assert bench.read(after).outputs["condition"] == "complete"
    elsewhere = Held(after.inputs, after.outputs, {"revision": 3}, bench.uid)
    assert bench.read(elsewhere).outputs["condition"] == "revision 4 was made by somebody else, ours is 3"
    bench.delete(after)


@pytest.mark.parametrize("stage", ["install", "upgrade"])
def test_a_killed_command_is_put_right_by_the_next_one(
    bench: Bench, world: World, namespace: str, stage: str
) -> None:
    slow = chart(
        hook=(
            "apiVersion: batch/v1\nkind: Job\nmetadata: {name: slow, annotations: {helm.sh/hook: post-STAGE}}\n"
            "spec: {template: {spec: {restartPolicy: Never, nodeSelector: {nowhere: x}, "
            "containers: [{name: a, image: a}]}}}\n"
        ).replace("STAGE", stage)
    )
    held = None if stage == "install" else bench.create(asked(namespace, {}))
    inputs = asked(namespace, {"heat": 111}, chart=slow)
    killer = threading.Thread(target=_kill_when_pending, args=(world, namespace, f"pending-{stage}"))
    killer.start()
    try:
        with pytest.raises((PermanentFault, TransientFault)):
            bench.update(held, inputs) if held else bench.create(inputs)
    finally:
        killer.join()
    good = asked(namespace, {"heat": 112})
    after = bench.update(held, good) if held else bench.settle(good)
    assert after.outputs["status"] == "deployed"
    assert any(said.startswith("going back to revision 1") for said in bench.said)
    bench.delete(after)


def _kill_when_pending(world: World, namespace: str, status: str) -> None:
    """SIGKILL to the program, as soon as it has said what it is about to do."""
    import psutil

    selector = f"/api/v1/namespaces/{namespace}/secrets?labelSelector=status%3D{status}"
    for _ in range(600):
        if world.items(selector):
            for process in psutil.process_iter():
                try:
                    if process.name() == "helm" and namespace in " ".join(process.cmdline()):
                        os.kill(process.pid, signal.SIGKILL)
                        return
                except (psutil.Error, ProcessLookupError):
                    continue
        threading.Event().wait(0.05)


def test_a_chart_comes_from_a_repository_by_its_one_version(
    bench: Bench, namespace: str, tmp_path: Path
) -> None:
    folder, site = written(tmp_path / "oven", chart(hook="")["files"]), tmp_path / "site"
    site.mkdir()
    handler = partial(http.server.SimpleHTTPRequestHandler, directory=str(site))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        address = f"http://127.0.0.1:{server.server_port}"
        for words in (
            ("package", str(folder), "-d", str(site)),
            ("repo", "index", str(site), "--url", address),
        ):
            subprocess.run([str(helm()), *words], check=True, capture_output=True)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            inputs = asked(namespace, {}, chart="oven", repository=address, version="1.2.0")
            assert f"create Service {namespace}/oven" in shown(bench.plan(inputs))
            with pytest.raises(PermanentFault, match="chart-missing: "):
                bench.plan({**inputs, "version": "9.9.9"})
            held = bench.create(inputs)
            assert held.outputs["version"] == "1.2.0"
        finally:
            server.shutdown()
            thread.join()
    with pytest.raises(TransientFault, match="chart-missing: "):
        bench.plan({**inputs, "repository": "http://127.0.0.1:9"})
    bench.delete(held)


def test_without_a_cluster_the_plan_compares_with_what_was_recorded(bench: Bench, namespace: str) -> None:
    bench.connection = KubernetesConnection(server="http://127.0.0.1:9")
    before = asked(namespace, {"heat": 100, "password": Secret("conformance", "x", None)})
    held = Held(before, {}, {"revision": 1}, bench.uid)
    proposal = bench.plan({**before, "values": {**before["values"], "heat": 101}}, held)
    assert shown(proposal) == [
        f"update Deployment {namespace}/oven",
        "  spec.template.spec.containers[main].env[HEAT].value: 100 -> 101",
    ]
    assert proposal is not None
    assert "not asked of the cluster, compared with what was recorded" in proposal.notes[0]


def test_what_cannot_be_a_release_is_refused_before_anything_runs(
    bench: Bench, namespace: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = asked(namespace, {})
    for wrong in (
        {"chart": "oven"},
        {"chart": "oven", "repository": "https://charts.test"},
        {"chart": "oven", "repository": "https://charts.test", "version": "^1"},
        {"chart": "--post-renderer=x", "repository": "https://charts.test", "version": "1.0.0"},
        {"chart": "oci://charts.test/oven", "version": "latest"},
        {"chart": "oci://user:pass@charts.test/oven", "version": "1.0.0"},
        {"chart": {"path": "x", "files": {"../Chart.yaml": ""}}},
        {"release": "--set"},
        {"namespace": "a/b"},
    ):
        with pytest.raises(ValidationError):
            bench.validated({**good, **wrong})
    with pytest.raises(PermanentFault, match=r"chart-invalid: the folder x holds no Chart\.yaml"):
        bench.create({**good, "chart": {"path": "x", "files": {"values.yaml": ""}}})
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(PermanentFault, match="helm-missing: the program helm is not on PATH"):
        bench.create(good)


PLATFORM = """\
apiVersion: bakehouse.dev/v1
kind: EnvironmentType
metadata: {name: plain}
spec: {onRemove: destroy, connections: {kubernetes: cluster}}
---
apiVersion: bakehouse.dev/v1
kind: Connection
metadata: {name: cluster}
spec: {kind: kubernetes, values: {kubeconfig: KUBECONFIG}}
---
apiVersion: bakehouse.dev/v1
kind: ResourceType
metadata: {name: oven}
spec: {outputs: {type: object, properties: {address: {}, heat: {}, release: {}, password: {x-secret: true}}}}
---
apiVersion: bakehouse.dev/v1
kind: ResourceDefinition
metadata: {name: oven}
spec:
  type: oven
  driver: helm
  match: [{}]
  inputs:
    chart: ./charts/oven
    namespace: PLACE
    values: {heat: 180, password: {$secret: {store: env, ref: GREETING_KEY}}}
    outputs:
      address: {object: "Service/${resource.slug}", path: spec.clusterIP}
      password: {object: "Secret/${resource.slug}-keys", path: data.password}
  outputs: {address: "${outputs.address}", heat: "${outputs.values.heat}", release: "${outputs.release}",
            password: "${outputs.password}"}
"""


@pytest.fixture
def desk(world: World, namespace: str, tmp_path: Path, isolated_home: Path) -> Desk:
    """An application of one release, registered and not applied."""
    folder = tmp_path / "shop"
    written(folder / "platform/charts/oven", chart()["files"])
    text = PLATFORM.replace("KUBECONFIG", str(world.plane.kubeconfig)).replace("PLACE", namespace)
    files = {
        "platform/all.yaml": text,
        "bakehouse.yaml": application("workloads: [], shared: {main: {type: oven}}"),
    }
    desk = Desk(written(folder, files))
    desk("env", "create", "one", "--type", "plain")
    desk("catalog", "use", "platform")
    return desk


def test_a_chart_is_planned_applied_changed_and_destroyed_by_the_command(
    desk: Desk, world: World, namespace: str
) -> None:
    planned = desk("plan", "-e", "one").out
    assert f"create Deployment {namespace}/shop-one-shared-main-" in planned
    applied = desk("apply", "-e", "one", "--auto-approve")
    assert "Nothing to do" in desk("plan", "-e", "one").out
    outputs = desk("outputs", "-e", "one").out
    assert "heat      180" in outputs
    desk.edit("platform/all.yaml", lambda text: text.replace("heat: 180", "heat: 190"))
    changed = desk("plan", "-e", "one").out
    assert 'env[HEAT].value  "180" -> "190"' in changed
    path = "platform/charts/oven/templates/service.yaml"
    desk.edit(path, lambda text: text.replace("{app", "{at: {{ now | unixEpoch | quote }}, app"))
    desk("apply", "-e", "one", "--auto-approve")
    desk.edit("platform/all.yaml", lambda text: text.replace("heat: 190", "heat: 999"))
    refused = desk("plan", "-e", "one", expect=1).out
    assert (
        "cannot be applied: values-refused: the chart does not take these values: /heat: maximum" in refused
    )
    rendered = desk("render", "-e", "one").out
    desk("destroy", "-e", "one", "--auto-approve", "--confirm", "one")
    assert world.items(f"/apis/apps/v1/namespaces/{namespace}/deployments") == []
    assert KEY not in planned + applied.out + applied.err + outputs + changed + rendered


@pytest.mark.scenario(14)
def test_what_somebody_else_upgraded_since_the_plan_is_not_undone_by_it(
    desk: Desk, world: World, namespace: str
) -> None:
    desk("apply", "-e", "one", "--auto-approve")
    desk.edit("platform/all.yaml", lambda text: text.replace("heat: 180", "heat: 200"))
    desk("plan", "-e", "one", "--out", "p.plan")
    release = run_helm(world, namespace, "list", "--short").strip()
    theirs = ("upgrade", release, str(desk.folder / "platform/charts/oven"), "--reuse-values")
    run_helm(world, namespace, *theirs, "--set", "replicas=2")
    left = run_helm(world, namespace, "get", "manifest", release)
    moved = desk("apply", "p.plan", "--auto-approve", expect=1)
    assert "plan-moved" in moved.err
    assert "spec.replicas changes, which was not shown" in moved.err
    assert run_helm(world, namespace, "get", "manifest", release) == left
    assert "replicas" in desk("plan", "-e", "one").out
    desk("apply", "-e", "one", "--auto-approve")
    desk("destroy", "-e", "one", "--auto-approve", "--confirm", "one")
