"""A large application is read in a process of its own, and nobody can tell but by the clock."""

import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest

from bakehouse.cli import ahead
from bakehouse.cli.ahead import beside, read_application
from bakehouse.graph.errors import InvalidInput
from bakehouse.resolvers.application import NO_OVERRIDES, load_application

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux forks here")


def nothing() -> None:
    """What is done meanwhile, where that does not matter."""


def test_the_answer_comes_from_another_process_and_this_one_works_meanwhile() -> None:
    done: list[int] = []
    there = beside(os.getpid, lambda: done.append(os.getpid()))
    assert there != os.getpid()
    assert done == [os.getpid()]


def killed() -> NoReturn:
    """End as by the out-of-memory killer, but not in the process of the test."""
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


@pytest.mark.parametrize("fails", [killed, lambda: sys.exit(3), lambda: 1 / 0, lambda: lambda: 0])
def test_without_an_answer_it_is_read_here(fails: Callable[[], object]) -> None:
    here = os.getpid()
    assert beside(lambda: "read here" if os.getpid() == here else fails(), nothing) == "read here"


def test_what_goes_wrong_meanwhile_ends_the_other_process_at_once() -> None:
    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        beside(lambda: time.sleep(60), lambda: (_ for _ in ()).throw(KeyboardInterrupt))
    assert time.monotonic() - started < 30
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def test_the_other_process_holds_nothing_open_and_prints_nothing(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    here = os.getpid()

    def opened() -> set[str]:
        assert os.getpid() != here
        os.write(1, b"to nobody")
        os.write(2, b"to nobody")
        return {str(link.readlink()) for link in Path("/proc/self/fd").iterdir() if link.is_symlink()}

    with (tmp_path / "held").open("w"):
        found = {name.partition(":")[0] for name in beside(opened, nothing) if not name.endswith("/fd")}
    assert found == {"/dev/null", "pipe"}
    assert capfd.readouterr() == ("", "")


FILE = """\
apiVersion: bakehouse.dev/v1
kind: Application
metadata: {name: shop}
spec:
  workloads: []
  shared:
    orders: {type: postgres, params: {version: 16}}
    cache: {type: redis, params: {note: "${resources.orders.host}"}}
"""


@pytest.fixture
def forked(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Every application counts as large; the list gets what was read by another process."""
    found: list[object] = []

    def watched(read: Callable[[], object], meanwhile: Callable[[], object]) -> object:
        found.append(beside(read, meanwhile))
        return found[-1]

    monkeypatch.setattr(ahead, "LARGE", 1)
    monkeypatch.setattr(ahead, "beside", watched)
    monkeypatch.setattr(ahead, "_can_fork", lambda: True)
    return found


def test_an_application_is_the_same_whoever_read_it(tmp_path: Path, forked: list[object]) -> None:
    (tmp_path / "bakehouse.yaml").write_text(FILE)
    there, here = read_application(tmp_path, NO_OVERRIDES), load_application(tmp_path)
    assert forked == [there]
    assert (there.name, there.sources, there.place) == (here.name, here.sources, here.place)
    assert list(there.shared) == list(here.shared)
    for one, other in zip(there.shared.values(), here.shared.values(), strict=True):
        assert (one.type, one.params) == (other.type, other.params)
        assert one.places is not None
        assert other.places is not None
        assert one.places.at("params") == other.places.at("params")


def test_what_is_wrong_with_an_application_is_told_as_ever(tmp_path: Path, forked: list[object]) -> None:
    (tmp_path / "bakehouse.yaml").write_text(FILE.replace("orders.host", "others.host"))
    with pytest.raises(InvalidInput) as here:
        load_application(tmp_path)
    with pytest.raises(InvalidInput) as there:
        read_application(tmp_path, NO_OVERRIDES)
    assert there.value.diagnostics == here.value.diagnostics
    assert [d.code for d in there.value.diagnostics] == ["unknown-resource"]
    assert not forked


def test_a_small_application_is_read_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ahead, "beside", lambda read, meanwhile: pytest.fail("forked"))
    (tmp_path / "bakehouse.yaml").write_text(FILE)
    assert read_application(tmp_path, NO_OVERRIDES).name == "shop"
