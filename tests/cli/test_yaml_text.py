"""Data as YAML: every reader gives it back, and nothing in it steers a terminal."""

from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from bakehouse.cli.views.text import clean
from bakehouse.cli.views.yaml_text import yaml_text
from bakehouse.resolvers.source import parse

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)
odd = st.sampled_from(
    ["", "no", "On", "~", "null", "1e3", "0o17", "0x1f", "1_000", "22:22:22", "2026-01-01", "0444", "-", ".5", "=", "<<",
     "a: b", "# c", "- d", "&a", "*a", "!t", "%d", "@e", "`f", "{g", "[h", "' i", '" j', "k\n", "\nk", "  k\nl", "k \nl",
     "k\n\n", "\tk\nl", "k\r\nl", "\u202ek", "\u200bk\nl", "\x1b[31mk", "\ufeffk", "\x85k", "\u2028k", "k:", "? k", "|", ">"]
)  # fmt: skip
scalars = st.one_of(st.none(), st.booleans(), st.integers(-(10**15), 10**15), texts, odd)
data = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.one_of(texts, odd), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(st.dictionaries(texts, data, max_size=4))
@example({"a": {"$secret": {"store": "env", "ref": "\u202eX"}, "version": None}})
@example({"k" * 300: "v" * 5000})
def test_yaml_of_both_versions_gives_the_data_back(found: dict[str, Any]) -> None:
    text = yaml_text(found)
    assert yaml.safe_load(text) == found
    assert parse(text.encode(), "f.yaml").data == found
    assert [line for line in text.split("\n") if clean(line) != line] == []


def test_long_text_is_a_block_and_a_reference_one_line() -> None:
    reference = {"$secret": {"store": "env", "ref": "KEY"}, "version": "1"}
    assert yaml_text(
        {"content": "one\ntwo\n", "key": reference, "empty": {}, "mode": "0444", "list": ["a"]}
    ) == (
        "content: |\n  one\n  two\nkey: {$secret: {store: env, ref: KEY}, version: '1'}\nempty: {}\n"
        "mode: '0444'\nlist:\n- a\n"
    )


def test_what_stands_twice_is_written_twice() -> None:
    shared = ["x"]
    assert yaml_text({"a": shared, "b": shared}) == "a:\n- x\nb:\n- x\n"


@pytest.mark.parametrize("text", ["\u202egnp.exe", "\U000e0041", "\x9b31m"])
def test_characters_that_hide_something_are_escaped(text: str) -> None:
    written = yaml_text({text: text})
    assert written.isascii()
    assert yaml.safe_load(written) == {text: text}
