"""The grammar of placeholders."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bakehouse.resolvers.placeholders import (
    BadPlaceholder,
    Placeholder,
    call,
    escape,
    placeholders,
    scan,
    tokens,
    write,
)

steps = st.text(
    st.characters(exclude_characters="${}'()\\", exclude_categories=["Z", "C"]), min_size=1, max_size=8
)
paths = st.lists(steps, min_size=1, max_size=5).map(tuple)


@pytest.mark.parametrize(
    "text",
    ["plain", "$", "a $ b", "$VAR", "${", "a ${metadata.name", "$(x)", "100%", "}", "{x}", "$ {x}", "$}"],
)
def test_what_is_no_placeholder_stays_as_it_is(text: str) -> None:
    assert scan(text) == (text,)


@pytest.mark.parametrize(
    ("text", "literal"),
    [("$$", "$"), ("$${x}", "${x}"), ("$$$", "$$"), ("$$$$", "$$"), ("$$VAR", "$VAR"), ("${ $$", "${ $"),
     ("a$$b$$c", "a$b$c"), ("$$$${x}", "$${x}")],
)  # fmt: skip
def test_two_dollars_are_one(text: str, literal: str) -> None:
    assert scan(text) == (literal,)


def test_empty_text_has_no_parts() -> None:
    assert scan("") == ()


def test_text_around_placeholders_is_kept_with_their_offsets() -> None:
    assert scan("http://${resources.dns.host}:$$${metadata.name}/") == (
        "http://",
        Placeholder(("resources", "dns", "host"), "${resources.dns.host}", 7),
        ":$",
        Placeholder(("metadata", "name"), "${metadata.name}", 31),
        "/",
    )


def test_three_dollars_and_a_brace_are_a_dollar_and_a_placeholder() -> None:
    assert scan("$$${a}") == ("$", Placeholder(("a",), "${a}", 2))


def test_an_escaped_dot_stays_inside_its_step() -> None:
    (found,) = placeholders(r"${metadata.annotations.x\.y/z}")
    assert found.path == ("metadata", "annotations", "x.y/z")


def test_a_call_keeps_its_dots_and_can_be_taken_apart() -> None:
    (found,) = placeholders("${select.dependencies('postgres.default#web.x').consumers('@').outputs.host}")
    assert found.path == (
        "select", "dependencies('postgres.default#web.x')", "consumers('@')", "outputs", "host",
    )  # fmt: skip
    assert call(found.path[1]) == ("dependencies", "postgres.default#web.x")
    assert call(found.path[4]) is None


@pytest.mark.parametrize(
    ("text", "offset"),
    [("${}", 0), ("a ${ metadata.name }", 2), ("${metadata.name }", 0), ("${a\n}", 0), ("${a..b}", 0),
     ("${.a}", 0), ("${a.}", 0), ("${.}", 0), ("x${a${b}}", 1)],
)  # fmt: skip
def test_what_cannot_be_read_says_where_it_stands(text: str, offset: int) -> None:
    with pytest.raises(BadPlaceholder) as problem:
        scan(text)
    assert problem.value.offset == offset
    assert problem.value.reason


def test_all_unreadable_placeholders_of_a_text_can_be_told() -> None:
    assert [type(part) for part in tokens("${} x ${a} ${ b }")] == [
        BadPlaceholder, str, Placeholder, str, BadPlaceholder,
    ]  # fmt: skip


@given(st.text())
def test_escaped_text_is_read_back(text: str) -> None:
    assert "".join(str(part) for part in scan(escape(text))) == text


@given(paths)
def test_written_paths_are_read_back(path: tuple[str, ...]) -> None:
    (found,) = scan(write(path))
    assert isinstance(found, Placeholder)
    assert found.path == path


@given(st.lists(st.one_of(st.text(), paths), max_size=6))
def test_text_and_placeholders_in_any_mixture_are_read_back(parts: list[str | tuple[str, ...]]) -> None:
    written = "".join(escape(p) if isinstance(p, str) else write(p) for p in parts)
    read = scan(written)
    assert [p.path for p in read if isinstance(p, Placeholder)] == [p for p in parts if isinstance(p, tuple)]
    assert "".join(p for p in read if isinstance(p, str)) == "".join(p for p in parts if isinstance(p, str))
    assert all(written[p.offset :].startswith(p.raw) for p in read if isinstance(p, Placeholder))


@given(st.text(alphabet="${}\\. ab'()#\n"))
def test_any_text_is_read_or_refused(text: str) -> None:
    for part in tokens(text):
        assert isinstance(part, str | Placeholder | BadPlaceholder)


@pytest.mark.parametrize("text", ["${" * 500_000, "$" * 1_000_000, "${a" * 300_000 + "}", "${a}" * 100_000])
def test_long_texts_cost_time_in_proportion(text: str) -> None:
    started = time.process_time()
    list(tokens(text))
    assert time.process_time() - started < 3
