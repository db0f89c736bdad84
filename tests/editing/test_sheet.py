"""An entry comes or goes, and every other byte of the file stays."""

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bakehouse.graph.errors import InvalidInput
from bakehouse.resolvers.editing import Sheet

SCORE = """\
# What the web service needs.
apiVersion: score.dev/v1b1
metadata:
  name: web     # said once

containers:
  main:
    image: .
    files:
      /etc/x:
        content: |
          key: value

          last

resources:
  # where orders lie
  db:
    type: postgres
    # deeper, so it is about db

  cache: {type: redis}   # fast
# the end
"""


def sheet(text: str) -> Sheet:
    return Sheet(text.encode(), "file.yaml")


def text(found: Sheet) -> str:
    return found.content.decode()


def test_an_entry_comes_behind_the_others_with_the_distance_that_they_keep() -> None:
    made = text(sheet(SCORE).with_entry(("resources", "dns"), {"type": "dns"}))
    assert made == SCORE.replace("# fast\n", "# fast\n\n  dns:\n    type: dns\n")


def test_a_map_that_is_missing_is_made() -> None:
    made = text(sheet(SCORE).with_entry(("service", "ports", "www"), {"port": 80}))
    assert made == SCORE.replace("# the end\n", "\nservice:\n  ports:\n    www:\n      port: 80\n# the end\n")


def test_an_entry_goes_with_the_comments_that_are_about_it() -> None:
    made = text(sheet(SCORE).without(("resources", "db")))
    assert made == SCORE.replace(
        "  # where orders lie\n  db:\n    type: postgres\n    # deeper, so it is about db\n\n", ""
    )


def test_the_last_entry_takes_its_map_along() -> None:
    found = sheet(SCORE).without(("resources", "db")).without(("resources", "cache"))
    assert text(found).endswith("          last\n\n# the end\n")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a: {}\n", "a:\n  k:\n    t: x\n"),
        ("a: {} # c\nb: 1", "a: # c\n  k:\n    t: x\nb: 1"),
        ("a:\n", "a:\n  k:\n    t: x\n"),
        ("{a: {x: 1}}", "{a: {x: 1, k: {t: x}}}"),
        ("a: {x: 1,}\n", "a: {x: 1, k: {t: x},}\n"),
        ("a: {\n  x: 1,  # c\n}\n", "a: {\n  x: 1, k: {t: x},  # c\n}\n"),
        ("a:\r\n  x: 1\r\nb: 3\r\n", "a:\r\n  x: 1\r\n  k:\r\n    t: x\r\nb: 3\r\n"),
        ("\ufeffa:\n    x: 1", "\ufeffa:\n    x: 1\n    k:\n        t: x\n"),
        ("b: 1\n", "b: 1\na:\n  k:\n    t: x\n"),
        ("a:\n  x: 1\n---\nsecond: document\n", "a:\n  x: 1\n  k:\n    t: x\n---\nsecond: document\n"),
        ('a:\n  "x": "ü\u2028y"\n', 'a:\n  "x": "ü\u2028y"\n  k:\n    t: x\n'),
        ("", "a:\n  k:\n    t: x\n"),
    ],
)
def test_the_manner_of_the_file_is_kept(before: str, after: str) -> None:
    assert text(sheet(before).with_entry(("a", "k"), {"t": "x"})) == after


