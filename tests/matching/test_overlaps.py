"""What can be said of matching without any resource: equal criteria, and ones that are never reached."""

from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from bakehouse.graph.address import Address
from bakehouse.graph.diagnostics import Severity
from bakehouse.resolvers.match import Matcher
from bakehouse.resolvers.overlaps import overlaps
from compiling import LOCAL, catalog, definition


def found(*layers: str) -> list[tuple[str, str, str]]:
    return [(d.code, str(d.place), d.message) for d in overlaps(catalog(*layers))]


def test_two_definitions_with_an_equal_criterion_name_both_files() -> None:
    texts = definition("config", "one", match="[{}]") + definition(
        "config", "two", match="[{class: default}]"
    )
    (told,) = found(LOCAL + texts)
    assert told == (
        "ambiguous-definition",
        "layer0/all.yaml:17:11",
        "definitions match equally well: one (layer0/all.yaml:5:1) and two (layer0/all.yaml:12:1) "
        "both match class default",
    )


def test_a_criterion_that_a_nearer_layer_covers_can_never_match() -> None:
    own = LOCAL + definition("config", "own", match='[{environmentType: local, class: "*"}]')
    pack = definition(
        "config", "far", match="[{environmentType: local, application: shop}, {environmentType: x}]"
    )
    (told,) = found(own, pack)
    assert told == (
        "definition-never-matches",
        "layer1/all.yaml:7:11",
        "'far' can never match here: own (layer0/all.yaml:10:11) of the nearer layer 'layer0' takes everything "
        "that this is for",
    )
    assert next(overlaps(catalog(own, pack))).severity is Severity.WARNING


def test_equals_that_are_never_reached_are_told_once_and_not_as_ambiguous() -> None:
    far = definition("config", "one", match="[{class: a}]") + definition(
        "config", "two", match="[{class: a}]"
    )
    own = LOCAL + definition("config", "own")
    assert [code for code, _, _ in found(own, far)] == ["definition-never-matches"] * 2


def test_the_built_in_pack_is_there_to_be_overruled() -> None:
    own = LOCAL.replace("local", "x") + definition("config", "own")
    assert list(overlaps(catalog(own, pack=True))) == []


criteria = st.fixed_dictionaries(
    {},
    optional={
        "environmentType": st.sampled_from(["local", "other"]),
        "application": st.sampled_from(["shop", "other"]),
        "class": st.sampled_from(["default", "big", "*"]),
    },
)
layers = st.lists(st.lists(criteria, min_size=1, max_size=2), min_size=1, max_size=3)


def flow(criterion: dict[str, str]) -> str:
    return "[{" + ", ".join(f'{k}: "{v}"' for k, v in criterion.items()) + "}]"


@settings(max_examples=100)
@given(layers)
def test_what_is_called_unreachable_wins_nowhere(drawn: list[list[dict[str, str]]]) -> None:
    """Against every subject that the criteria can tell apart."""
    texts = [
        "".join(definition("config", f"d{n}-{m}", match=flow(c)) for m, c in enumerate(layer))
        for n, layer in enumerate(drawn)
    ]
    known = catalog(LOCAL + texts[0], *texts[1:])
    never = {d.message.split("'")[1] for d in overlaps(known) if d.code == "definition-never-matches"}
    for type_, app, class_ in product(
        ("local", "other", "third"), ("shop", "other", "third"), ("default", "big", "odd")
    ):
        winner = Matcher(known, app, "e", type_).match(Address("config", class_, "x")).winner
        assert winner is None or winner.name not in never
