"""Workloads in a real container engine: started, reached, looked at, changed, stopped and taken out."""

import os
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from bakehouse.drivers.builtin.workload.driver import Workload
from bakehouse.drivers.conformance import Bench, Held
from bakehouse.drivers.sdk import NotFound, PermanentFault
from bakehouse.graph.values import Text
from composed_workload import WAIT, containers, said_by, serving, waiting, workload
from desk import PLAIN, Desk, application
from folders import written
from local_target import eventually
from parts.docker import IMAGE, ContainerEngine, Refused

pytestmark = pytest.mark.slow

CANARY = "planted-malt-91d4"


def test_a_workload_runs_with_all_that_its_file_asks_for(bench: Bench, engine: ContainerEngine) -> None:
    secret = bench.vault.put("password", CANARY)
    inputs = workload(
        migrate={
            "image": IMAGE,
            "command": ["/bin/sh", "-c", "echo migrated > /data/note"],
            "volumes": {"/data": {"volume": {"source": "orders"}}},
            "before": {"main": {"ready": "complete"}},
        },
        main=serving(
            variables={"URL": Text(("postgres://u:", secret, "@db$1")), "HEAT": "220"},
            files={
                "/www/index.html": {"content": "cost=$5", "mode": "0640"},
                "/etc/secret": {"content": Text(("p=", secret)), "mode": "0400"},
                "/etc/binary": {"binaryContent": "AAEC"},
            },
            volumes={"/data": {"volume": {"source": "orders"}, "readOnly": True}},
            resources={"limits": {"memory": "64Mi", "cpu": "500m"}},
            readinessProbe={"exec": {"command": ["/bin/test", "-f", "/data/note"]}},
        ),
        proxy=waiting(),
    )
    held = bench.create(inputs)
    assert "amiss" not in bench.read(held).private
    file = bench.workspace.home / "compose" / "compose.yaml"
    assert yaml.safe_load(file.read_text())["services"]["web.main"]["environment"]["URL"].startswith(
        "postgres://u:${BKH_"
    )
    assert said_by(engine, "web.main", "sh", "-c", "echo $URL $HEAT") == f"postgres://u:{CANARY}@db$1 220\n"
    assert said_by(engine, "web.main", "cat", "/etc/secret", "/data/note") == f"p={CANARY}migrated\n"
    assert said_by(engine, "web.main", "stat", "-c", "%a", "/www/index.html", "/etc/secret") == "640\n400\n"
    assert said_by(engine, "web.main", "od", "-An", "-tx1", "/etc/binary").split() == ["00", "01", "02"]
    assert said_by(engine, "web.proxy", "wget", "-qO-", "http://localhost:8080/") == "cost=$5"
    limits = engine.docker(
        "inspect", "-f", "{{.HostConfig.Memory}} {{.HostConfig.NanoCpus}}", containers(engine)["web.main"]
    )
    assert limits.split() == ["67108864", "500000000"]
    with pytest.raises(Refused):
        said_by(engine, "web.main", "touch", "/data/mine")
    kept = [p for p in bench.folder.rglob("*") if p.is_file() and CANARY.encode() in p.read_bytes()]
    assert kept == []
    bench.delete(held)
    assert containers(engine) == {}
    assert not file.parent.exists()
    with pytest.raises(NotFound):
        bench.read(held)


def test_workloads_reach_each_other_by_name_and_are_removed_one_by_one(
    bench: Bench, engine: ContainerEngine
) -> None:
    web = bench.create(workload("web", main=serving()))
    with Bench(Workload(), bench.folder) as other:
        other.workspace = bench.workspace
        oven = other.create(workload("oven", main=waiting()))
        assert said_by(engine, "oven.main", "wget", "-qO-", "http://web:8080/") == "cost=$5"
        file = bench.workspace.home / "compose" / "compose.yaml"
        assert sorted(yaml.safe_load(file.read_text())["services"]) == ["oven.main", "web.main"]
        bench.delete(web)
        assert sorted(yaml.safe_load(file.read_text())["services"]) == ["oven.main"]
        assert list(containers(engine)) == ["oven.main"]
        other.delete(oven)
    assert containers(engine) == {}
    assert "shop" not in engine.docker("network", "ls")


