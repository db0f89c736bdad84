"""Workloads as processes of this machine."""

import json
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from bakehouse.drivers.builtin.local.supervisor import Supervisor
from bakehouse.drivers.builtin.workload.process import starting
from bakehouse.drivers.conformance import Bench, Held
from bakehouse.drivers.context import Cancellation
from bakehouse.drivers.sdk import PermanentFault
from bakehouse.graph.address import Address
from bakehouse.graph.values import Secret, Text, Unknown
from local_target import eventually, free_port, processes_of
from local_workload import LISTEN, SHOW, SLEEP, inputs, pid, python, workload_bench

pytestmark = pytest.mark.slow


@pytest.fixture
def bench(tmp_path: Path, isolated_home: Path) -> Iterator[Bench]:
    with workload_bench(tmp_path) as bench:
        yield bench


def log(bench: Bench, held: Held, container: str = "main") -> str:
    return Supervisor(bench.workspace).log(held.private["programs"][container]).read_text()


def root(bench: Bench, held: Held, container: str = "main") -> Path:
    return Supervisor(bench.workspace).root(held.private["programs"][container])


def test_a_container_sees_its_variables_and_its_ports(bench: Bench) -> None:
    http, admin = free_port(), free_port()
    code = LISTEN.replace(
        "http.server.HTTPServer",
        "import json, socket; print(json.dumps(dict(os.environ)), flush=True)\n"
        "extra = socket.create_server(('127.0.0.1', int(os.environ['PORT_ADMIN_API'])))\nhttp.server.HTTPServer",
    )
    held = bench.create(
        inputs({"main": python(code, variables={"A": "b"})}, {"http": http, "admin-api": admin})
    )
    seen = json.loads(log(bench, held).splitlines()[0])
    assert {k: seen[k] for k in ("A", "PORT", "PORT_HTTP", "PORT_ADMIN_API")} == {
        "A": "b", "PORT": str(http), "PORT_HTTP": str(http), "PORT_ADMIN_API": str(admin)
    }  # fmt: skip
    assert seen["BAKEHOUSE_ROOT"] == str(root(bench, held))
    assert seen["PATH"].split(":")[0] == str(Path(sys.executable).parent)
    assert set(seen) <= {
        "A",
        "PORT",
        "PORT_HTTP",
        "PORT_ADMIN_API",
        "BAKEHOUSE_ROOT",
        "PATH",
        "HOME",
        "LANG",
        "LC_CTYPE",
    }


