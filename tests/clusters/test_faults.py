"""What a cluster does in bad hours, told or outlasted: too many requests, stumbling, webhooks, missing verbs."""

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from bakehouse.drivers.builtin.kubernetes import Kubernetes, KubernetesConnection
from bakehouse.drivers.conformance import Bench
from bakehouse.drivers.sdk import PermanentFault, TransientFault
from bakehouse.plans.apply.task import ATTEMPTS
from cluster_faults import Answer, Between, between, webhook
from clusters_world import World, config_map

pytestmark = pytest.mark.slow

RULES = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations"


@pytest.fixture
def bench(tmp_path: Path, connection: KubernetesConnection) -> Iterator[Bench]:
    with Bench(Kubernetes(), tmp_path, connection, seconds=60.0) as bench:
        yield bench


@pytest.fixture
def proxy(world: World, bench: Bench) -> Iterator[Between]:
    """Every request of the bench goes through it."""
    with between(world.plane) as found:
        bench.connection = KubernetesConnection(server=found.url, token=SecretStr(world.plane.token))
        yield found


def asked(namespace: str, count: int = 1) -> dict[str, Any]:
    return {"manifests": [config_map(f"bowl-{n}") for n in range(count)], "namespace": namespace}


def test_bursts_of_refusals_for_load_and_of_stumbling_are_outlasted_request_by_request(
    bench: Bench, proxy: Between, namespace: str
) -> None:
    numbers = itertools.count()
    answers: list[Answer | None] = [
        (429, {"Retry-After": "0"}),
        None,
        None,
        (500, {}),
        None,
        (503, {}),
        None,
        None,
    ]
    proxy.faults = lambda method, path: answers[next(numbers) % len(answers)]
    held = bench.create(asked(namespace, 8))
    assert len(proxy.given) > ATTEMPTS, "the whole begun anew for each would not have come to its end"
    assert set(proxy.given) == {429, 500, 503}
    assert bench.read(held).outputs["condition"] == "complete"
    bench.delete(held)


def test_load_that_does_not_end_is_told_as_passing_with_how_long_to_wait(
    bench: Bench, proxy: Between, namespace: str
) -> None:
    proxy.faults = lambda method, path: (429, {"Retry-After": "70"}) if method == "PATCH" else None
    with pytest.raises(TransientFault, match=rf"^ConfigMap {namespace}/bowl-0: HTTP 429") as caught:
        bench.create(asked(namespace))
    assert (caught.value.retry_after, caught.value.hint) == (70.0, "the cluster has too much to do")
    assert len(proxy.given) == 1, "longer than the deadline is not waited here"


def test_a_webhook_that_refuses_is_quoted_by_the_plan_and_one_that_is_away_is_passing(
    world: World, bench: Bench, namespace: str, tmp_path: Path
) -> None:
    name = f"no-yeast.{namespace}.test"
    hook: dict[str, Any] = {
        "name": name,
        "admissionReviewVersions": ["v1"],
        "sideEffects": "None",
        "timeoutSeconds": 5,
        "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": namespace}},
        "rules": [
            {"apiGroups": [""], "apiVersions": ["v1"], "operations": ["*"], "resources": ["configmaps"]}
        ],
    }
    try:
        with webhook(tmp_path, "no yeast on Mondays") as (url, authority):
            hook["clientConfig"] = {"url": url, "caBundle": authority}
            world.make(RULES, {"metadata": {"name": name}, "webhooks": [hook]})
            said: str | None = None
            while said is None:  # the server takes a moment to heed it
                proposal = bench.plan(asked(namespace))
                said = proposal.refused if proposal else None
            assert said == (
                f"webhook-refused: ConfigMap {namespace}/bowl-0: "
                f'admission webhook "{name}" denied the request: no yeast on Mondays'
                " (change the manifest as the cluster's own rule asks)"
            )
            with pytest.raises(PermanentFault, match=r"^webhook-refused: .*no yeast on Mondays") as refused:
                bench.create(asked(namespace))
            assert refused.value.hint == "change the manifest as the cluster's own rule asks"
        with pytest.raises(TransientFault, match=r"^webhook-refused: .*failed calling webhook") as away:
            bench.create(asked(namespace))
        assert away.value.hint == "is the webhook's service running?"
    finally:
        world.remove(f"{RULES}/{name}")


def test_a_single_missing_verb_is_named_before_anything_is_changed_and_by_logs(
    world: World, bench: Bench, namespace: str
) -> None:
    held = bench.create(asked(namespace))
    roles = f"/apis/rbac.authorization.k8s.io/v1/namespaces/{namespace}"
    rule = {"apiGroups": [""], "resources": ["configmaps"], "verbs": ["get", "list"]}
    world.make(f"{roles}/roles", {"metadata": {"name": "looks"}, "rules": [rule]})
    binding = {
        "metadata": {"name": "looks"},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "looks"},
        "subjects": [{"kind": "User", "name": "visitor"}],
    }
    world.make(f"{roles}/rolebindings", binding)
    bench.connection = KubernetesConnection(kubeconfig=str(world.plane.visitor))
    changed = asked(namespace)
    changed["manifests"][0]["data"] = {"heat": "240"}
    said = ""
    while 'cannot patch resource "configmaps"' not in said:  # rights take a moment to be heeded
        try:
            proposal = bench.plan(changed, held)
            said = (proposal.refused or "") if proposal else ""
        except PermanentFault as fault:
            said = fault.message
    assert said.startswith(f"cluster-forbidden: ConfigMap {namespace}/bowl-0: ")
    with pytest.raises(PermanentFault, match=r'cannot delete resource "configmaps"') as caught:
        bench.delete(held)
    assert caught.value.hint == "give the account of the connection this right"