def test_what_is_changed_in_the_engine_is_found_and_put_right(bench: Bench, engine: ContainerEngine) -> None:
    inputs = workload(main=serving(), side=waiting())
    held = bench.create(inputs)
    assert bench.differences(held) == ()
    first = containers(engine)
    engine.docker("kill", first["web.side"])
    assert bench.differences(held) == ("the service web.side is exited with exit code 137",)
    engine.docker("rm", "--force", first["web.side"])
    assert bench.differences(held) == ("the service web.side is gone",)
    held = bench.update(held, inputs)
    assert bench.differences(held) == ()
    engine.docker("rm", "--force", *containers(engine).values())
    with pytest.raises(NotFound):
        bench.read(held)
    held = bench.update(held, inputs)
    assert bench.differences(held) == ()
    bench.delete(held)


def test_only_what_changed_is_made_anew_and_a_restart_makes_all(
    bench: Bench, engine: ContainerEngine
) -> None:
    secret = bench.vault.put("password", CANARY)
    side = waiting(variables={"P": secret})
    held = bench.create(workload(main=serving(), side=side))
    first = containers(engine)
    changed = workload(main=serving(files={"/www/index.html": {"content": "cost=$6"}}), side=side)
    held = bench.update(held, changed)
    assert said_by(engine, "web.side", "wget", "-qO-", "http://localhost:8080/") == "cost=$6"
    assert containers(engine)["web.main"] != first["web.main"]
    second = containers(engine)
    held = bench.update(held, changed)
    assert not set(second.values()) & set(containers(engine).values())
    third = containers(engine)
    bench.vault.put("password", "planted-hops-1c")
    held = bench.update(held, workload(main=serving(), side=side))
    assert containers(engine)["web.side"] != third["web.side"]
    bench.delete(held)


def test_a_paused_workload_keeps_its_containers_and_goes_on(bench: Bench, engine: ContainerEngine) -> None:
    held = bench.create(workload(main=serving()))
    first = containers(engine)
    bench.pause(held)
    assert containers(engine, "--filter", "status=running") == {}
    bench.resume(held)
    assert containers(engine, "--filter", "status=running") == first
    bench.delete(held)


def test_what_is_gone_is_not_told_as_resumed(bench: Bench, engine: ContainerEngine) -> None:
    held = bench.create(workload(main=serving(), side=waiting()))
    bench.pause(held)
    engine.docker("rm", containers(engine)["web.side"])
    with pytest.raises(PermanentFault, match=r"the service web\.side is gone") as caught:
        bench.resume(held)
    assert "apply --refresh" in str(caught.value.hint)
    bench.delete(held)


def test_what_does_not_stand_on_resuming_is_told_without_secrets(
    bench: Bench, engine: ContainerEngine
) -> None:
    secret = bench.vault.put("password", CANARY)
    command = ["/bin/sh", "-c", "test -e /began && echo $P is wrong && exit 3; touch /began; sleep 1000"]
    held = bench.create(workload(main={"image": IMAGE, "command": command, "variables": {"P": secret}}))
    bench.pause(held)
    with pytest.raises(PermanentFault, match=r"^compose-failed: start failed: .*\*\*\* is wrong") as caught:
        bench.resume(held)
    assert CANARY not in str(caught.value)
    bench.delete(held)


def test_another_machine_sees_what_runs_and_drops_what_is_not_asked_for(
    bench: Bench, engine: ContainerEngine
) -> None:
    held = bench.create(workload(main=serving(), side=waiting()))
    shutil.rmtree(bench.workspace.home / "compose")
    assert bench.differences(held) == ()
    assert not (bench.workspace.home / "compose").exists()
    held = bench.update(held, workload(main=serving()))
    assert list(containers(engine)) == ["web.main"]
    bench.delete(held)


