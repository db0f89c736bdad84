"""What the driver `kubernetes` applies, waits for, takes away and refuses to touch, on a real API server."""

import base64
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from pydantic import SecretStr

from bakehouse.drivers.builtin.kubernetes import Kubernetes, KubernetesConnection
from bakehouse.drivers.conformance import Bench, Held
from bakehouse.drivers.sdk import Conflict, Fault, NotFound, PermanentFault
from clusters_world import Manifest, World, config_map, deployment, service
from parts.kwok import Image

pytestmark = pytest.mark.slow


@pytest.fixture
def bench(tmp_path: Path, connection: KubernetesConnection) -> Iterator[Bench]:
    with Bench(Kubernetes(), tmp_path, connection, seconds=25.0) as bench:
        yield bench


def names(world: World, namespace: str, plural: str = "configmaps") -> list[str]:
    found = world.items(f"/api/v1/namespaces/{namespace}/{plural}")
    return sorted(
        i["metadata"]["name"] for i in found if "bakehouse.dev/uid" in i["metadata"].get("labels", {})
    )


def asked(namespace: str, *manifests: Manifest, **more: Any) -> dict[str, Any]:
    return {"manifests": list(manifests), "namespace": namespace, **more}


def test_what_others_need_comes_first_whatever_the_order_of_the_manifests(world: World, bench: Bench) -> None:
    place = f"made-{bench.uid[:8]}"
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": place}}
    held = bench.create(asked(place, deployment(), config_map(), namespace))
    assert names(world, place) == ["settings"]
    bench.delete(held)
    assert world.get(f"/api/v1/namespaces/{place}") is None


def test_a_custom_resource_is_applied_right_after_its_definition(
    world: World, bench: Bench, namespace: str
) -> None:
    group = f"g{bench.uid[:8]}.test"
    schema = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    definition = {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"loaves.{group}"},
        "spec": {
            "group": group,
            "scope": "Namespaced",
            "names": {"plural": "loaves", "singular": "loaf", "kind": "Loaf"},
            "versions": [
                {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}
            ],
        },
    }
    loaf = {"apiVersion": f"{group}/v1", "kind": "Loaf", "metadata": {"name": "rye"}, "spec": {"weight": 750}}
    held = bench.create(asked(namespace, loaf, definition))
    assert world.get(f"/apis/{group}/v1/namespaces/{namespace}/loaves/rye") is not None
    assert bench.read(held).outputs["condition"] == "complete"
    bench.delete(held)
    assert world.get(f"/apis/apiextensions.k8s.io/v1/customresourcedefinitions/loaves.{group}") is None


def test_what_is_not_named_any_more_is_deleted(world: World, bench: Bench, namespace: str) -> None:
    held = bench.create(asked(namespace, config_map("a"), config_map("b"), service()))
    held = bench.update(held, asked(namespace, config_map("b")))
    assert names(world, namespace) == ["b"]
    assert names(world, namespace, "services") == []
    bench.delete(held)
    assert names(world, namespace) == []


def test_what_a_cut_off_update_made_besides_is_deleted_by_the_next(
    world: World, bench: Bench, namespace: str
) -> None:
    held = bench.create(asked(namespace, config_map("a")))
    kept: list[Any] = []
    context = replace(bench.context(held.prior()), keep=kept.append)
    broken = {**config_map("z"), "data": {"heat": 220}}
    with pytest.raises(PermanentFault):
        bench.driver.update(context, bench.validated(asked(namespace, config_map("b"), broken)))
    assert [item["name"] for item in kept[0]["objects"]] == ["a", "b", "z"]
    assert names(world, namespace) == ["a", "b"]
    held = bench.update(replace(held, private=kept[0]), asked(namespace, config_map("c")))
    assert names(world, namespace) == ["c"]
    bench.delete(held)


def test_an_object_of_somebody_else_is_left_alone_and_nothing_is_applied(
    world: World, bench: Bench, namespace: str
) -> None:
    theirs = world.make(f"/api/v1/namespaces/{namespace}/configmaps", config_map("theirs"))
    with pytest.raises(Conflict, match=r"^object-taken: ConfigMap test-.*/theirs exists and was not made"):
        bench.create(asked(namespace, config_map("first"), config_map("theirs", heat="1")))
    assert names(world, namespace) == []
    assert world.get(f"/api/v1/namespaces/{namespace}/configmaps/theirs") == theirs


