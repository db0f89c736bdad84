"""Matching many resources against many definitions: the same answers as looking at all of them, without doing so."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bakehouse.graph.address import Address
from bakehouse.graph.diagnostics import Place
from bakehouse.resolvers import match
from bakehouse.resolvers.catalog import Catalog, Criterion, Layer, ResourceDefinition, Snapshot
from bakehouse.resolvers.match import Matcher, Rank, Subject, best
from bakehouse.resolvers.positions import Positions

HERE = ("shop", "blue", "development")


def definition(name: str, *criteria: Criterion, layer: str) -> ResourceDefinition:
    place = Place(f"{name}.yaml", 1, 1)
    return ResourceDefinition(
        name, layer, "postgres", "template", criteria, {}, place, Positions(place.file, 0)
    )


def matcher(*layers: list[tuple[Criterion, ...]]) -> Matcher:
    made = [
        Layer(
            f"layer{number}",
            definitions={
                f"d{n}": definition(f"d{n}", *c, layer=f"layer{number}") for n, c in enumerate(all_)
            },
        )
        for number, all_ in enumerate(layers)
    ]
    return Matcher(Catalog(tuple(made), Snapshot(())), *HERE)


def postgres(id_: str, class_: str = "default") -> Address:
    return Address("postgres", class_, id_)


def test_addresses_that_no_criterion_tells_apart_share_what_is_known_of_them() -> None:
    found = matcher([(Criterion(), Criterion(id="web.db")), (Criterion(class_="big"),)])
    assert found.rivals(postgres("a")) is found.rivals(postgres("b"))
    assert found.rivals(postgres("a")) is not found.rivals(postgres("web.db"))
    assert found.rivals(postgres("a", "odd")) is found.rivals(postgres("b", "strange"))
    assert found.rivals(postgres("a", "big")) is not found.rivals(postgres("a", "odd"))


@pytest.mark.parametrize("count", [20, 200])
def test_a_criterion_is_compared_once_however_many_resources_there_are(
    count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[Criterion] = []
    real = match.refusal

    def counted(criterion: Criterion, subject: Subject, **absent: Any) -> str | None:
        compared.append(criterion)
        return real(criterion, subject, **absent)

    monkeypatch.setattr(match, "refusal", counted)
    found = matcher(
        [
            (Criterion(class_="*"),),
            *((Criterion(id=f"own-{n}"), Criterion(class_=f"c{n}")) for n in range(count)),
        ]
    )
    for number in range(count):
        by_id, by_class = found.match(postgres(f"own-{number}")), found.match(postgres("x", f"c{number}"))
        assert by_id.winner is not None
        assert by_id.winner is by_class.winner
        assert by_id.winner.name == f"d{number + 1}"
        assert [c.definition for c in found.rivals(postgres(f"own-{number}"))] == [by_id.winner.name, "d0"]
    assert len(compared) == 2 * count + 1


criteria = st.builds(
    Criterion,
    id=st.sampled_from([None, "a", "b"]),
    environment=st.sampled_from([None, None, "blue", "green"]),
    application=st.sampled_from([None, None, "shop", "other"]),
    environment_type=st.sampled_from([None, "development", "production"]),
    class_=st.sampled_from([None, "*", "default", "big"]),
)
layers = st.lists(
    st.lists(st.lists(criteria, min_size=1, max_size=3).map(tuple), max_size=5), min_size=1, max_size=3
)


@given(layers, st.sampled_from(["a", "b", "c"]), st.sampled_from(["default", "big", "odd"]))
def test_what_is_found_is_what_looking_at_every_criterion_finds(
    made: list[list[tuple[Criterion, ...]]], id_: str, class_: str
) -> None:
    found, address = matcher(*made), postgres(id_, class_)
    assert {(c.layer, c.definition): c.rank for c in found.rivals(address)} == _all_that_hold(
        made, Subject(*HERE, class_, id_)
    )
    assert found.rivals(address) == tuple(c for c in found.trace(address) if c.criterion is not None)
    chosen = found.match(address)
    first = found.rivals(address)[:1]
    assert (chosen.winner is not None) == any(c.lost is None for c in first)
    assert sorted(d.name for d in chosen.equals) == [d.name for d in chosen.equals]


def _all_that_hold(
    made: list[list[tuple[Criterion, ...]]], subject: Subject
) -> dict[tuple[str, str], Rank | None]:
    return {
        (f"layer{number}", f"d{n}"): hit[1]
        for number, all_ in enumerate(made)
        for n, found in enumerate(all_)
        if (hit := best(found, subject, absent_class="default")) is not None
    }


def test_of_equal_criteria_the_first_is_the_one_that_is_named() -> None:
    twice = (Criterion(class_="default"), Criterion())
    found = matcher([twice]).rivals(postgres("a"))
    assert [dict(c.criterion or {}) for c in found] == [{"class": "default"}]