def test_what_a_profile_left_without_our_labels_is_removed_too(bench: Bench, engine: ContainerEngine) -> None:
    patch = {"object": {"kind": "Service"}, "merge": {"labels": ["a=b"]}}
    profiles = [{"name": "plain", "target": "compose", "patches": [patch]}]
    web = bench.create({**workload(main=waiting()), "profiles": profiles})
    with Bench(Workload(), bench.folder) as other:
        other.workspace = bench.workspace
        oven = other.create(workload("oven", main=waiting()))
        bench.delete(web)
        assert list(containers(engine)) == ["oven.main"]
        other.delete(oven)


def test_a_container_that_is_dropped_or_renamed_with_its_workload_is_stopped(
    bench: Bench, engine: ContainerEngine
) -> None:
    held = bench.create(workload(main=serving(), side=waiting()))
    held = bench.update(held, workload(main=serving()))
    assert list(containers(engine)) == ["web.main"]
    held = bench.update(held, workload("front", main=serving()))
    assert list(containers(engine)) == ["front.main"]
    bench.delete(held)
    assert containers(engine) == {}


def test_a_machine_that_knows_nothing_of_the_project_takes_it_down(
    bench: Bench, engine: ContainerEngine
) -> None:
    held = bench.create(workload(main=waiting(variables={"P": bench.vault.put("password", CANARY)})))
    shutil.rmtree(bench.workspace.home / "compose")
    bench.delete(held)
    assert containers(engine) == {}
    assert not (bench.workspace.home / "compose").exists()


PROBED = {"readinessProbe": {"exec": {"command": ["/bin/false"]}}}
JOB = {"image": IMAGE, "command": ["/bin/false"], "before": {"main": {"ready": "complete"}}}


@pytest.mark.parametrize(
    ("others", "main", "told"),
    [
        ({}, {"image": "bakehouse.test/nothing:1"}, r"https://bakehouse\.test/v2/"),
        (
            {},
            {"command": ["/bin/no-such-program"]},
            r"exec: \"/bin/no-such-program\": .*no such file or directory",
        ),
        (
            {},
            {"command": ["/bin/sh", "-c", "echo $P is wrong; exit 3"]},
            r"the service web\.main is restarting; last printed: \*\*\* is wrong",
        ),
        ({}, {"command": WAIT, **PROBED}, r"the service web\.main is not healthy yet; last printed: waiting"),
        (
            {"migrate": JOB},
            {"command": WAIT},
            r"web\.migrate.*exit 1; the service web\.migrate is exited with exit code 1",
        ),
    ],
)
def test_what_cannot_run_is_told_with_the_engine_s_reason_and_can_be_taken_out(
    bench: Bench, engine: ContainerEngine, others: dict[str, Any], main: dict[str, Any], told: str
) -> None:
    bench.seconds = 12.0
    variables = {"P": bench.vault.put("password", CANARY)}
    inputs = workload(**others, main={"image": IMAGE, **main, "variables": variables})
    with pytest.raises(PermanentFault, match=rf"^compose-failed: up failed: .*{told}") as caught:
        bench.create(inputs)
    assert CANARY not in str(caught.value)
    bench.delete(Held(inputs, {}, {}, bench.uid))
    assert containers(engine) == {}


