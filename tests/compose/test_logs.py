"""What services print, read from the lines of `docker compose logs`, as the stand-in gives them in the documented form."""

import queue
import threading
from pathlib import Path

import psutil
import pytest

from bakehouse.drivers.builtin.workload.driver import Workload
from bakehouse.drivers.conformance import Bench
from bakehouse.drivers.sdk import Cancellation, NotFound, PermanentFault
from compose.conftest import composed
from fakes.docker import Docker, workload
from local_target import eventually

TWO = workload(main={"image": "registry.test/web:1"}, proxy={"image": "registry.test/proxy:1"})


def test_the_last_lines_of_all_containers_are_told_by_their_times(bench: Bench, docker: Docker) -> None:
    held = bench.create(TWO)
    docker.says(
        "web.main-1   | 2026-01-01T00:00:01.5Z first",
        "web.main-1   | 2026-01-01T00:00:03Z third | with a bar",
        "web.proxy-1  | 2026-01-01T00:00:02.000000001Z second",
        "web.main-2   | 2026-01-01T00:00:04Z of the other replica",
        "named        | 2026-01-01T00:00:05Z by a profile",
        "web.proxy-1  | 2026-01-01T00:00:06Z 10 % done\r20 % done",
    )
    told = list(Workload().logs(bench.context(held.prior()), lines=7))
    assert told == [
        ("main", "first"),
        ("proxy", "second"),
        ("main", "third | with a bar"),
        ("main", "of the other replica"),
        ("named", "by a profile"),
        ("proxy", "10 % done\r20 % done"),
    ]
    assert docker.asked[-1] == "logs --no-color --timestamps --tail=7 -- web.main web.proxy"
    bench.delete(held)
    with pytest.raises(NotFound, match="in no Compose project"):
        list(Workload().logs(bench.context(held.prior())))


def test_what_docker_complains_of_is_told(bench: Bench, docker: Docker) -> None:
    held = bench.create(workload())
    docker.fails("Cannot connect to the Docker daemon at unix:///var/run/docker.sock.")
    for follow in (False, True):
        with pytest.raises(PermanentFault, match=r"^no-engine: Cannot connect"):
            list(Workload().logs(bench.context(held.prior()), follow=follow))
    docker.fails(None)
    bench.delete(held)


@pytest.mark.slow
def test_lines_are_followed_until_that_is_cancelled_and_leave_no_process(
    bench: Bench, docker: Docker, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    held = bench.create(TWO)
    docker.says("web.main-1   | first")
    over, inbox = Cancellation(), queue.SimpleQueue[tuple[str, str]]()

    def listen() -> None:
        for told in Workload().logs(bench.context(held.prior(), cancelled=over), follow=True, lines=5):
            inbox.put(told)

    listening = threading.Thread(target=listen)
    listening.start()
    assert inbox.get(timeout=20) == ("main", "first")
    bench.update(held, TWO)  # the project is not held by whoever listens
    docker.says("web.proxy-1  | second", f"web.proxy-1  | {'x' * 20_000}")
    assert inbox.get(timeout=20) == ("proxy", "second")
    assert inbox.get(timeout=20)[1].startswith("xxx")
    assert "logs --no-color --follow --tail=5 -- web.main web.proxy" in docker.asked
    assert running(docker)
    over.set()
    listening.join(20)
    assert not listening.is_alive()
    assert eventually(lambda: not running(docker))
    assert list(tmp_path.glob("bakehouse-*")) == []
    bench.delete(held)


def running(docker: Docker) -> list[psutil.Process]:
    """Processes of the stand-in."""
    mark = str(docker.folder)
    return [
        p for p in psutil.process_iter(["cmdline"]) if any(mark in word for word in p.info["cmdline"] or ())
    ]


@pytest.mark.slow
def test_the_command_shows_them_as_those_of_other_targets(
    tmp_path: Path, docker: Docker, isolated_home: Path
) -> None:
    score = "apiVersion: score.dev/v1b1\nmetadata: {name: web}\ncontainers: {main: {image: x}, side: {image: y}}\n"
    desk = composed(tmp_path / "app", score)
    desk("env", "create", "one", "--type", "plain", "--apply", "--auto-approve")
    docker.says("web.side-1  | 2026-01-01T00:00:02Z b", "web.main-1  | 2026-01-01T00:00:01Z a")
    assert desk("logs", "-e", "one").out == "web/main | a\nweb/side | b\n"
    assert desk("logs", "web", "-e", "one", "--json").out.splitlines() == [
        '{"source":"web/main","line":"a"}', '{"source":"web/side","line":"b"}'
    ]  # fmt: skip
    docker.fails("no such service: web.main")
    ran = desk("logs", "-e", "one", expect=1)
    assert "compose-failed: logs failed: no such service: web.main" in ran.err
    docker.fails(None)
    desk("destroy", "-e", "one", "--auto-approve", "--confirm", "one")
