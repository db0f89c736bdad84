"""What a plan says of every object is what the cluster itself would make of it, and nothing is changed or told by asking."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bakehouse.drivers.builtin.kubernetes import Kubernetes, KubernetesConnection
from bakehouse.drivers.conformance import Bench, Held
from bakehouse.drivers.sdk import PermanentFault, Proposal
from bakehouse.graph.address import Address
from bakehouse.graph.values import Text, Unknown, Value
from clusters_world import Manifest, World, config_map, deployment, service

pytestmark = pytest.mark.slow

HOST = Unknown(Address.parse("postgres#db"), ("host",), "string")
COUNT = Unknown(Address.parse("postgres#db"), ("port",), "integer")
KNOWN_AFTER = "(known after postgres#db)"


@pytest.fixture
def bench(tmp_path: Path, connection: KubernetesConnection) -> Iterator[Bench]:
    with Bench(Kubernetes(), tmp_path, connection, seconds=25.0) as bench:
        yield bench


def asked(namespace: str, *manifests: Manifest, **more: Any) -> dict[str, Any]:
    return {"manifests": list(manifests), "namespace": namespace, **more}


def planned(bench: Bench, inputs: dict[str, Value], held: Held | None = None) -> Proposal:
    proposal = bench.plan(inputs, held)
    assert proposal is not None
    return proposal


def told(proposal: Proposal) -> list[str]:
    return [f"{item['action']} {item['object']}" for item in proposal.nested]


def changes(proposal: Proposal, index: int = 0) -> list[tuple[str, Any, Any]]:
    return [(c["path"], c["before"], c["after"]) for c in proposal.nested[index]["changes"]]


def test_a_first_plan_names_every_object_in_its_order_and_makes_none(
    world: World, bench: Bench, namespace: str
) -> None:
    proposal = planned(bench, asked(namespace, deployment(), service(), config_map()))
    assert told(proposal) == [
        f"create ConfigMap {namespace}/settings",
        f"create Service {namespace}/web",
        f"create Deployment {namespace}/web",
    ]
    assert (proposal.refused, proposal.notes) == (None, ())
    assert world.get(f"/api/v1/namespaces/{namespace}/services/web") is None


def test_only_what_differs_is_told_and_nothing_that_the_server_fills_in(bench: Bench, namespace: str) -> None:
    held = bench.create(asked(namespace, deployment(), service()))
    same = planned(bench, dict(held.inputs), held)
    assert (same.action, same.nested) == ("no-op", ())
    rewritten = deployment()
    container = rewritten["spec"]["template"]["spec"]["containers"][0]
    container["resources"]["requests"]["cpu"] = "500m"
    other = planned(bench, asked(namespace, rewritten, service()), held)
    assert (other.action, other.nested) == ("update", ())
    container["image"] = "registry.test/web:2"
    container["env"].insert(0, {"name": "B", "value": "2"})
    proposal = planned(bench, asked(namespace, rewritten, service(port=8080)), held)
    assert told(proposal) == [f"update Service {namespace}/web", f"update Deployment {namespace}/web"]
    inside = "spec.template.spec.containers[main]"
    assert changes(proposal, 1) == [
        (f"{inside}.image", "registry.test/web:1", "registry.test/web:2"),
        (f"{inside}.env[B]", None, {"name": "B", "value": "2"}),
    ]
    bench.delete(held)


def test_drift_is_a_part_of_the_change(world: World, bench: Bench, namespace: str) -> None:
    held = bench.create(asked(namespace, deployment(), force=True))
    world.change(f"/apis/apps/v1/namespaces/{namespace}/deployments/web", {"spec": {"replicas": 5}})
    proposal = planned(bench, dict(held.inputs), held)
    assert proposal.action == "update"
    assert changes(proposal) == [("spec.replicas", 5, 1)]
    bench.delete(held)


def test_text_that_is_not_known_yet_is_told_where_it_will_be(bench: Bench, namespace: str) -> None:
    held = bench.create(asked(namespace, config_map(url="postgres://old/shop")))
    url: Any = Text(("postgres://", HOST, "/shop"))
    proposal = planned(bench, asked(namespace, config_map(url=url)), held)
    assert changes(proposal) == [("data.url", "postgres://old/shop", f"postgres://{KNOWN_AFTER}/shop")]
    bench.delete(held)


def test_what_the_server_takes_no_text_for_is_left_out_and_said(bench: Bench, namespace: str) -> None:
    held = bench.create(asked(namespace, deployment(), service()))
    scaled, image = deployment(), deployment()
    scaled["spec"]["replicas"] = COUNT
    image["spec"]["template"]["spec"]["containers"][0]["resources"]["requests"]["memory"] = HOST
    for manifest, path in (
        (scaled, "spec.replicas"),
        (image, "spec.template.spec.containers[0].resources.requests.memory"),
    ):
        proposal = planned(bench, asked(namespace, manifest, service()), held)
        assert proposal.refused is None
        assert proposal.notes == (
            f"Deployment {namespace}/web: left out of the dry run, because known only later: {path}",
        )
        assert [(where, after) for where, _, after in changes(proposal)] == [(path, KNOWN_AFTER)]
    bench.delete(held)


def test_objects_whose_names_are_not_known_yet_are_told_all_the_same(bench: Bench, namespace: str) -> None:
    nameless: Any = config_map()
    nameless["metadata"]["name"] = Text(("for-", HOST))
    proposal = planned(bench, asked(namespace, nameless, config_map("sure")))
    assert told(proposal) == [f"create ConfigMap {namespace}/sure", f"create ConfigMap for-{KNOWN_AFTER}"]
    whole = planned(bench, {**asked(namespace, config_map()), "namespace": HOST})
    assert told(whole) == ["create ConfigMap settings"]


def test_what_waits_for_its_namespace_or_its_kind_is_told_without_a_dry_run(bench: Bench) -> None:
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "to-come"}}
    proposal = planned(bench, asked("to-come", config_map(), namespace))
    assert told(proposal) == ["create Namespace to-come", "create ConfigMap to-come/settings"]
    assert proposal.notes == ("not dry-run: to-come is created by this plan",)
    loaf = {"apiVersion": "bakery.test/v1", "kind": "Loaf", "metadata": {"name": "rye"}}
    elsewhere = planned(bench, asked("nowhere", config_map(), loaf))
    assert elsewhere.notes == (
        "not dry-run: nowhere is not there yet",
        "not dry-run: the cluster does not serve Loaf yet",
        "not checked: no schema of Loaf is at hand",
    )


def test_what_is_not_named_any_more_is_told_as_deleted(bench: Bench, namespace: str) -> None:
    held = bench.create(asked(namespace, config_map("a"), config_map("b")))
    proposal = planned(bench, asked(namespace, config_map("b")), held)
    assert told(proposal) == [f"delete ConfigMap {namespace}/a"]
    bench.delete(held)


def test_a_field_that_nobody_may_change_is_a_replacement(bench: Bench, namespace: str) -> None:
    held = bench.create(asked(namespace, deployment(), service()))
    other = deployment()
    other["spec"]["selector"]["matchLabels"] = {"app": "other"}
    other["spec"]["template"]["metadata"]["labels"] = {"app": "other"}
    proposal = planned(bench, asked(namespace, other, service()), held)
    assert proposal.action == "replace"
    assert told(proposal) == [f"replace Deployment {namespace}/web"]
    assert changes(proposal) == [
        ("spec.selector", {"matchLabels": {"app": "web"}}, {"matchLabels": {"app": "other"}})
    ]
    assert "manifests.0.spec.selector" in proposal.replace_paths
    bench.delete(held)


def test_what_the_cluster_would_refuse_makes_the_plan_not_applicable(
    world: World, bench: Bench, namespace: str
) -> None:
    world.make(f"/api/v1/namespaces/{namespace}/configmaps", config_map("theirs"))
    misspelt = deployment()
    misspelt["spec"]["replica"] = 2
    proposal = planned(bench, asked(namespace, config_map("theirs"), misspelt, {**service(), "spec": {}}))
    assert proposal.refused is not None
    for reason in (
        f"object-taken: ConfigMap {namespace}/theirs exists and was not made for this resource",
        "spec.ports: Required value",
        ".spec.replica: field not declared in schema",
    ):
        assert reason in proposal.refused


def test_a_field_of_another_manager_refuses_the_plan_unless_forced(
    world: World, bench: Bench, namespace: str
) -> None:
    held = bench.create(asked(namespace, config_map(heat="220")))
    path = f"/api/v1/namespaces/{namespace}/configmaps/settings?fieldManager=night-shift"
    world.change(path, {"data": {"heat": "180"}})
    proposal = planned(bench, asked(namespace, config_map(heat="230")), held)
    assert proposal.refused is not None
    assert proposal.refused.startswith("field-held: ")
    assert "night-shift" in proposal.refused
    forced = planned(bench, asked(namespace, config_map(heat="230"), force=True), held)
    assert changes(forced) == [("data.heat", "180", "230")]
    bench.delete(held)


def test_of_secrets_only_the_names_of_what_changes_are_told(bench: Bench, namespace: str) -> None:
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "key"}}
    first = {"pin": bench.vault.put("pin", "4711-canary"), "same": bench.vault.put("same", "same-canary")}
    held = bench.create(asked(namespace, {**secret, "stringData": {**first, "old": "plain"}}))
    assert planned(bench, dict(held.inputs), held).nested == ()
    second = {
        **first,
        "pin": bench.vault.put("pin", "0815-canary"),
        "new": bench.vault.put("new", "n-canary"),
    }
    proposal = planned(bench, asked(namespace, {**secret, "stringData": second}), held)
    assert changes(proposal) == [
        ("data.new", None, "***"),
        ("data.old", "***", None),
        ("data.pin", "***", "*** (changed)"),
    ]
    bench.delete(held)


def test_a_secret_outside_of_a_secret_is_refused_when_planned(bench: Bench, namespace: str) -> None:
    leaking: Any = config_map(password=bench.vault.put("p", "flour"))  # type: ignore[arg-type]
    coming: Any = config_map(password=Unknown(HOST.source, ("password",), "string", True))  # type: ignore[arg-type]
    for manifest in (leaking, coming):
        with pytest.raises(PermanentFault, match=r"^secret-in-manifest: "):
            bench.plan(asked(namespace, manifest))


def test_without_a_cluster_the_record_is_compared_and_that_is_said(bench: Bench, namespace: str) -> None:
    held = bench.create(asked(namespace, config_map("a", heat="220"), config_map("gone")))
    there, bench.connection = bench.connection, KubernetesConnection(server="http://127.0.0.1:9")
    proposal = planned(bench, asked(namespace, config_map("a", heat="230"), config_map("b")), held)
    assert told(proposal) == [
        f"update ConfigMap {namespace}/a",
        f"create ConfigMap {namespace}/b",
        f"delete ConfigMap {namespace}/gone",
    ]
    assert changes(proposal) == [("data.heat", "220", "230")]
    note, unchecked = proposal.notes
    assert unchecked == "not checked: no schema of ConfigMap is at hand"
    assert note.startswith("not dry-run, compared with what was recorded: the cluster at http://127.0.0.1:9")
    bench.connection = there
    bench.delete(held)


def test_names_are_known_before_anything_is_made(bench: Bench) -> None:
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "to-come"}}
    outputs = {"name": {"object": "Namespace/to-come", "path": "metadata.name"}}
    assert planned(bench, {"manifests": [namespace], "outputs": outputs}).outputs == {
        "condition": "complete",
        "name": "to-come",
    }
