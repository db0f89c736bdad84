"""Documents of drivers: names that lead nowhere else, and names made from any text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bakehouse.drivers.sdk import Document, PermanentFault, plain_name


@pytest.mark.parametrize(
    "name", ["inputs.yaml", "templates/Chart.yaml", ".terraform.lock.hcl", "main.tf.json", "a#b"]
)
def test_plain_relative_paths_are_names(name: str) -> None:
    assert Document(name, {}).name == name


@pytest.mark.parametrize(
    "name",
    [
        "",
        "/etc/passwd",
        "..",
        "../x",
        "a/../b",
        "a//b",
        "a/",
        "./a",
        "a b",
        "a\0b",
        "a\\b",
        "a\n",
        "~",
        "-o",
        "ü",
    ],
)
def test_other_names_are_refused(name: str) -> None:
    with pytest.raises(PermanentFault, match="no plain relative path"):
        Document(name, {})


@given(st.text(max_size=300))
def test_any_text_becomes_a_plain_name(text: str) -> None:
    name = plain_name(text)
    assert Document(f"{name}.yaml", {}).name == f"{name}.yaml"
    assert name == name.lower()
    assert len(name) <= 100


@given(st.text(max_size=20), st.text(max_size=20))
def test_different_texts_get_different_names(one: str, other: str) -> None:
    assert (plain_name(one) == plain_name(other)) == (one == other)
    assert plain_name(one) != plain_name(plain_name(f"{one}…")), "a made name is no other text's own"


def test_a_plain_text_is_its_own_name_and_others_can_be_recognised() -> None:
    assert plain_name("postgres.small#web.db") == "postgres.small#web.db"
    assert plain_name("Web").startswith("web-_")
    assert plain_name("../../etc").endswith(plain_name("../../etc")[-12:])
    assert plain_name("…").startswith("x-_")
