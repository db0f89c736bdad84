"""The most specific definition wins; equals are an error; nearer layers come first."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bakehouse.graph.address import Address
from bakehouse.graph.diagnostics import Place
from bakehouse.resolvers.catalog import Catalog, Criterion, Layer, ResourceDefinition, Snapshot
from bakehouse.resolvers.match import Matcher, Subject, rank, refusal
from bakehouse.resolvers.positions import Positions

HERE = Subject("shop", "blue", "development", "default", "web.db")
ADDRESS = Address("postgres", "default", "web.db")


def definition(name: str, *criteria: Criterion, layer: str = "acme") -> ResourceDefinition:
    places = Positions(f"{name}.yaml", 0)
    return ResourceDefinition(
        name, layer, "postgres", "template", criteria, {}, Place(f"{name}.yaml", 1, 1), places
    )


def matcher(*layers: list[ResourceDefinition]) -> Matcher:
    made = tuple(Layer(f"layer{i}", definitions={d.name: d for d in found}) for i, found in enumerate(layers))
    return Matcher(Catalog(made, Snapshot(())), HERE.application, HERE.environment, HERE.environment_type)


def winner(*definitions: ResourceDefinition, address: Address = ADDRESS) -> str | None:
    found = matcher(list(definitions)).match(address).winner
    return found.name if found else None


def test_nothing_matches_nothing() -> None:
    assert winner() is None
    assert winner(definition("one", Criterion(application="other"))) is None


def test_an_absent_class_means_default_and_a_star_every_class() -> None:
    absent, star = definition("absent", Criterion()), definition("star", Criterion(class_="*"))
    big = Address("postgres", "big", "web.db")
    assert winner(absent, address=big) is None
    assert winner(star, address=big) == "star"
    assert winner(absent, star) == "absent", "an absent class counts as one that is named"


def test_the_rank_is_compared_from_the_left() -> None:
    by = {
        "id": Criterion(id="web.db", class_="*"),
        "environment": Criterion(environment="blue", application="shop", class_="*"),
        "lone": Criterion(environment="blue", class_="*"),
        "application": Criterion(application="shop", environment_type="development", class_="default"),
        "type": Criterion(environment_type="development"),
        "class": Criterion(class_="default"),
        "any": Criterion(class_="*"),
    }
    names = list(by)
    for number, name in enumerate(names):
        assert winner(*(definition(n, by[n]) for n in names[number:])) == name


def test_two_criteria_of_one_definition_are_never_ambiguous() -> None:
    assert winner(definition("one", Criterion(), Criterion(class_="default"))) == "one"


def test_two_equal_definitions_are_ambiguous_whatever_their_criteria_name() -> None:
    found = matcher([definition("one", Criterion()), definition("two", Criterion(class_="default"))]).match(
        ADDRESS
    )
    assert found.winner is None
    assert [d.name for d in found.equals] == ["one", "two"]


def test_the_nearest_layer_that_matches_wins_over_more_specific_ones_behind_it() -> None:
    near, far = definition("near", Criterion(class_="*")), definition("far", Criterion(id="web.db"))
    found = matcher([definition("no", Criterion(id="other"))], [near], [far]).match(ADDRESS)
    assert found.winner is near
    assert found.hides == (far,)


some = st.one_of(st.none(), st.sampled_from(["mine", "other"]))
VALUES = {"id": "web.db", "environment": "blue", "application": "shop", "environment_type": "development"}


@st.composite
def criteria(draw: st.DrawFn) -> Criterion:
    fields: dict[str, Any] = {
        name: None if chosen is None else (own if chosen == "mine" else "other")
        for name, own in VALUES.items()
        for chosen in [draw(some)]
    }
    return Criterion(**fields, class_=draw(st.sampled_from([None, "*", "default", "big"])))


definitions = st.lists(st.lists(criteria(), min_size=1, max_size=3), max_size=6).map(
    lambda all_: [definition(f"d{n}", *found) for n, found in enumerate(all_)]
)


def best_rank(found: ResourceDefinition) -> tuple[int, ...] | None:
    ranks = [rank(c, absent_class=1) for c in found.match if refusal(c, HERE, absent_class="default") is None]
    return max(ranks) if ranks else None


@given(definitions)
def test_the_winner_has_the_highest_rank_and_has_it_alone(found: list[ResourceDefinition]) -> None:
    match = matcher(found).match(ADDRESS)
    ranks = {d.name: r for d in found if (r := best_rank(d)) is not None}
    top = [n for n, r in ranks.items() if r == max(ranks.values())]
    if match.winner is not None:
        assert [match.winner.name] == top
    else:
        assert len(top) != 1
        assert sorted(d.name for d in match.equals) == sorted(top)


@given(definitions, st.randoms())
def test_the_order_of_definitions_does_not_matter(found: list[ResourceDefinition], random: Any) -> None:
    mixed = list(found)
    random.shuffle(mixed)
    assert matcher(found).match(ADDRESS) == matcher(mixed).match(ADDRESS)
    assert matcher(found).trace(ADDRESS) == matcher(mixed).trace(ADDRESS)


@given(definitions)
def test_a_definition_that_does_not_match_changes_nothing(found: list[ResourceDefinition]) -> None:
    more = [*found, definition("zz", Criterion(application="none of this"))]
    assert matcher(found).match(ADDRESS) == matcher(more).match(ADDRESS)


@given(definitions, definitions)
def test_a_farther_layer_is_asked_only_where_no_nearer_one_matches(
    near: list[ResourceDefinition], far: list[ResourceDefinition]
) -> None:
    alone, both = matcher(near).match(ADDRESS), matcher(near, far).match(ADDRESS)
    if alone.winner or alone.equals:
        assert (both.winner, both.equals) == (alone.winner, alone.equals)
    else:
        expected = matcher(far).match(ADDRESS)
        assert (both.winner, both.equals) == (expected.winner, expected.equals)


@given(definitions)
def test_every_candidate_but_the_winner_says_why_it_lost(found: list[ResourceDefinition]) -> None:
    known = matcher(found)
    trace, match = known.trace(ADDRESS), known.match(ADDRESS)
    assert {c.definition for c in trace} == {d.name for d in found}
    assert [c.definition for c in trace if c.lost is None] == ([match.winner.name] if match.winner else [])