def test_a_deletion_behind_our_back_that_was_followed_by_another_object_deletes_nothing(
    world: World, bench: Bench, namespace: str
) -> None:
    held = bench.create(asked(namespace, config_map("bowl")))
    world.remove(f"/api/v1/namespaces/{namespace}/configmaps/bowl")
    world.make(f"/api/v1/namespaces/{namespace}/configmaps", config_map("bowl"))
    bench.delete(held)
    assert world.get(f"/api/v1/namespaces/{namespace}/configmaps/bowl") is not None


def test_a_conflict_names_the_field_and_its_manager_and_is_forced_only_when_asked(
    world: World, bench: Bench, namespace: str
) -> None:
    held = bench.create(asked(namespace, config_map(heat="220")))
    path = f"/api/v1/namespaces/{namespace}/configmaps/settings"
    world.change(f"{path}?fieldManager=night-shift", {"data": {"heat": "180"}})
    with pytest.raises(PermanentFault, match=r"^field-held: .*\.data\.heat \(night-shift\)"):
        bench.update(held, asked(namespace, config_map(heat="230")))
    held = bench.update(held, asked(namespace, config_map(heat="230"), force=True))
    found = world.get(path)
    assert found is not None
    assert found["data"] == {"heat": "230"}
    bench.delete(held)


def test_drift_is_told_by_path_and_defaults_are_none(world: World, bench: Bench, namespace: str) -> None:
    held = bench.create(asked(namespace, deployment(), service()))
    assert bench.read(held).outputs["condition"] == "complete"
    path = f"/apis/apps/v1/namespaces/{namespace}/deployments/web"
    world.change(path, {"spec": {"replicas": 0}, "metadata": {"annotations": {"note": "theirs"}}})
    told = bench.read(held).outputs["condition"]
    assert told == f"Deployment {namespace}/web: spec.replicas is 0, not 1"
    world.remove(f"/api/v1/namespaces/{namespace}/services/web")
    assert f"Service {namespace}/web is gone" in bench.read(held).outputs["condition"]
    bench.delete(held)


def test_a_changed_secret_is_drift_whose_values_are_not_told(
    world: World, bench: Bench, namespace: str
) -> None:
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "key"}}
    held = bench.create(asked(namespace, {**secret, "stringData": {"pin": bench.vault.put("pin", "4711")}}))
    path = f"/api/v1/namespaces/{namespace}/secrets/key"
    found = world.get(path)
    assert found is not None
    assert base64.b64decode(found["data"]["pin"]) == b"4711"
    world.change(path, {"data": {"pin": base64.b64encode(b"0815").decode()}})
    assert bench.read(held).outputs["condition"] == f"Secret {namespace}/key: data.pin differs"
    held = bench.update(
        held, asked(namespace, {**secret, "stringData": {"code": bench.vault.put("pin", "1")}}, force=True)
    )
    found = world.get(path)
    assert found is not None
    assert "code" in found["data"]
    bench.delete(held)


def test_a_secret_outside_of_a_secret_is_refused(bench: Bench, namespace: str) -> None:
    leaking = config_map(password=bench.vault.put("p", "flour"))  # type: ignore[arg-type]
    with pytest.raises(
        PermanentFault, match=r"^secret-in-manifest: ConfigMap .*: data\.password holds a secret"
    ):
        bench.create(asked(namespace, leaking))


@pytest.mark.parametrize(
    ("image", "says"), [(Image.NOT_FOUND, "ImagePullBackOff"), (Image.CRASHES, "CrashLoopBackOff")]
)
def test_pods_that_cannot_run_are_told_long_before_the_deadline(
    bench: Bench, namespace: str, image: Image, says: str
) -> None:
    patient = replace(bench.context(), deadline=float("inf"))
    inputs = asked(namespace, deployment(image=image.value))
    with pytest.raises(
        PermanentFault, match=rf"^not-ready: Deployment {namespace}/web: pod web-.*{says}"
    ) as caught:
        bench.driver.create(patient, bench.validated(inputs))
    assert caught.value.partial is not None
    bench.delete(bench.settle(asked(namespace, deployment())))


