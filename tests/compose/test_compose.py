"""Workloads as Compose services: rendered wholly, run through a program that stands in for `docker`.

No container engine is on the machines of our tests: the stand-in shows what the program is asked and that its faults are
told, and nothing about containers.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from bakehouse.drivers.builtin.endpoint import Endpoint
from bakehouse.drivers.builtin.workload.driver import Workload
from bakehouse.drivers.conformance import Bench
from bakehouse.drivers.sdk import NotFound, PermanentFault
from bakehouse.graph.address import Address
from bakehouse.graph.values import Text, Unknown, Value
from compose.conftest import composed
from fakes.docker import Docker, workload

CANARY = "planted-salt-77c2"
LATER = Unknown(Address.parse("dns#shop"), ("host",), "string")


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


def test_what_compose_does_not_take_is_told_when_it_is_planned(bench: Bench, docker: Docker) -> None:
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


def test_services_are_started_changed_paused_and_removed_by_docker(bench: Bench, docker: Docker) -> None:
    secret = bench.vault.put("password", CANARY)
    inputs = workload(main={
        "image": "registry.test/web:1",
        "variables": {"P": secret},
        "files": {"/b": {"binaryContent": "AAE="}},
    })  # fmt: skip
    held = bench.create(inputs)
    folder = bench.workspace.home / "compose"
    text = (folder / "compose.yaml").read_text()
    assert yaml.safe_load(text)["services"]["web.main"]["environment"]["P"].startswith("${BKH_")
    assert (folder / "files" / "web.main.0").read_bytes() == b"\0\1"
    assert f"={CANARY}\n" in docker.given
    assert CANARY not in (docker.folder / "asked").read_text()
    assert [p for p in bench.folder.rglob("*") if p.is_file() and CANARY.encode() in p.read_bytes()] == []
    docker.runs("web.main")
    assert "amiss" not in bench.read(held).private
    docker.runs("web.main", state="exited (1)")
    assert bench.read(held).private["amiss"] == {"web.main": "exited (1)"}
    changed = workload(main={"image": "registry.test/web:2", "variables": {"P": secret}})
    proposal = bench.plan(changed, held)
    assert proposal is not None
    assert list(proposal.nested) == [{"object": "service web.main", "action": "update", "changes": [
        {"path": "image", "before": "registry.test/web:1", "after": "registry.test/web:2"},
        {"path": "files", "before": {"/b": ["AAE=", "0644"]}, "after": None},
    ]}]  # fmt: skip
    held = bench.update(held, changed)
    held = bench.update(held, changed)
    bench.pause(held)
    bench.resume(held)
    bench.delete(held)
    words = [words.split(" --wait-timeout=")[0].split(" --")[0] for words in docker.asked]
    assert words == ["up", "ps", "ps", "up", "up", "stop", "start", "down"]
    assert "--force-recreate" in docker.asked[4]
    assert "--force-recreate" not in docker.asked[3]
    assert not folder.exists()
    with pytest.raises(NotFound):
        bench.read(held)


def test_workloads_of_an_environment_share_a_file_and_leave_each_other_alone(
    bench: Bench, docker: Docker
) -> None:
    first = bench.create(workload("web"))
    with Bench(Workload(), bench.folder) as other:
        other.workspace = bench.workspace
        second = other.create(workload("oven"))
        file = bench.workspace.home / "compose" / "compose.yaml"
        assert sorted(yaml.safe_load(file.read_text())["services"]) == ["oven.main", "web.main"]
        bench.delete(first)
        assert sorted(yaml.safe_load(file.read_text())["services"]) == ["oven.main"]
        assert docker.asked[-1].startswith("rm --stop --force")
        other.delete(second)
    assert docker.asked[-1].startswith("down")


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (
            "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?",
            "no-engine",
        ),
        ("docker: 'compose' is not a docker command.", "no-engine"),
        (f"container shop-web.main-1 exited (1): bad password {CANARY}", "compose-failed"),
    ],
)
def test_what_docker_says_is_told_without_secrets(bench: Bench, docker: Docker, said: str, code: str) -> None:
    docker.fails(said)
    inputs = workload(main={"image": "x", "variables": {"P": bench.vault.put("password", CANARY)}})
    with pytest.raises(PermanentFault, match=f"^{code}: ") as caught:
        bench.create(inputs)
    assert CANARY not in str(caught.value)
    docker.fails(None)
    bench.delete(bench.settle(inputs))


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
    tmp_path: Path, docker: Docker, isolated_home: Path
) -> None:
    score = (
        "apiVersion: score.dev/v1b1\nmetadata: {name: web}\nservice: {ports: {www: {port: 80}}}\n"
        'containers: {main: {image: "registry.test/web:1", variables: {NAME: "${metadata.name}"}}}\n'
    )
    desk = composed(tmp_path / "app", score)
    desk("env", "create", "one", "--type", "plain")
    assert "create service web.main" in desk("plan", "-e", "one").out
    desk("render", "-e", "one", "-o", "out")
    (file,) = (desk.folder / "out").rglob("compose.yaml")
    assert yaml.safe_load(file.read_text())["services"]["web.main"]["environment"] == {"NAME": "web"}
    desk("apply", "-e", "one", "--auto-approve")
    assert "Nothing to do" in desk("plan", "-e", "one").out
    desk("destroy", "-e", "one", "--auto-approve", "--confirm", "one")
    assert docker.asked[-1].startswith("down")
