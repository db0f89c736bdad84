"""Workloads as Compose services: what is written for the engine, and what is refused before it is asked."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from bakehouse.drivers.builtin.endpoint import Endpoint
from bakehouse.drivers.conformance import Bench, Held
from bakehouse.drivers.sdk import PermanentFault
from bakehouse.graph.address import Address
from bakehouse.graph.values import Text, Unknown, Value
from composed_workload import workload
from desk import PLAIN, Desk, application
from folders import written

CANARY = "planted-salt-77c2"
DEFINITIONS = """\
kind: ResourceDefinition
metadata: {name: workload}
spec: {type: workload, driver: workload, match: [{class: "*"}], inputs: {target: compose}}
---
kind: ResourceDefinition
metadata: {name: endpoint}
spec: {type: endpoint, driver: endpoint, match: [{class: "*"}], inputs: {target: compose}}
"""
SCORE = """\
apiVersion: score.dev/v1b1
metadata: {name: web}
service: {ports: {www: {port: 80}}}
containers: {main: {image: "registry.test/web:1", variables: {NAME: "${metadata.name}"}}}
"""
LATER = Unknown(Address.parse("dns#shop"), ("host",), "string")


@pytest.fixture
def docker_on_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A plan looks whether there is such a program, and does not ask it."""
    program = tmp_path / "bin" / "docker"
    program.parent.mkdir()
    program.symlink_to("/bin/false")
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")


def compose(bench: Bench, inputs: Mapping[str, Value]) -> Any:
    """The rendered Compose file, as YAML readers see it."""
    return bench.render(inputs)[0].body


def test_a_workload_is_rendered_with_everything_that_compose_has_a_word_for(bench: Bench) -> None:
    secret = bench.vault.put("password", CANARY)
    inputs = workload(
        migrate={"image": "registry.test/migrate:1", "before": {"main": {"ready": "complete"}}},
        main={
            "image": "registry.test/web:1",
            "command": ["/bin/web"],
            "args": ["--price", "$5"],
            "variables": {"HEAT": "220", "URL": Text(("postgres://u:", secret, "@db$1")), "HOST": LATER},
            "files": {
                "/etc/a.conf": {"content": "cost=$HOME", "mode": "0600"},
                "/etc/b.conf": {"content": Text(("p=", secret))},
                "/etc/c.bin": {"binaryContent": "AAE="},
            },
            "volumes": {
                "/data": {"volume": {"source": "orders"}, "path": "in"},
                "/host": {"volume": {"source": "/srv/x"}, "path": "y", "readOnly": True},
            },
            "resources": {"limits": {"cpu": "250m", "memory": "1.5Gi"}, "requests": {"memory": "10M"}},
            "readinessProbe": {"exec": {"command": ["/bin/ready"]}},
        },
        proxy={"image": "registry.test/proxy:1", "before": {}},
    )
    profile = {"name": "public", "target": "compose", "patches": [
        {"object": {"kind": "Service", "name": "main"}, "merge": {"ports": ["127.0.0.1:8080:80"]}}
    ]}  # fmt: skip
    found = compose(bench, {**inputs, "profiles": [profile]})
    main = found["services"]["web.main"]
    variable = next(
        iter(name for name in dict(bench.render(inputs)[1].body) if not name.startswith("BKH_FILE_"))
    )
    assert main["entrypoint"] == ["/bin/web"]
    assert main["command"] == ["--price", "$$5"]
    assert main["environment"] == {"HEAT": "220", "URL": f"postgres://u:${{{variable}}}@db$$1", "HOST": LATER}
    assert main["depends_on"] == {"web.migrate": {"condition": "service_completed_successfully"}}
    assert main["networks"] == {"default": {"aliases": ["web"]}}
    assert main["ports"] == ["127.0.0.1:8080:80"]
    assert main["deploy"] == {"resources": {
        "limits": {"cpus": "0.25", "memory": "1610612736"}, "reservations": {"memory": "10000000"}
    }}  # fmt: skip
    assert main["healthcheck"]["test"] == ["CMD", "/bin/ready"]
    assert main["volumes"] == [
        {"type": "volume", "source": "orders", "target": "/data", "volume": {"subpath": "in"}},
        {"type": "bind", "source": "/srv/x/y", "target": "/host", "read_only": True},
    ]
    assert [(c["target"], c["mode"]) for c in main["configs"]] == [
        ("/etc/a.conf", "0600"),
        ("/etc/c.bin", "0644"),
    ]
    assert [c["target"] for c in main["secrets"]] == ["/etc/b.conf"]
    assert found["configs"]["web.main.0"] == {"content": "cost=$$HOME"}
    assert found["configs"]["web.main.2"] == {"file": "./files/web.main.2"}
    assert found["secrets"]["web.main.1"]["environment"].startswith("BKH_FILE_")
    assert found["volumes"] == {"orders": {}}
    assert found["services"]["web.migrate"]["restart"] == "no"
    assert "network_mode" not in found["services"]["web.migrate"]
    assert found["services"]["web.proxy"]["network_mode"] == "service:web.main"
    assert CANARY not in repr(bench.render(inputs))