def test_what_does_not_get_ready_in_time_is_told_with_how_far_it_is(bench: Bench, namespace: str) -> None:
    bench.seconds = 7.0
    with pytest.raises(PermanentFault, match=r"^not-ready: .*0 of 1 replicas are available"):
        bench.create(asked(namespace, deployment(image=Image.NEVER_READY.value)))


def test_a_finalizer_that_nobody_takes_away_is_named(world: World, bench: Bench, namespace: str) -> None:
    held = bench.create(asked(namespace, config_map("stuck"), config_map("free")))
    path = f"/api/v1/namespaces/{namespace}/configmaps/stuck"
    world.change(path, {"metadata": {"finalizers": ["bakery.test/clean"]}})
    bench.seconds = 7.0
    with pytest.raises(
        PermanentFault, match=r"^deletion-stuck: ConfigMap .*/stuck is not gone: .*bakery.test/clean"
    ):
        bench.delete(held)
    assert names(world, namespace) == ["stuck"]
    world.change(path, {"metadata": {"finalizers": None}})
    bench.delete(held)
    assert names(world, namespace) == []


def test_a_quota_is_told_with_its_figures(world: World, bench: Bench, namespace: str) -> None:
    quota = {"metadata": {"name": "small"}, "spec": {"hard": {"count/configmaps": "1"}}}
    world.make(f"/api/v1/namespaces/{namespace}/resourcequotas", quota)
    several = (asked(namespace, config_map(f"bowl-{number}")) for number in range(100))
    told = _refusal(bench, several)  # the server takes a moment to count
    assert told.startswith("quota-exceeded: ConfigMap")
    assert "exceeded quota: small" in told


def test_a_field_that_nobody_may_change_is_told(bench: Bench, namespace: str) -> None:
    held = bench.create(asked(namespace, deployment()))
    other = deployment()
    other["spec"]["selector"]["matchLabels"] = {"app": "other"}
    other["spec"]["template"]["metadata"]["labels"] = {"app": "other"}
    with pytest.raises(PermanentFault, match=r"^field-immutable: Deployment .*spec\.selector"):
        bench.update(held, asked(namespace, other))
    bench.delete(held)


def test_a_rule_of_the_cluster_that_refuses_is_quoted(world: World, bench: Bench, namespace: str) -> None:
    name = f"no-yeast-{namespace}"
    rules = "/apis/admissionregistration.k8s.io/v1"
    selected = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": namespace}}}
    matched = {
        "resourceRules": [
            {"apiGroups": [""], "apiVersions": ["v1"], "operations": ["*"], "resources": ["configmaps"]}
        ]
    }
    checks = [{"expression": "!has(object.data.yeast)", "message": "no yeast on Mondays"}]
    spec = {"failurePolicy": "Fail", "matchConstraints": {**matched, **selected}, "validations": checks}
    world.make(f"{rules}/validatingadmissionpolicies", {"metadata": {"name": name}, "spec": spec})
    binding = {"policyName": name, "validationActions": ["Deny"]}
    world.make(f"{rules}/validatingadmissionpolicybindings", {"metadata": {"name": name}, "spec": binding})
    try:
        several = (asked(namespace, config_map(f"bowl-{number}", yeast="1")) for number in range(100))
        told = _refusal(bench, several)  # the server takes a moment to heed it
    finally:
        world.remove(f"{rules}/validatingadmissionpolicybindings/{name}")
        world.remove(f"{rules}/validatingadmissionpolicies/{name}")
    assert told.startswith("webhook-refused: ConfigMap")
    assert "no yeast on Mondays" in told


def _refusal(bench: Bench, several: Iterable[dict[str, Any]]) -> str:
    """What the first refusal says."""
    for inputs in several:
        try:
            bench.create(inputs)
        except Fault as fault:
            return fault.message
    raise AssertionError("it was never refused")


def test_missing_rights_name_verb_resource_and_object(world: World, bench: Bench, namespace: str) -> None:
    bench.connection = KubernetesConnection(kubeconfig=str(world.plane.visitor))
    with pytest.raises(
        PermanentFault, match=r'^cluster-forbidden: ConfigMap .*"visitor" cannot get resource "configmaps"'
    ):
        bench.create(asked(namespace, config_map()))


