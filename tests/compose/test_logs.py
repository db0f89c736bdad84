"""What services print, read and followed in a real container engine."""

import queue
import threading
from pathlib import Path

import psutil
import pytest

from bakehouse.drivers.builtin.workload.driver import Workload
from bakehouse.drivers.conformance import Bench
from bakehouse.drivers.sdk import Cancellation, NotFound, PermanentFault
from composed_workload import said_by, waiting, workload
from desk import PLAIN, Desk, application
from folders import written
from local_target import eventually
from parts.docker import IMAGE, ContainerEngine

pytestmark = pytest.mark.slow

TOLD = ["/bin/sh", "-c", "trap 'exit 0' TERM; WORDS; sleep 1000 & wait"]


def telling(words: str) -> dict[str, object]:
    """A container that runs these words of a shell first."""
    return {"image": IMAGE, "command": [word.replace("WORDS", words) for word in TOLD]}


def test_the_last_lines_of_all_containers_are_told_by_their_times(
    bench: Bench, engine: ContainerEngine
) -> None:
    inputs = workload(
        main=telling("echo first; sleep 1; echo 'third | with a bar'"),
        side=telling(r"sleep 0.5; printf 'second: 10 %%\r20 %%\n'; sleep 1; echo fourth"),
        named=telling("sleep 2; echo fifth"),
    )
    patch = {"object": {"kind": "Service", "name": "named"}, "merge": {"container_name": "by-a-profile"}}
    inputs["profiles"] = [{"name": "named", "target": "compose", "patches": [patch]}]
    held = bench.create(inputs)
    assert eventually(lambda: len(list(Workload().logs(bench.context(held.prior()), lines=7))) == 5)
    told = list(Workload().logs(bench.context(held.prior()), lines=7))
    assert [line for _, line in told] == [
        "first",
        "second: 10 %\r20 %",
        "third | with a bar",
        "fourth",
        "fifth",
    ]
    assert [source for source, _ in told] == ["main", "side", "main", "side", "by-a-profile"]
    assert sorted(Workload().logs(bench.context(held.prior()), lines=1)) == [
        ("by-a-profile", "fifth"), ("main", "third | with a bar"), ("side", "fourth"),
    ]  # fmt: skip
    bench.delete(held)
    with pytest.raises(NotFound, match="in no Compose project"):
        list(Workload().logs(bench.context(held.prior())))


def test_an_engine_that_does_not_answer_is_told(
    bench: Bench, engine: ContainerEngine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    held = bench.create(workload(main=waiting()))
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/nobody.sock")
    for follow in (False, True):
        with pytest.raises(PermanentFault, match=r"^no-engine: .*nobody\.sock"):
            list(Workload().logs(bench.context(held.prior()), follow=follow))
    monkeypatch.setenv("DOCKER_HOST", engine.variables["DOCKER_HOST"])
    bench.delete(held)


def test_lines_are_followed_until_that_is_cancelled_and_leave_no_process(
    bench: Bench, engine: ContainerEngine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    two = workload(main=waiting(), side=waiting())
    held = bench.create(two)
    over, inbox = Cancellation(), queue.SimpleQueue[tuple[str, str]]()

    def listen() -> None:
        for told in Workload().logs(bench.context(held.prior(), cancelled=over), follow=True, lines=5):
            inbox.put(told)

    listening = threading.Thread(target=listen)
    listening.start()
    try:
        assert sorted(inbox.get(timeout=30) for _ in range(2)) == [("main", "waiting"), ("side", "waiting")]
        said_by(engine, "web.side", "sh", "-c", "echo later >/proc/1/fd/1")
        assert inbox.get(timeout=30) == ("side", "later")
        said_by(engine, "web.side", "sh", "-c", f"echo {'x' * 20_000} >/proc/1/fd/1")
        assert inbox.get(timeout=30)[1].startswith("xxx")
        assert running(bench)
    finally:
        over.set()
        listening.join(30)
    assert not listening.is_alive()
    assert eventually(lambda: not running(bench))
    assert list(tmp_path.glob("bakehouse-*")) == []
    bench.delete(held)


def running(bench: Bench) -> list[psutil.Process]:
    """Processes of docker about the project of the bench."""
    mark = str(bench.workspace.home / "compose")
    return [p for p in psutil.process_iter(["cmdline"]) if mark in (p.info["cmdline"] or ())]


CATALOG = (
    PLAIN
    + """\
kind: ResourceDefinition
metadata: {name: workload}
spec: {type: workload, driver: workload, match: [{class: "*"}], inputs: {target: compose}}
"""
)
SCORE = f"""\
apiVersion: score.dev/v1b1
metadata: {{name: web}}
containers:
  main: {{image: "{IMAGE}", command: [/bin/sh, -c, "trap 'exit 0' TERM; echo a; sleep 1000 & wait"]}}
  side: {{image: "{IMAGE}", command: [/bin/sh, -c, "trap 'exit 0' TERM; sleep 0.5; echo b; sleep 1000 & wait"]}}
"""


def test_the_command_shows_them_as_those_of_other_targets(
    tmp_path: Path, engine: ContainerEngine, isolated_home: Path
) -> None:
    files = {
        "platform/all.yaml": CATALOG,
        "score.yaml": SCORE,
        "bakehouse.yaml": application("workloads: [score.yaml]"),
    }
    desk = Desk(written(tmp_path / "app", files))
    desk("env", "create", "one", "--type", "plain", "--apply", "--auto-approve")
    assert desk("logs", "-e", "one").out == "web/main | a\nweb/side | b\n"
    assert desk("logs", "web", "-e", "one", "--json").out.splitlines() == [
        '{"source":"web/main","line":"a"}', '{"source":"web/side","line":"b"}'
    ]  # fmt: skip
    ran = desk("logs", "-e", "one", expect=1, DOCKER_HOST=f"unix://{tmp_path}/nobody.sock")
    assert "no-engine: " in ran.err
    desk("destroy", "-e", "one", "--auto-approve", "--confirm", "one")
