"""Reserved ports, and the endpoint that hands them out."""

import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from bakehouse.drivers.builtin.endpoint import Endpoint
from bakehouse.drivers.builtin.local.ports import FIRST, LAST, PortReservations, is_free, user_runtime
from bakehouse.drivers.conformance import Bench
from bakehouse.drivers.sdk import Conflict
from bakehouse.graph.address import Address
from bakehouse.graph.values import Unknown
from local_target import free_port, make_workspace

pytestmark = pytest.mark.usefixtures("isolated_home")


def test_the_wanted_port_is_given_and_kept_and_given_back(tmp_path: Path) -> None:
    ports = PortReservations(make_workspace(tmp_path), "token.1")
    wanted = free_port()
    assert ports.reserve("www", wanted) == wanted
    assert ports.reserve("www", wanted) == wanted
    assert ports.holds(wanted)
    ports.release()
    assert not ports.holds(wanted)
    assert not user_runtime().exists()


def test_a_port_in_use_or_reserved_gives_way_to_one_of_the_range(tmp_path: Path) -> None:
    one, two = make_workspace(tmp_path / "a"), make_workspace(tmp_path / "b")
    wanted = free_port()
    assert PortReservations(one, "a.1").reserve("www", wanted) == wanted
    assert FIRST <= PortReservations(two, "b.1").reserve("www", wanted) <= LAST
    with socket.create_server(("127.0.0.1", 0)) as server:
        taken = server.getsockname()[1]
        assert not is_free(taken)
        assert FIRST <= PortReservations(two, "c.1").reserve("www", taken) <= LAST
        assert PortReservations(two, "d.1").reserve("www", taken, above=True) > taken


def test_a_reservation_of_a_store_that_is_gone_does_not_count(tmp_path: Path) -> None:
    gone, here = make_workspace(tmp_path / "a"), make_workspace(tmp_path / "b")
    wanted = free_port()
    PortReservations(gone, "a.1").reserve("www", wanted)
    (tmp_path / "a" / ".bakehouse" / "state.db").unlink()
    assert PortReservations(here, "b.1").reserve("www", wanted) == wanted


def test_a_port_given_before_comes_back_after_the_runtime_folder_was_lost(tmp_path: Path) -> None:
    ports = PortReservations(make_workspace(tmp_path), "a.1")
    wanted, prior = free_port(), free_port()
    assert ports.reserve("www", wanted, prior=prior) == prior
    other = PortReservations(make_workspace(tmp_path / "b"), "b.1")
    with pytest.raises(Conflict, match="is reserved by"):
        other.reserve("www", wanted, prior=prior)


def test_many_at_once_get_different_ports(tmp_path: Path) -> None:
    workspace, wanted, given = make_workspace(tmp_path), free_port(), list[int]()
    threads = [
        threading.Thread(
            target=lambda n=n: given.append(PortReservations(workspace, f"t.{n}").reserve("www", wanted))
        )
        for n in range(12)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(given)) == 12
    assert wanted in given


def test_another_user_is_not_given_a_port_that_nobody_listens_at_yet(
    tmp_path: Path,
) -> None:
    wanted = free_port()
    ours = PortReservations(make_workspace(tmp_path / "a"), "a.1")
    assert ours.reserve("www", wanted) == wanted
    code = f"from bakehouse.drivers.builtin.local.claims import claim; print(claim({wanted}))"
    command = [sys.executable, "-c", code]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "False\n"
    ours.release()
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "True\n"
    assert ours.reserve("www", wanted) == wanted


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with Bench(Endpoint(), tmp_path) as bench:
        yield bench


def test_ports_are_known_by_name_and_by_number(bench: Bench) -> None:
    www, admin = free_port(), free_port()
    ports = {
        "www": {"port": www},
        "80": {"port": 81, "targetPort": admin},
        "same": {"port": 443, "targetPort": www},
    }
    given = bench.create({"ports": ports}).outputs["ports"]
    assert given == {
        "www": www, "80": admin, "same": www, str(www): www, "81": admin, "443": www, str(admin): admin,
    }  # fmt: skip


def test_an_update_keeps_what_stays_and_plans_what_comes(bench: Bench) -> None:
    www, old, new = free_port(), free_port(), free_port()
    held = bench.create({"ports": {"www": {"port": www}, "old": {"port": old}}})
    changed = {"ports": {"www": {"port": www}, "new": {"port": new}}}
    proposal = bench.plan(changed, held)
    assert proposal is not None
    source = Address.parse(bench.context().address)
    assert proposal.outputs["ports"]["www"] == www
    assert proposal.outputs["ports"]["new"] == Unknown(source, ("ports", "new"), "integer")
    with socket.create_server(("127.0.0.1", www)):
        held = bench.update(held, changed)
    assert held.outputs["ports"] == {"www": www, str(www): www, "new": new, str(new): new}
    assert PortReservations(bench.workspace, "other.1").reserve("x", old) == old, "given back"
    assert bench.status(held).running


def test_equal_ports_are_no_change(bench: Bench) -> None:
    inputs = {"target": "process", "ports": {"www": {"port": free_port()}}}
    proposal = bench.plan(inputs, bench.create(inputs))
    assert proposal is not None
    assert proposal.action == "no-op"