def test_a_job_ends_before_the_container_that_waits_for_it_starts(bench: Bench, tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    job = f"import time; time.sleep(0.5); open({str(trace)!r}, 'a').write('job ')"
    main = f"open({str(trace)!r}, 'a').write('main '); import time; time.sleep(600)"
    containers = {"a-main": python(main), "z-job": python(job, before={"a-main": {"ready": "complete"}})}
    held = bench.create(inputs(containers))
    assert trace.read_text() == "job main "
    assert bench.status(held).running
    other = {**containers, "a-main": python(main, variables={"X": "1"})}
    held = bench.update(held, inputs(other))
    assert trace.read_text() == "job main job main ", "a changed deployment runs the job again"
    third = {**other, "side": python(SLEEP)}
    bench.update(held, inputs(third))
    assert trace.read_text() == "job main job main ", "what did not change is left alone"


def test_healthy_waits_for_the_probe(bench: Bench, tmp_path: Path) -> None:
    flag, trace = tmp_path / "flag", tmp_path / "trace"
    slow = f"import time; time.sleep(1); open({str(flag)!r}, 'w').close(); time.sleep(600)"
    probe = {
        "exec": {
            "command": [sys.executable, "-c", f"import os, sys; sys.exit(not os.path.exists({str(flag)!r}))"]
        }
    }
    then = f"import os, time; open({str(trace)!r}, 'w').write(str(os.path.exists({str(flag)!r}))); time.sleep(600)"
    first = python(slow, readinessProbe=probe, before={"then": {"ready": "healthy"}})
    bench.create(inputs({"then": python(then), "first": first}))
    assert trace.read_text() == "True"


def test_a_failed_job_tells_its_last_lines_without_secrets(bench: Bench) -> None:
    secret = bench.vault.put("p", "clear of p")
    job = python(
        "import os, sys; print('line one'); print('it is', os.environ['P']); sys.exit(7)",
        variables={"P": Text((secret,))}, before={"main": {"ready": "complete"}},
    )  # fmt: skip
    with pytest.raises(PermanentFault) as caught:
        bench.create(inputs({"job": job, "main": python(SLEEP)}))
    assert "container job of workload web failed (exit code 7)" in caught.value.message
    assert "| line one\n  | it is ***" in caught.value.message
    assert "clear of p" not in caught.value.message


def test_a_program_that_ends_at_once_is_said_and_not_started_again(bench: Bench) -> None:
    with pytest.raises(PermanentFault, match="ended as soon as it was started") as caught:
        bench.create(inputs({"main": python("print('so sorry')")}))
    assert caught.value.message.endswith("ended as soon as it was started; its last line: so sorry")
    assert processes_of(bench.workspace.home / "run") == []


def test_only_what_changed_is_restarted(bench: Bench) -> None:
    held = bench.create(inputs({"one": python(SLEEP), "two": python(SLEEP)}))
    one, two = pid(bench, held, "one"), pid(bench, held, "two")
    held = bench.update(held, inputs({"one": python(SLEEP), "two": python(SLEEP, variables={"A": "1"})}))
    assert pid(bench, held, "one") == one
    assert pid(bench, held, "two") != two
    held = bench.update(held, inputs({"one": python(SLEEP)}))
    assert pid(bench, held, "one") == one
    assert list(held.private["programs"]) == ["one"]
    assert len(Supervisor(bench.workspace).names()) == 1


def test_an_update_that_changes_nothing_restarts_everything(bench: Bench) -> None:
    wanted = inputs({"one": python(SLEEP), "two": python(SLEEP)})
    held = bench.create(wanted)
    before = {pid(bench, held, "one"), pid(bench, held, "two")}
    held = bench.update(held, wanted)
    assert not before & {pid(bench, held, "one"), pid(bench, held, "two")}


def test_completing_an_unfinished_create_restarts_nothing(bench: Bench) -> None:
    """The engine settles it by a create and an update of what that gave, in one call."""
    wanted = inputs({"main": python(SLEEP)})
    context = bench.context()
    result = bench.driver.create(context, bench.validated(wanted))
    held = bench.recorded(wanted, result)
    before = pid(bench, held)
    bench.driver.update(replace(context, prior=held.prior()), bench.validated(wanted))
    assert pid(bench, held) == before


def test_a_restart_after_a_secret_changed(bench: Bench) -> None:
    first, second = bench.vault.put("p", "one"), bench.vault.put("p", "two")
    held = bench.create(inputs({"main": python(SLEEP, variables={"P": first})}))
    before = pid(bench, held)
    held = bench.update(held, inputs({"main": python(SLEEP, variables={"P": second})}))
    assert pid(bench, held) != before


def test_files_and_volumes_lie_below_the_root(bench: Bench, tmp_path: Path) -> None:
    volume = tmp_path / "volume"
    volume.mkdir()
    (volume / "kept").write_text("data")
    container = python(
        SLEEP,
        files={"/etc/app/a.conf": {"content": "x", "mode": "0640"}, "/etc/b.bin": {"binaryContent": "AAEC"}},
        volumes={"/data": {"source": "v", "volume": {"source": str(volume)}},
                 "/logs": {"source": "v", "volume": {"source": str(volume)}, "path": "a/b"}},
    )  # fmt: skip
    held = bench.create(inputs({"main": container}))
    below = root(bench, held)
    assert (below / "etc/app/a.conf").read_text() == "x"
    assert (below / "etc/app/a.conf").stat().st_mode & 0o777 == 0o640
    assert (below / "etc/b.bin").read_bytes() == b"\0\1\2"
    assert (below / "data/kept").read_text() == "data"
    assert (below / "logs").readlink() == volume / "a/b"
    held = bench.update(held, inputs({"main": {**container, "files": {}, "volumes": {}}}))
    assert not (below / "etc/app/a.conf").exists()
    assert not (below / "data").is_symlink()
    assert (volume / "kept").exists()


@pytest.mark.parametrize("target", ["../x", "/a/../../x", "", "/", "a\0b"])
def test_a_target_that_leaves_the_root_is_refused_at_plan(bench: Bench, target: str) -> None:
    container = python(SLEEP, files={target: {"content": "x"}})
    with pytest.raises(PermanentFault, match="no path inside a container"):
        bench.plan(inputs({"main": container}))


def test_a_link_that_the_program_left_does_not_lead_out(bench: Bench, tmp_path: Path) -> None:
    code = (
        f"import os, time; link = os.environ['BAKEHOUSE_ROOT'] + '/etc'; "
        f"os.path.islink(link) or os.symlink({str(tmp_path)!r}, link); time.sleep(600)"
    )
    held = bench.create(inputs({"main": python(code)}))
    assert eventually(lambda: (root(bench, held) / "etc").is_symlink())
    with pytest.raises(PermanentFault, match="which is a link"):
        bench.update(held, inputs({"main": python(code, files={"/etc/planted": {"content": "x"}})}))
    assert not (tmp_path / "planted").exists()


def test_no_command_is_refused_at_plan_and_at_create(bench: Bench) -> None:
    wanted = inputs({"main": {"image": "nginx"}})
    for call in (lambda: bench.plan(wanted), lambda: bench.create(wanted)):
        with pytest.raises(PermanentFault, match="needs-command: container main of workload web"):
            call()


def test_a_missing_folder_and_a_missing_program_are_named(bench: Bench) -> None:
    wanted = inputs({"main": python(SLEEP)})
    wanted["workload"]["folder"] = "gone"
    with pytest.raises(PermanentFault, match="workdir-missing: container main of workload web"):
        bench.create(wanted)
    with pytest.raises(PermanentFault, match="container main of workload web: the program 'nope' is neither"):
        bench.create(inputs({"main": {"command": ["nope"]}}))
    volumes = {"/x": {"source": "v", "volume": {"claimSpec": {}}}}
    with pytest.raises(PermanentFault, match="has no folder on this machine"):
        bench.create(inputs({"main": python(SLEEP, volumes=volumes)}))


def test_a_program_beside_the_score_file_is_found(bench: Bench) -> None:
    program = bench.workspace.root / "serve"
    program.write_text(f"#!{sys.executable}\nimport time; time.sleep(600)\n")
    program.chmod(0o755)
    bench.create(inputs({"one": {"command": ["./serve"]}, "two": {"command": ["serve"]}}))


def test_a_port_that_nobody_listens_at_is_an_error(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(starting, "READY_SECONDS", 4.0)
    port = free_port()
    with pytest.raises(
        PermanentFault, match=f"port-not-used: nobody listens at port {port}, which is declared as http"
    ):
        bench.create(inputs({"main": python(SLEEP)}, {"http": port}))
    assert processes_of(bench.workspace.home / "run") == []


def test_a_port_that_somebody_else_uses_is_an_error(bench: Bench) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(
            PermanentFault, match=f"port {port}, reserved for http of web, is used by another"
        ):
            bench.create(inputs({"main": python(LISTEN)}, {"http": port}))


def test_profiles_patch_processes(bench: Bench) -> None:
    patches = [
        {"object": {"kind": "Process"}, "merge": {"variables": {"A": "merged", "B": None}}},
        {
            "object": {"kind": "Process", "name": "main"},
            "json": [{"op": "replace", "path": "/args/0", "value": SHOW}],
        },
    ]
    profiles = [
        {"name": "p", "target": "process", "patches": patches},
        {"name": "k", "target": "kubernetes", "patches": [{"object": {"kind": "Deployment"}, "merge": {}}]},
    ]
    wanted = inputs({"main": python("raise SystemExit", variables={"A": "a", "B": "b"})}, profiles=profiles)
    held = bench.create(wanted)
    assert eventually(lambda: log(bench, held).endswith("}\n"))
    seen = json.loads(log(bench, held))
    assert seen["A"] == "merged"
    assert "B" not in seen


def test_the_plan_shows_what_changes_in_each_process_and_no_secret(bench: Bench) -> None:
    password = Secret("local", "db", "1")
    before = inputs(
        {"main": python(SLEEP, variables={"URL": Text(("pg://", password)), "A": "1"}), "gone": python(SLEEP)}
    )
    job = python("pass", before={"main": {"ready": "complete"}})
    later = Unknown(Address.parse("postgres#web.db"), ("port",), "integer")
    after = inputs(
        {"main": python(SLEEP, variables={"URL": Text(("pg://", password)), "A": later}), "job": job}
    )
    held = Held(before, {}, {}, bench.uid)
    proposal = bench.plan(after, held)
    assert proposal is not None
    assert proposal.action == "update"
    assert [(n["object"], n["action"]) for n in proposal.nested] == [
        ("process gone", "stop"), ("process job", "start"), ("process main", "restart")
    ]  # fmt: skip
    changes = proposal.nested[2]["changes"]
    assert changes == [{"path": "variables.A", "before": "1", "after": "(known after postgres#web.db)"}]
    same = bench.plan(before, held)
    assert same is not None
    assert (same.action, same.nested) == ("no-op", ())


def test_status_logs_pause_and_resume(bench: Bench) -> None:
    held = bench.create(inputs({"one": python("print('hello', flush=True);" + SLEEP), "two": python(SLEEP)}))
    context = bench.context(held.prior())
    assert eventually(lambda: ("one", "hello") in list(bench.driver.logs(context)))
    bench.driver.pause(context)
    assert not bench.status(held).running
    assert bench.status(held).detail == "one is not running"
    bench.driver.resume(context)
    assert eventually(lambda: bench.status(held).running)
    token = Cancellation()
    following = bench.driver.logs(replace(context, cancelled=token), follow=True, lines=1)
    assert next(following) == ("one", "hello")
    token.set()
    assert list(following) == []


def test_status_of_five_containers_takes_less_than_ten_milliseconds(bench: Bench) -> None:
    held = bench.create(inputs({f"c{n}": python(SLEEP) for n in range(5)}))
    took = []
    for _ in range(20):
        start = time.perf_counter()
        assert bench.status(held).running
        took.append(time.perf_counter() - start)
    assert min(took) < 0.010