def test_what_compose_does_not_take_is_told_when_it_is_planned(bench: Bench) -> None:
    wrong = {
        "name": "x",
        "target": "compose",
        "patches": [{"object": {"kind": "Service"}, "merge": {"restrat": 1}}],
    }
    with pytest.raises(
        PermanentFault, match=r"compose-refused: services\.web\.main: 'restrat' does not match"
    ):
        bench.plan({**workload(), "profiles": [wrong]})
    waits = workload(
        a={
            "image": "x",
            "before": {"b": {"ready": "healthy"}},
            "readinessProbe": {"httpGet": {"path": "/", "port": 80}},
        },
        b={"image": "x"},
    )
    with pytest.raises(PermanentFault, match=r"not-in-compose: container b .* has no probe by a command"):
        bench.plan(waits)
    claim = workload(main={"image": "x", "volumes": {"/data": {"volume": {"source": {"emptyDir": {}}}}}})
    with pytest.raises(PermanentFault, match="not-in-compose: the volume at /data"):
        bench.plan(claim)


def test_without_an_engine_the_plan_says_so_and_an_apply_fails_at_once(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    proposal = bench.plan(workload())
    assert proposal is not None
    assert proposal.nested[0]["object"] == "service web.main"
    assert str(proposal.refused).startswith("no-engine: the program docker is not on PATH; install and start")
    with pytest.raises(PermanentFault, match="no-engine: "):
        bench.create(workload())


def test_a_plan_shows_services_and_the_properties_that_differ(bench: Bench, docker_on_path: None) -> None:
    secret = bench.vault.put("password", CANARY)
    former = workload(main={
        "image": "registry.test/web:1",
        "variables": {"P": secret},
        "files": {"/b": {"binaryContent": "AAE="}},
    }, side={"image": "registry.test/side:1"})  # fmt: skip
    held = Held(former, {}, {"services": ["web.main", "web.side"]}, bench.uid)
    changed = workload(main={"image": "registry.test/web:2", "variables": {"P": secret}})
    proposal = bench.plan(changed, held)
    assert proposal is not None
    assert proposal.action == "update"
    assert list(proposal.nested) == [
        {"object": "service web.main", "action": "update", "changes": [
            {"path": "image", "before": "registry.test/web:1", "after": "registry.test/web:2"},
            {"path": "files", "before": {"/b": ["AAE=", "0644"]}, "after": None},
        ]},
        {"object": "service web.side", "action": "delete", "changes": []},
    ]  # fmt: skip
    same = bench.plan(former, held)
    assert same is not None
    assert (same.action, list(same.nested)) == ("no-op", [])


def test_a_label_tells_the_engine_that_what_a_file_holds_has_changed(bench: Bench) -> None:
    """Compose itself looks at the service only, which names the file."""

    def labelled(**file: Value) -> Any:
        found = compose(bench, workload(main={"image": "x", "files": {"/a": file}}))
        return found["services"]["web.main"]["labels"].get("bakehouse.dev/files")

    first = bench.vault.put("password", CANARY)
    second = bench.vault.put("password", "planted-rye-5f")
    marks = [
        labelled(content="a"), labelled(content="b"), labelled(binaryContent="AAE="),
        labelled(content=first), labelled(content=second), labelled(content=Text((first, "b"))),
    ]  # fmt: skip
    assert len(set(marks)) == len(marks)
    assert labelled(content="a") == marks[0]
    assert "bakehouse.dev/files" not in compose(bench, workload())["services"]["web.main"]["labels"]


def test_files_and_labels_in_the_short_form_of_a_profile_are_left_as_they_are(bench: Bench) -> None:
    inputs = workload(main={"image": "x", "files": {"/a": {"content": "a"}}})
    patch = {"object": {"kind": "Service"}, "merge": {"labels": ["a=b"], "secrets": ["mine"]}}
    profile = {"name": "short", "target": "compose", "patches": [patch]}
    main = compose(bench, {**inputs, "profiles": [profile]})["services"]["web.main"]
    assert (main["labels"], main["secrets"]) == (["a=b"], ["mine"])


def test_a_mount_that_a_profile_took_its_mode_from_is_planned(bench: Bench, docker_on_path: None) -> None:
    inputs = workload(main={"image": "x", "files": {"/a": {"content": "a"}}})
    patch = {"object": {"kind": "Service"}, "json": [{"op": "remove", "path": "/configs/0/mode"}]}
    inputs["profiles"] = [{"name": "modeless", "target": "compose", "patches": [patch]}]
    assert "mode" not in compose(bench, inputs)["services"]["web.main"]["configs"][0]
    assert bench.plan(inputs) is not None


def test_an_endpoint_is_the_name_of_the_workload_and_what_its_containers_listen_at(tmp_path: Path) -> None:
    with Bench(Endpoint(), tmp_path) as bench:
        inputs = {"target": "compose", "ports": {"www": {"port": 80, "targetPort": 8080}}}
        held = bench.create(inputs)
        name = bench.uid[:8]
        assert held.outputs == {"host": name, "ports": {"www": 8080, "80": 8080, "8080": 8080}}
        proposal = bench.plan(inputs)
        assert proposal is not None
        assert proposal.outputs == held.outputs
        assert bench.read(held).outputs == held.outputs
        bench.delete(held)


@pytest.mark.slow
def test_an_application_is_rendered_and_planned_by_the_command(
    tmp_path: Path, docker_on_path: None, isolated_home: Path
) -> None:
    files = {
        "platform/all.yaml": PLAIN + DEFINITIONS,
        "score.yaml": SCORE,
        "bakehouse.yaml": application("workloads: [score.yaml]"),
    }
    desk = Desk(written(tmp_path / "app", files))
    desk("env", "create", "one", "--type", "plain")
    assert "create service web.main" in desk("plan", "-e", "one").out
    desk("render", "-e", "one", "-o", "out")
    (file,) = (desk.folder / "out").rglob("compose.yaml")
    assert yaml.safe_load(file.read_text())["services"]["web.main"]["environment"] == {"NAME": "web"}
