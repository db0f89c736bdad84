"""What the entries of `spec.moved` make of the recorded addresses: the pure part."""

from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from bakehouse.graph.address import Address
from bakehouse.graph.diagnostics import Place
from bakehouse.plans.moves import Entry, declared, followed


def one(source: str, target: str, line: int = 1) -> Entry:
    return Entry(source, target, place=Place("bakehouse.yaml", line))


def workload(source: str, target: str, line: int = 1) -> Entry:
    return Entry(source, target, True, Place("bakehouse.yaml", line))


def led(entries: list[Entry], *recorded: str) -> dict[str, str]:
    """New addresses by old ones; nothing may be refused."""
    moves, problems = declared(entries, [Address.parse(a) for a in recorded])
    assert problems == []
    return {str(m.source): str(m.target) for m in moves.values()}


def refused(entries: list[Entry], *recorded: str) -> list[str]:
    """The messages of what is refused."""
    return [d.message for d in declared(entries, [Address.parse(a) for a in recorded])[1]]


def test_an_entry_whose_source_is_not_recorded_does_nothing() -> None:
    assert led([one("postgres#a", "postgres#b"), workload("x", "y")], "postgres#b", "workload#z") == {}


def test_a_workload_takes_everything_along_that_carries_its_name() -> None:
    recorded = (
        "workload.gpu#web",
        "endpoint#web",
        "postgres#web.db",
        "dns#web.a.b",
        "dns#webs.a",
        "s3#shared.web",
    )
    assert led([workload("web", "front")], *recorded) == {
        "workload.gpu#web": "workload.gpu#front",
        "endpoint#web": "endpoint#front",
        "postgres#web.db": "postgres#front.db",
        "dns#web.a.b": "dns#front.a.b",
    }


def test_a_chain_is_followed_as_it_grew() -> None:
    entries = [one("s3#a", "s3#b"), one("s3#b", "s3#c")]
    assert led(entries, "s3#a") == {"s3#a": "s3#c"}
    assert led(entries, "s3#b") == {"s3#b": "s3#c"}


def test_a_name_that_was_vacated_may_be_taken_and_two_names_may_be_shifted() -> None:
    assert led([one("s3#b", "s3#c"), one("s3#a", "s3#b")], "s3#a", "s3#b") == {"s3#a": "s3#b", "s3#b": "s3#c"}
    shift = [workload("web", "front"), workload("api", "web")]
    assert led(shift, "workload#web", "workload#api") == {
        "workload#web": "workload#front",
        "workload#api": "workload#web",
    }


def test_two_workloads_swap_their_names_over_a_third() -> None:
    entries = [workload("a", "tmp"), workload("b", "a"), workload("tmp", "b")]
    assert led(entries, "workload#a", "workload#b", "s3#a.x") == {
        "workload#a": "workload#b", "workload#b": "workload#a", "s3#a.x": "s3#b.x",
    }  # fmt: skip


def test_an_address_and_its_workload_are_moved_together_in_any_order_and_by_either_name() -> None:
    for own in ("postgres#web.db", "postgres#front.db"):
        for entries in ([workload("web", "front"), one(own, "postgres#shared.x")],):
            assert led(entries, "postgres#web.db", "workload#web") == {
                "postgres#web.db": "postgres#shared.x", "workload#web": "workload#front",
            }  # fmt: skip
    first = [one("postgres#web.db", "postgres#shared.x"), workload("web", "front")]
    assert led(first, "postgres#web.db") == {"postgres#web.db": "postgres#shared.x"}


def test_an_occupied_address_is_refused_and_nothing_of_its_entry_is_moved() -> None:
    entries = [workload("web", "front", 7), one("s3#x", "s3#y")]
    moves, problems = declared(
        entries, [Address.parse(a) for a in ("workload#web", "endpoint#web", "endpoint#front", "s3#x")]
    )
    assert [str(m.target) for m in moves.values()] == ["s3#y"]
    (found,) = problems
    assert (found.code, found.place) == ("moved-onto-occupied", Place("bakehouse.yaml", 7))
    assert found.message.startswith(
        "workload web cannot be renamed: endpoint#web to endpoint#front cannot move"
    )
    assert found.hint is not None


def test_both_ends_recorded_and_two_with_one_target_are_refused() -> None:
    assert len(refused([one("s3#a", "s3#b")], "s3#a", "s3#b")) == 1
    assert len(refused([one("s3#a", "s3#c"), one("s3#b", "s3#c")], "s3#a", "s3#b")) == 1
    assert led([one("s3#a", "s3#c"), one("s3#b", "s3#c")], "s3#b") == {"s3#b": "s3#c"}


def test_images_follow_a_renamed_workload_unless_it_has_its_own_or_the_name_is_used() -> None:
    entries = [workload("web", "front"), one("s3#a", "s3#b"), workload("front", "site")]
    assert followed({"web/main": "i:1", "api/x": "i:2"}, entries, ["site", "api"]) == {
        "site/main": "i:1",
        "api/x": "i:2",
    }
    assert followed({"web/main": "i:1"}, entries, ["web"]) == {"web/main": "i:1"}
    assert followed({"web/main": "i:1", "site/main": "i:3"}, entries, ["site"]) == {"site/main": "i:3"}


NAMES = ["a", "b", "c", "d"]
addresses = st.builds(
    lambda kind, name, own: Address(kind, "default", f"{name}.{own}" if own else name),
    st.sampled_from(["s3", "dns"]), st.sampled_from(NAMES), st.sampled_from(["", "x"]),
)  # fmt: skip
pairs = st.tuples(addresses, addresses).filter(lambda p: p[0] != p[1])
entries_ = st.lists(
    st.one_of(
        st.builds(lambda p: one(str(p[0]), str(p[1])), pairs),
        st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES))
        .filter(lambda p: p[0] != p[1])
        .map(lambda p: workload(*p)),
    ),
    max_size=6,
)


def model(entries: list[Entry], recorded: frozenset[Address]) -> Mapping[Address, Address]:
    """The same told naively: every resource goes through the entries, one of which is skipped where it collides.

    Without the rule that an entry about one address finds it where its workload took it along.
    """
    now = {origin: origin for origin in recorded}
    for entry in entries:
        after = {origin: entry.leads(at) or at for origin, at in now.items()}
        if len(set(after.values())) == len(after):
            now = after
    return now


@given(entries_, st.frozensets(addresses, max_size=6))
def test_no_resource_is_lost_and_no_two_share_an_address(
    entries: list[Entry], recorded: frozenset[Address]
) -> None:
    moves, problems = declared(entries, recorded)
    now = {m.source: m.target for m in moves.values()}
    final = [now.get(a, a) for a in recorded]
    assert len(set(final)) == len(recorded)
    assert set(now) <= recorded
    assert all(d.code == "moved-onto-occupied" and d.place and d.hint for d in problems)


@given(
    entries_.filter(lambda e: not (any(x.of_workload for x in e) and any(not x.of_workload for x in e))),
    st.frozensets(addresses, max_size=6),
)
def test_entries_count_one_after_the_other(entries: list[Entry], recorded: frozenset[Address]) -> None:
    moves, _ = declared(entries, recorded)
    now = {m.source: m.target for m in moves.values()}
    assert {a: now.get(a, a) for a in recorded} == model(entries, recorded)
