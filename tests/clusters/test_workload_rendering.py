"""What a Score workload becomes in a cluster, object by object."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from bakehouse.drivers.builtin.workload.driver import Workload
from bakehouse.drivers.conformance import Bench
from bakehouse.drivers.sdk import PermanentFault
from bakehouse.graph.address import Address
from bakehouse.graph.values import Secret, Text, Unknown, Value

PASSWORD = Secret("local", "db/password", "3")
HOST = Unknown(Address.parse("postgres#db"), ("host",), "string")
PORT = Unknown(Address.parse("postgres#db"), ("port",), "integer")
COMING = Unknown(Address.parse("postgres#db"), ("password",), "string", True)

Objects = dict[str, Any]


def workload(
    containers: Mapping[str, Any], annotations: Mapping[str, str] | None = None, **more: Any
) -> Value:
    filled = {name: {"image": "registry.test/web:1", **body} for name, body in containers.items()}
    metadata = {"name": "web", **({"annotations": dict(annotations)} if annotations else {})}
    body = {"name": "web", "folder": ".", "metadata": metadata, "service": more.pop("service", {})}
    return {"target": "kubernetes", "namespace": "shop", "workload": {**body, "containers": filled}, **more}


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with Bench(Workload(), tmp_path) as bench:
        yield bench


def rendered(bench: Bench, inputs: Any) -> Objects:
    """The objects by kind and name."""
    documents = [document.body for document in bench.render(inputs)]
    return {f"{body['kind']}/{body['metadata']['name']}": body for body in documents}


def pod(objects: Objects, name: str = "Deployment/web") -> Any:
    return objects[name]["spec"]["template"]["spec"]


def main(objects: Objects) -> Any:
    return pod(objects)["containers"][0]


def test_a_plain_workload_is_a_deployment_whose_selector_outlives_renames(bench: Bench) -> None:
    objects = rendered(bench, workload({"main": {"command": ["serve"], "args": ["-v"]}}))
    assert list(objects) == ["Deployment/web"]
    found = objects["Deployment/web"]
    assert found["metadata"]["namespace"] == "shop"
    selector = found["spec"]["selector"]["matchLabels"]
    assert selector == {
        "app.kubernetes.io/name": "web",
        "bakehouse.dev/environment": bench.workspace.environment_uid,
    }
    assert selector.items() <= found["spec"]["template"]["metadata"]["labels"].items()
    assert main(objects) == {
        "name": "main",
        "image": "registry.test/web:1",
        "command": ["serve"],
        "args": ["-v"],
    }


def test_variables_that_are_secret_are_references_and_others_stand_as_they_are(bench: Bench) -> None:
    variables = {
        "A": "1",
        "LATER": HOST,
        "NUMBER": PORT,
        "SHELL": "$(A) stays",
        "URL": Text(("postgres://shop:", PASSWORD, "@db/shop")),
        "KEY": COMING,
    }
    objects = rendered(bench, workload({"main": {"variables": variables}}))
    env = {item["name"]: item for item in main(objects)["env"]}
    assert env["A"]["value"] == "1"
    assert env["LATER"]["value"] == HOST
    assert env["NUMBER"]["value"] == Text((PORT,))
    assert env["SHELL"]["value"] == "$$(A) stays"
    for name in ("URL", "KEY"):
        assert env[name]["valueFrom"]["secretKeyRef"] == {"name": "web-secrets", "key": f"main.{name}"}
    assert objects["Secret/web-secrets"]["stringData"] == {"main.URL": variables["URL"], "main.KEY": COMING}


def test_files_are_mounted_one_by_one_with_their_modes(bench: Bench) -> None:
    files = {
        "/etc/web/app.conf": {"content": "heat=220", "mode": "0755"},
        "/etc/web/key.pem": {"content": PASSWORD},
        "/etc/web/logo.png": {"binaryContent": "AAEC"},
    }
    objects = rendered(bench, workload({"main": {"files": files}}))
    config = objects["ConfigMap/web-files"]
    assert list(config["data"].values()) == ["heat=220"]
    assert list(config["binaryData"].values()) == ["AAEC"]
    assert list(objects["Secret/web-secrets"]["stringData"].values()) == [PASSWORD]
    mounts = {mount["mountPath"]: mount for mount in main(objects)["volumeMounts"]}
    assert mounts.keys() == files.keys()
    assert all(mount["subPath"] and mount["readOnly"] for mount in mounts.values())
    volumes = {volume["name"]: volume for volume in pod(objects)["volumes"]}
    modes = {item["key"]: item["mode"] for item in volumes["files"]["configMap"]["items"]}
    assert modes[mounts["/etc/web/app.conf"]["subPath"]] == 0o755
    assert modes[mounts["/etc/web/logo.png"]["subPath"]] == 0o644
    assert volumes["secret-files"]["secret"]["secretName"] == "web-secrets"


def test_pods_are_replaced_when_what_they_read_changes(bench: Bench) -> None:
    def noted(content: Value) -> Any:
        objects = rendered(bench, workload({"main": {"files": {"/etc/a": {"content": content}}}}))
        return objects["Deployment/web"]["spec"]["template"]["metadata"]["annotations"]["bakehouse.dev/reads"]

    assert noted("a") == noted("a")
    assert noted("a") != noted("b")
    assert noted(PASSWORD) != noted(Secret("local", "db/password", "4"))
    assert noted(HOST) == Text((HOST,))


CLAIM = {"claimSpec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}}


def mounted(bench: Bench, **resources: str) -> dict[str, str]:
    """The claims behind the mounts of volumes that all ask for the same."""
    volumes = {f"/{at}": {"source": resource, "volume": CLAIM} for at, resource in resources.items()}
    objects = rendered(bench, workload({"main": {"volumes": volumes}}))
    claims = {v["name"]: v["persistentVolumeClaim"]["claimName"] for v in pod(objects)["volumes"]}
    assert {f"PersistentVolumeClaim/{name}" for name in claims.values()} <= set(objects)
    return {m["mountPath"]: claims[m["name"]] for m in main(objects)["volumeMounts"]}


def test_a_claim_is_one_resources_and_stays_that_whatever_else_is_mounted(bench: Bench) -> None:
    before = mounted(bench, data="web.db")
    after = mounted(bench, cache="web.cache", data="web.db", media="shared.media", other="web.shared-media")
    assert after["/data"] == before["/data"] == "web-volume-db"
    assert after["/cache"] == "web-volume-cache"
    assert len(set(after.values())) == 4


def test_a_headless_service_has_the_protocols_of_its_ports(bench: Bench) -> None:
    ports = {"dns": {"port": 53, "protocol": "UDP"}, "dns-tcp": {"port": 53}}
    made = workload({"main": {}}, {"k8s.score.dev/kind": "StatefulSet"}, service={"ports": ports})
    assert rendered(bench, made)["Service/web-headless"]["spec"]["ports"] == [
        {"name": "dns", "port": 53, "protocol": "UDP"},
        {"name": "dns-tcp", "port": 53, "protocol": "TCP"},
    ]


def test_volumes_are_shared_by_containers_and_claimed_where_they_ask(bench: Bench) -> None:
    data = {"source": "web.data", "volume": CLAIM}
    scratch = {"source": "web.scratch", "volume": {"source": {"emptyDir": {}}}}
    containers = {
        "main": {"volumes": {"/data": {**data, "path": "shop"}, "/tmp": scratch}},
        "side": {"volumes": {"/copy": {**data, "readOnly": True}}},
    }
    objects = rendered(bench, workload(containers))
    assert objects["PersistentVolumeClaim/web-volume-data"]["spec"] == CLAIM["claimSpec"]
    assert pod(objects)["volumes"] == [
        {"name": "volume-data", "persistentVolumeClaim": {"claimName": "web-volume-data"}},
        {"name": "volume-scratch", "emptyDir": {}},
    ]
    assert main(objects)["volumeMounts"][0] == {
        "name": "volume-data",
        "mountPath": "/data",
        "subPath": "shop",
    }
    assert pod(objects)["containers"][1]["volumeMounts"] == [
        {"name": "volume-data", "mountPath": "/copy", "readOnly": True}
    ]
    stateful = rendered(bench, workload(containers, {"k8s.score.dev/kind": "StatefulSet"}))
    assert set(stateful) == {"Service/web-headless", "StatefulSet/web"}
    templates = stateful["StatefulSet/web"]["spec"]["volumeClaimTemplates"]
    assert templates == [{"metadata": {"name": "volume-data"}, "spec": CLAIM["claimSpec"]}]
    named = rendered(bench, workload({"main": {"volumes": {"/data": {"volume": {"source": "claim-7"}}}}}))
    assert pod(named)["volumes"][0]["persistentVolumeClaim"] == {"claimName": "claim-7"}


def test_probes_resources_and_ports_are_those_of_the_file(bench: Bench) -> None:
    body = {
        "resources": {"limits": {"memory": "1Gi"}, "requests": {"cpu": "250m"}},
        "livenessProbe": {"httpGet": {"path": "/", "port": 80}, "exec": {"command": ["ok"]}},
        "readinessProbe": {"httpGet": {"path": "/ready", "port": 8080, "scheme": "HTTP"}},
    }
    service = {
        "ports": {
            "www": {"port": 80, "targetPort": 8080},
            "a-very-long-port-name": {"port": 53, "protocol": "UDP"},
        }
    }
    container = main(rendered(bench, workload({"main": body}, service=service)))
    assert container["resources"] == body["resources"]
    assert container["livenessProbe"] == {"exec": {"command": ["ok"]}}
    assert container["readinessProbe"] == {"httpGet": {"path": "/ready", "port": 8080, "scheme": "HTTP"}}
    assert container["ports"] == [
        {"containerPort": 53, "protocol": "UDP"},
        {"containerPort": 8080, "protocol": "TCP", "name": "www"},
    ]


def test_containers_before_others_are_run_first_or_beside(bench: Bench) -> None:
    probe = {"exec": {"command": ["ok"]}}
    containers = {
        "migrate": {"before": {"main": {"ready": "complete"}}},
        "proxy": {"before": {"migrate": {"ready": "healthy"}}, "readinessProbe": probe},
        "main": {},
    }
    found = pod(rendered(bench, workload(containers)))
    assert [c["name"] for c in found["containers"]] == ["main"]
    first, second = found["initContainers"]
    assert (first["name"], first["restartPolicy"], first["startupProbe"]) == ("proxy", "Always", probe)
    assert second == {"name": "migrate", "image": "registry.test/web:1"}


def test_other_kinds_are_chosen_by_annotation_and_unknown_ones_refused(bench: Bench) -> None:
    job = rendered(bench, workload({"main": {}}, {"k8s.score.dev/kind": "Job"}))["Job/web"]
    assert job["spec"]["template"]["spec"]["restartPolicy"] == "OnFailure"
    timed = {"k8s.score.dev/kind": "CronJob", "bakehouse.dev/schedule": "0 4 * * *"}
    cron = rendered(bench, workload({"main": {}}, timed))["CronJob/web"]
    assert cron["spec"]["schedule"] == "0 4 * * *"
    assert "DaemonSet/web" in rendered(bench, workload({"main": {}}, {"k8s.score.dev/kind": "DaemonSet"}))
    for annotations, says in (
        ({"k8s.score.dev/kind": "Deploment"}, "Deploment"),
        ({"k8s.score.dev/kind": "CronJob"}, "does not say when"),
    ):
        with pytest.raises(PermanentFault, match=rf"^workload-kind: .*{says}"):
            rendered(bench, workload({"main": {}}, annotations))


def test_annotations_are_copied_to_the_pods_but_those_for_us(bench: Bench) -> None:
    annotations = {"team.test/owner": "bakers", "k8s.score.dev/service-name": "front"}
    objects = rendered(bench, workload({"main": {}}, annotations))
    template = objects["Deployment/web"]["spec"]["template"]
    assert template["metadata"]["annotations"] == {"team.test/owner": "bakers"}


def test_profiles_patch_the_objects(bench: Bench) -> None:
    label = {"spec": {"template": {"metadata": {"labels": {"apm": "on"}}}}}
    sidecar = {
        "op": "add",
        "path": "/spec/template/spec/containers/-",
        "value": {"name": "agent", "image": "a:1"},
    }
    patches = [
        {"object": {"kind": "Deployment"}, "merge": label},
        {"object": {"name": "web"}, "json": [sidecar]},
    ]
    profiles = [{"name": "apm", "target": "kubernetes", "patches": patches}]
    objects = rendered(bench, workload({"main": {}}, profiles=profiles))
    assert objects["Deployment/web"]["spec"]["template"]["metadata"]["labels"]["apm"] == "on"
    assert [c["name"] for c in pod(objects)["containers"]] == ["main", "agent"]
    wrong = [{"name": "apm", "target": "kubernetes", "patches": [{"object": {"kind": "Job"}, "merge": {}}]}]
    with pytest.raises(PermanentFault, match="patch 1 of profile apm matches no object") as caught:
        rendered(bench, workload({"main": {}}, profiles=wrong))
    assert caught.value.hint == "there are objects of kind Deployment named web"


def test_pods_run_as_the_service_account_that_the_definition_names(bench: Bench) -> None:
    assert "serviceAccountName" not in pod(rendered(bench, workload({"main": {}})))
    named = rendered(bench, workload({"main": {}}, service_account="web"))
    assert pod(named)["serviceAccountName"] == "web"
