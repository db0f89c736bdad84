"""What `--target` and `--exclude` leave of a plan: nothing that would take away what others stand on."""

import pytest
from msgspec.structs import replace

from bakehouse.graph.address import Address
from bakehouse.graph.dag import Dag
from bakehouse.plans.selection import Selection
from bakehouse.plans.state.conformance.samples import resource
from bakehouse.plans.state.records import RecordedEdge, ResourceRecord

WANTED = {"web": ["db"], "worker": ["db", "queue"], "db": ["server"], "server": [], "queue": [], "alone": []}
RECORDED = {
    "web": ["db", "old"],
    "db": ["server"],
    "server": [],
    "old": ["older"],
    "older": ["server"],
    "stray": [],
}


def a(name: str) -> Address:
    return Address.parse(f"thing#{name}")


def record(name: str, targets: list[str]) -> ResourceRecord:
    edges = tuple(RecordedEdge(a(t)) for t in targets)
    return replace(resource("6ba7b810-9dad-11d1-80b4-00c04fd430c8"), address=a(name), edges=edges)


SELECTION = Selection(
    Dag({a(name): [a(t) for t in targets] for name, targets in WANTED.items()}),
    {a(name): record(name, targets) for name, targets in RECORDED.items()},
)
ALL = {*WANTED, *RECORDED}


def limited(targets: str = "", excludes: str = "") -> set[str]:
    found = SELECTION.limited([a(n) for n in targets.split()], [a(n) for n in excludes.split()])
    return {address.id for address in found}


@pytest.mark.parametrize(
    ("targets", "chosen"),
    [
        ("web", "web db server"),
        ("queue alone", "queue alone"),
        ("stray", "stray"),
        ("old", "old web db server"),  # web must let go of it first
        ("older", "older old web db server"),
    ],
)
def test_a_target_comes_with_all_that_it_needs(targets: str, chosen: str) -> None:
    assert limited(targets) == set(chosen.split())


@pytest.mark.parametrize(
    ("excludes", "left_out"),
    [
        ("queue", "queue worker"),
        ("server", "server db web worker old older"),
        ("web", "web old older"),  # it goes on using what would be removed
        ("old", "old older"),
        ("older", "older"),
        ("stray", "stray"),
    ],
)
def test_what_is_excluded_keeps_what_it_stands_on_and_those_that_stand_on_it_wait(
    excludes: str, left_out: str
) -> None:
    assert ALL - limited(excludes=excludes) == set(left_out.split())


def test_both_together_leave_what_is_targeted_and_not_excluded() -> None:
    assert limited("worker web", "queue") == {"web", "db", "server"}
