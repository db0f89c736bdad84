"""Lines of text: nothing that came from outside can steer a terminal."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bakehouse.cli.views.screen import dumps
from bakehouse.cli.views.text import Span, clean, columns, count, pad, render, shorten, width

ANYTHING = st.text(st.characters(exclude_categories=()))
STEERING = {"Cc", "Cf", "Zl", "Zp"}


def test_control_and_bidirectional_characters_are_shown_as_escapes() -> None:
    assert clean("a\x1b[31mb\u202ec\nd\te\x9b") == "a\\x1b[31mb\\u202ec\\nd\\te\\x9b"


def test_ordinary_text_of_any_script_stays_as_it_is() -> None:
    assert clean("Bäckerei – パン屋 🍞") == "Bäckerei – パン屋 🍞"


@given(ANYTHING)
@pytest.mark.scenario(36)
def test_no_text_can_steer_a_terminal_or_begin_a_new_line(text: str) -> None:
    written = render([("x", Span(text, "red"), text)], colour=False)
    assert written.count("\n") == 1
    assert not any(
        ord(c) < 0x20 or 0x7F <= ord(c) < 0xA0 or c in "\u202e\u2066\u200b\ufeff" for c in written[:-1]
    )
    written.encode()


@given(ANYTHING)
def test_json_for_terminals_is_safe_and_means_the_same(text: str) -> None:
    written = dumps({"text": text})
    assert "\x1b" not in written
    assert "\u202e" not in written
    assert "\x9b" not in written
    written.encode()
    assert json.loads(written)["text"] == text


def test_styles_are_written_only_in_colour() -> None:
    assert render([(Span("a", "bold red"), "b")], colour=True) == "\x1b[1;31ma\x1b[0mb\n"
    assert render([(Span("a", "bold red"), "b")], colour=False) == "ab\n"


def test_columns_align_by_what_a_terminal_shows() -> None:
    assert columns([("名前", "x"), ("ab", "y"), ("e\u0301", "z")]) == ["名前  x", "ab    y", "e\u0301     z"]
    assert width("パン") == 4
    assert pad("ab", 4) == "ab  "


def test_numbers_agree_with_their_nouns() -> None:
    assert [count(n, "entry") for n in (0, 1, 2, 12_000)] == [
        "0 entries",
        "1 entry",
        "2 entries",
        "12,000 entries",
    ]


def test_long_text_is_cut_with_a_mark() -> None:
    assert shorten("abcdef", 4) == "abc…"
    assert shorten("abcd", 4) == "abcd"


def test_one_long_cell_moves_only_its_own_row() -> None:
    rows = [("ID", "REF", "BY"), ("1", "main", "me"), ("2", "a-very-long-ref", "you")]
    assert columns(rows, widest=6) == ["ID  REF   BY", "1   main  me", "2   a-very-long-ref  you"]