@pytest.mark.parametrize(
    ("before", "path", "after"),
    [
        ("w: [a, b, c]\n", ("w", 0), "w: [b, c]\n"),
        ("w: [a, b, c]\n", ("w", 2), "w: [a, b]\n"),
        ("w:\n- a\n- b # c\n- c\n", ("w", 1), "w:\n- a\n- c\n"),
        ("m: {a: 1, b: 2}\n", ("m", "a"), "m: {b: 2}\n"),
        ("m: {\n  a: 1,  # one\n  b: 2,\n}\n", ("m", "a"), "m: {\n  b: 2,\n}\n"),
        ("x: 1\nw: [a]\n", ("w", 0), "x: 1\n"),
        ("x: 1\n\ny: 2\n\nz: 3\n", ("y",), "x: 1\n\nz: 3\n"),
    ],
)
def test_an_item_or_an_entry_goes_alone(before: str, path: tuple[str | int, ...], after: str) -> None:
    assert text(sheet(before).without(path)) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('w: ["a/*"]\n', 'w: ["a/*", "b"]\n'),
        ("w: [a]  # c\n", "w: [a, b]  # c\n"),
        ("w:\n- a\n", "w:\n- a\n- b\n"),
        ("w:\n    - a\n# c\n", "w:\n    - a\n    - b\n# c\n"),
        ("w: []\n", "w: [b]\n"),
        ("x: 1\n", "x: 1\nw: [b]\n"),
    ],
)
def test_an_item_comes_in_the_manner_of_the_others(before: str, after: str) -> None:
    assert text(sheet(before).with_item(("w",), "b")) == after


@pytest.mark.parametrize(
    "value",
    [
        "on",
        "no",
        "1",
        "0o7",
        "1e3",
        "null",
        "~",
        "2024-01-01",
        "a: b",
        "# c",
        "*x",
        "",
        " x",
        "'",
        '"',
        "a\nb",
    ],
)
def test_text_that_would_be_read_as_something_else_is_quoted(value: str) -> None:
    for before in ("a:\n  x: 1\n", "a: {x: 1}\n"):
        assert sheet(before).with_entry(("a", "k"), {"v": value}).data == {"a": {"x": 1, "k": {"v": value}}}


@pytest.mark.parametrize(
    ("before", "path"),
    [("x: &m {a: 1}\nb: *m\n", ("b", "k")), ("x: &m\n  a: 1\nb: *m\n", ("b", "k")), ("? [q]\n: 1\n", ("b",))],
)
def test_what_cannot_be_changed_alone_is_refused(before: str, path: tuple[str, ...]) -> None:
    with pytest.raises(InvalidInput) as error:
        sheet(before).with_entry(path, "v")
    assert error.value.diagnostics[0].code in ("not-editable", "yaml-key")


NAMES = st.text("abcdefg-", min_size=1, max_size=5).filter(lambda n: n.strip("-") == n)
SCALARS = st.one_of(st.text("ab:#{}[],&*!|>'\"%@` \n1", max_size=8), st.integers(-5, 99), st.booleans())
VALUES = st.recursive(
    SCALARS, lambda v: st.one_of(st.lists(v, max_size=3), st.dictionaries(NAMES, v, max_size=3)), max_leaves=8
)
MAPS = st.dictionaries(NAMES, st.dictionaries(NAMES, VALUES, max_size=4), min_size=1, max_size=4)


@given(MAPS, st.data(), st.sampled_from([None, False, True]), st.sampled_from([2, 4]))
def test_any_map_takes_an_entry_and_gives_it_back(
    data: dict[str, Any], draw: st.DataObject, flow: bool | None, indent: int
) -> None:
    """However it was dumped: in lines, in braces, or in both."""
    before = yaml.safe_dump(data, default_flow_style=flow, indent=indent, sort_keys=False, width=200)
    outer = draw.draw(st.sampled_from(sorted(data)))
    original = sheet(before)
    made = original.with_entry((outer, "zz"), {"type": "x"})
    assert made.data == {**data, outer: {**data[outer], "zz": {"type": "x"}}}
    if data[outer]:
        assert made.without((outer, "zz")).content == original.content


@given(MAPS, st.data(), st.sampled_from([None, False, True]))
def test_any_entry_goes_and_no_other_line_changes(
    data: dict[str, Any], draw: st.DataObject, flow: bool | None
) -> None:
    before = yaml.safe_dump(data, default_flow_style=flow, sort_keys=False, width=200)
    filled = [name for name in data if data[name]]
    if len(data) < 2 or not filled:
        return
    outer = draw.draw(st.sampled_from(filled))
    inner = draw.draw(st.sampled_from(sorted(data[outer])))
    made = sheet(before).without((outer, inner))
    if flow is False:
        lines = iter(before.splitlines())
        assert all(any(line == other for other in lines) for line in text(made).splitlines())