def test_an_engine_that_does_not_answer_and_a_docker_without_compose_are_told(
    bench: Bench, engine: ContainerEngine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/nobody.sock")
    with pytest.raises(PermanentFault, match=r"^no-engine: .*nobody\.sock"):
        bench.create(workload(main=waiting()))
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    with pytest.raises(PermanentFault, match=r"^no-engine: docker has no part compose: "):
        bench.create(workload(main=waiting()))


def test_no_secret_is_an_argument_of_docker(
    bench: Bench, engine: ContainerEngine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The program is the real one, behind a script that notes its arguments."""
    (tmp_path / "docker").write_text(f'#!/bin/sh\necho "$@" >>{tmp_path}/asked\nexec {engine.program} "$@"\n')
    (tmp_path / "docker").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    variables = {"P": bench.vault.put("password", CANARY)}
    held = bench.create(
        workload(main=waiting(variables=variables, files={"/p": {"content": variables["P"]}}))
    )
    bench.delete(held)
    asked = (tmp_path / "asked").read_text()
    assert " up --detach " in asked
    assert CANARY not in asked


CATALOG = (
    PLAIN
    + """\
kind: ResourceDefinition
metadata: {name: workload}
spec: {type: workload, driver: workload, match: [{class: "*"}], inputs: {target: compose}, replace: create-first}
---
kind: ResourceDefinition
metadata: {name: endpoint}
spec: {type: endpoint, driver: endpoint, match: [{class: "*"}], inputs: {target: compose}}
---
kind: ResourceDefinition
metadata: {name: service}
spec:
  type: service
  driver: template
  match: [{class: "*"}]
  inputs: {values: {name: "${endpoint.workload}", url: "http://${endpoint.host}:${endpoint.port}"}}
"""
)
WEB = """\
apiVersion: score.dev/v1b1
metadata: {name: web}
service: {ports: {www: {port: 80, targetPort: 8080}}}
containers:
  main:
    image: IMAGE
    command: [/bin/sh, -c, "trap 'exit 0' TERM; echo serving; httpd -f -p 8080 -h /www & wait"]
    files: {/www/index.html: {content: "fresh bread"}}
"""
GUEST = """\
apiVersion: score.dev/v1b1
metadata: {name: guest}
containers:
  main:
    image: IMAGE
    command: [/bin/sh, -c, "trap 'exit 0' TERM; until wget -qO- $WEB; do sleep 1; done; echo; sleep 1000 & wait"]
    variables: {WEB: "${resources.web.url}"}
resources:
  web: {type: service}
"""


def test_an_application_lives_in_the_engine_from_its_first_plan_to_its_end(
    tmp_path: Path, engine: ContainerEngine, isolated_home: Path
) -> None:
    files = {
        "platform/all.yaml": CATALOG,
        "web.yaml": WEB.replace("IMAGE", IMAGE),
        "guest.yaml": GUEST.replace("IMAGE", IMAGE),
        "bakehouse.yaml": application("workloads: [web.yaml, guest.yaml]"),
    }
    desk = Desk(written(tmp_path / "app", files))
    desk("env", "create", "one", "--type", "plain")
    assert "create service guest.main" in desk("plan", "-e", "one").out
    desk("apply", "-e", "one", "--auto-approve")
    assert "Nothing to do" in desk("plan", "-e", "one").out
    assert eventually(lambda: "guest/main | fresh bread" in desk("logs", "-e", "one").out, 30)
    desk.edit("web.yaml", lambda text: text.replace("fresh", "stale"))
    assert "update service web.main" in desk("plan", "-e", "one").out
    desk("apply", "-e", "one", "--auto-approve")
    assert said_by(engine, "guest.main", "wget", "-qO-", "http://web:8080/") == "stale bread"
    engine.docker("rm", "--force", containers(engine)["guest.main"])
    engine.docker("kill", containers(engine)["web.main"])
    drift = desk("drift", "-e", "one", "--detailed-exitcode", expect=2).out
    assert "the service web.main is exited with exit code 137" in drift
    desk("apply", "-e", "one", "--refresh", "--auto-approve")
    assert sorted(containers(engine, "--filter", "status=running")) == ["guest.main", "web.main"]
    desk("apply", "-e", "one", "--replace", "workload#web", "--auto-approve")
    assert sorted(containers(engine, "--filter", "status=running")) == ["guest.main", "web.main"]
    same = containers(engine)
    desk("state", "rename", "--environment", "one", "two")
    desk.edit("guest.yaml", lambda text: text.replace("sleep 1000", "sleep 1001"))
    desk("apply", "-e", "two", "--auto-approve")
    assert containers(engine)["web.main"] == same["web.main"]
    assert sorted(containers(engine)) == ["guest.main", "web.main"]
    desk("destroy", "-e", "two", "--auto-approve", "--confirm", "two")
    assert containers(engine) == {}
    assert "shop" not in engine.docker("network", "ls")