def test_an_account_with_rights_on_named_objects_only_can_apply(
    world: World, bench: Bench, namespace: str
) -> None:
    roles = f"/apis/rbac.authorization.k8s.io/v1/namespaces/{namespace}"
    rule = {"apiGroups": [""], "resources": ["configmaps"], "verbs": ["get", "create", "patch", "delete"]}
    world.make(f"{roles}/roles", {"metadata": {"name": "baker"}, "rules": [rule]})
    reference = {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "baker"}
    world.make(
        f"{roles}/rolebindings",
        {
            "metadata": {"name": "baker"},
            "roleRef": reference,
            "subjects": [{"kind": "User", "name": "visitor"}],
        },
    )
    bench.connection = KubernetesConnection(kubeconfig=str(world.plane.visitor))
    held = bench.create(asked(namespace, config_map()))
    assert bench.read(held).outputs["condition"] == "complete"
    bench.delete(held)
    assert names(world, namespace) == []


def test_wrong_credentials_and_no_cluster_are_two_errors(world: World, bench: Bench, namespace: str) -> None:
    authority = world.plane.authority.read_text(encoding="utf-8")
    bench.connection = KubernetesConnection(server=world.plane.url, token=SecretStr("wrong"), ca=authority)
    with pytest.raises(PermanentFault, match=r"^cluster-unauthorized: "):
        bench.create(asked(namespace, config_map()))
    bench.connection = KubernetesConnection(server="https://127.0.0.1:9")
    with pytest.raises(
        Fault, match=r"^cluster-unreachable: the cluster at https://127.0.0.1:9 does not answer: "
    ):
        bench.create(asked(namespace, config_map()))
    bench.connection = KubernetesConnection(server=world.plane.url)
    with pytest.raises(Fault, match=r"^cluster-unreachable: .*certificate"):
        bench.create(asked(namespace, config_map()))


def test_five_hundred_objects_are_applied_found_whole_and_deleted(
    world: World, bench: Bench, namespace: str
) -> None:
    bench.seconds = 120.0
    inputs = asked(namespace, *(config_map(f"m{number}") for number in range(500)))
    held = bench.create(inputs)
    assert len(names(world, namespace)) == 500
    assert bench.read(held).outputs["condition"] == "complete"
    bench.delete(held)
    assert names(world, namespace) == []


def test_what_is_nobody_s_is_adopted_with_what_differs_and_the_rest_is_made(
    world: World, bench: Bench, namespace: str
) -> None:
    path = f"/api/v1/namespaces/{namespace}/configmaps"
    world.make(path, config_map("old", heat="180", extra="theirs"))
    inputs = asked(namespace, config_map("old", heat="220"), config_map("new"))
    found = bench.imported(inputs, "ConfigMap/old")
    assert found.inputs["manifests"] == [config_map("old", heat="180"), config_map("new")]
    assert f"made besides: ConfigMap {namespace}/new" in found.notes
    with pytest.raises(PermanentFault, match=r"^field-held: "):
        bench.adopt(inputs, "ConfigMap/old")
    held = bench.adopt({**inputs, "force": True}, "ConfigMap/old")
    live = world.get(f"{path}/old")
    assert live is not None
    assert live["data"] == {"heat": "220", "extra": "theirs"}
    assert names(world, namespace) == ["new", "old"]
    bench.delete(held)
    assert names(world, namespace) == []


def test_an_adoption_of_what_no_manifest_names_says_what_there_is(bench: Bench, namespace: str) -> None:
    with pytest.raises(NotFound, match=r"^no manifest is called Job/web") as caught:
        bench.imported(asked(namespace, config_map("a"), service()), "Job/web")
    assert caught.value.hint is not None
    assert "ConfigMap/a, Service/web" in caught.value.hint


def test_what_no_cluster_would_take_can_be_corrected_and_deleted(
    world: World, bench: Bench, namespace: str
) -> None:
    nameless = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"generateName": "a-"}}
    broken = asked(namespace, nameless)
    with pytest.raises(
        PermanentFault, match=r"^manifest-refused: manifests\[0\] has no metadata.name"
    ) as caught:
        bench.create(broken)
    assert caught.value.hint == "a name made by the server cannot be found again"
    tainted = Held(broken, {}, {}, bench.uid)
    proposal = bench.plan(asked(namespace, config_map()), tainted)
    assert proposal is not None
    assert proposal.refused is None
    held = bench.update(tainted, asked(namespace, config_map()))
    assert names(world, namespace) == ["settings"]
    bench.delete(held)
    bench.delete(tainted)
