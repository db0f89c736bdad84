"""YAML with positions: what is read, what is refused, and how fast."""

import json
import os
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bakehouse.graph.diagnostics import Diagnostic, Place
from bakehouse.graph.errors import InvalidInput
from bakehouse.resolvers.scalars import Date
from bakehouse.resolvers.source import Document, parse, parse_all, read_bytes, survey


def read(text: str | bytes) -> Document:
    return parse(text if isinstance(text, bytes) else text.encode(), "f.yaml")


def codes(content: str | bytes) -> list[str]:
    with pytest.raises(InvalidInput) as problem:
        read(content)
    return [d.code for d in problem.value.diagnostics]


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("no", "no"), ("on", "on"), ("y", "y"), ("Yes", "Yes"), ("22:22:22", "22:22:22"), ("1_000", "1_000"),
        ("true", True), ("False", False), ("~", None), ("null", None), ("", None), ("12", 12), ("-3", -3),
        ("0644", 644), ("0o14", 12), ("0x1F", 31), ("1.5", 1.5), (".5", 0.5), ("1e3", 1000.0), ("80.0", 80.0),
        ('"12"', "12"), ("'true'", "true"), ("!!str 12", "12"), ("! 12", "12"), ("!!float 1", 1.0),
        ("0b1", "0b1"), ("+", "+"), (".", "."), ("1e", "1e"), ("=", "="), ("18446744073709551615", 2**64 - 1),
    ],
)  # fmt: skip
def test_words_mean_what_yaml_1_2_says(word: str, value: object) -> None:
    found = read(f"a: {word}\n").data["a"]
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize("word", ["2024-01-01", "2024-01-01T10:00:00Z", "2001-12-14 21:59:43.10 -5"])
def test_an_unquoted_date_is_text_that_can_be_told_from_other_text(word: str) -> None:
    assert isinstance(read(f"a: {word}").data["a"], Date)
    assert type(read(f"a: '{word}'").data["a"]) is str


def test_every_value_and_key_has_its_place() -> None:
    document = read("a:\n  - b: 1\n    c: [x, y]\nd: 'q'\n")
    assert document.at() == Place("f.yaml", 1, 1)
    assert document.at("a", 0, "c", 1) == Place("f.yaml", 2 + 1, 12)
    assert document.key("a", 0, "c") == Place("f.yaml", 3, 5)
    assert document.below("a", 0).at("b") == Place("f.yaml", 2, 8)
    assert document.below("a").key(0, "b") == Place("f.yaml", 2, 5)


def test_a_path_that_does_not_exist_has_the_place_of_its_nearest_ancestor() -> None:
    document = read("a:\n  b: 1\n")
    assert document.at("a", "nope", 3) == document.at("a") == Place("f.yaml", 2, 3)
    assert document.below("a", "nope").at("x") == document.at("a")
    assert document.at("a", "b", "deeper") == document.at("a", "b")


def test_aliases_and_merges_are_followed_and_keep_the_place_where_things_are_written() -> None:
    document = read("base: &b {x: 1, y: 2}\nz:\n  <<: *b\n  y: 3\nw: {<<: [{q: 1}, *b]}\n")
    assert document.data["z"] == {"x": 1, "y": 3}
    assert document.data["w"] == {"q": 1, "x": 1, "y": 2}
    assert document.at("z", "x") == Place("f.yaml", 1, 14)
    assert document.key("z", "y") == Place("f.yaml", 4, 3)


def test_only_the_first_document_is_read_and_that_is_said() -> None:
    document = read("a: 1\n---\nb: [\n")
    assert document.data == {"a": 1}
    assert [(d.code, d.is_error, d.place) for d in document.remarks] == [
        ("yaml-more-documents", False, Place("f.yaml", 2, 1))
    ]


def test_all_documents_are_read_where_several_are_meant() -> None:
    documents = parse_all(b"---\na: 1\n---\n# nothing\n---\nb: 2\n", "p.yaml")
    assert [d.data for d in documents] == [{"a": 1}, {"b": 2}]
    assert documents[1].at("b") == Place("p.yaml", 6, 4)


def test_an_empty_file_is_a_document_that_holds_nothing() -> None:
    assert read("").data is None
    assert read("# only a comment\n").at("x") == Place("f.yaml", 1, 1)
    assert parse_all(b"", "p.yaml") == ()


def test_a_byte_order_mark_is_skipped() -> None:
    assert read(b"\xef\xbb\xbfa: 1").data == {"a": 1}


def test_all_problems_that_allow_reading_on_are_told_at_once() -> None:
    text = (
        "a: 1\na: 2\n80: 1\ntrue: 1\nb: !foo 3\nc: .nan\nd: 1e999\ne: 99999999999999999999999\nf: !!int x\n"
    )
    assert codes(text) == [
        "yaml-duplicate-key", "yaml-key", "yaml-key", "yaml-tag", "yaml-number", "yaml-number", "yaml-number",
        "yaml-number",
    ]  # fmt: skip


def test_a_duplicate_key_names_both_lines_and_its_pointer() -> None:
    with pytest.raises(InvalidInput) as problem:
        read("m:\n  x: 1\n  y: 2\n  x: 3\n")
    (found,) = problem.value.diagnostics
    assert (found.place, found.pointer) == (Place("f.yaml", 4, 3), "/m/x")
    assert found.hint == "the first one stands in line 2"


def test_what_could_be_read_is_handed_out_beside_the_problems() -> None:
    document, findings = survey(b"a: 1\na: 2\n", "f.yaml")
    assert document is not None
    assert document.data == {"a": 2}
    assert [d.code for d in findings] == ["yaml-duplicate-key"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("a: [1\n", "yaml-syntax"),
        ("a: b: c\n", "yaml-syntax"),
        ("\ta: 1\n", "yaml-syntax"),
        ("a: @x\n", "yaml-syntax"),
        ("a: 'x\n", "yaml-syntax"),
        ("- a\nb: 1\n", "yaml-syntax"),
        ("a: 1\n}\n", "yaml-syntax"),
        ("%YAML 3.0\n---\na: 1\n", "yaml-syntax"),
        ("? {a: 1}\n: 2\n", "yaml-key"),
        ("[a]: 2\n", "yaml-key"),
        ("null: 2\n", "yaml-key"),
        ("2024-01-01: 2\n", "yaml-key"),
        ("a: &x [1]\n*x : 2\n", "yaml-key"),
        ("a: !!python/object/apply:os.system ['true']\n", "yaml-tag"),
        ("a: !!binary aGk=\n", "yaml-tag"),
        ("a: !!map [1]\n", "yaml-tag"),
        ("a: {<<: 3}\n", "yaml-merge"),
        ("a: {<<: [3]}\n", "yaml-merge"),
        ("a: *b\n", "yaml-alias"),
        ("a: &a [*a]\n", "yaml-alias"),
        ('a: "\\0"\n', "yaml-character"),
        ("a: \x07\n", "yaml-character"),
        (b"a: \xff\n", "file-encoding"),
        ("a: 1\n".encode("utf-16"), "file-binary"),
        (b"\x7fELF\0\0", "file-binary"),
        (b"a" * (10 * 1024 * 1024 + 1), "file-too-large"),
    ],
)
def test_what_cannot_be_used_is_refused(content: str | bytes, code: str) -> None:
    assert codes(content) == [code]


BOMB = "a: &a [x,x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{b}: &{b} [{','.join(['*' + a] * 10)}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
)
HOSTILE = {
    "brackets": "[" * 50_000,
    "braces": "{" * 50_000,
    "nested maps": "{a: " * 50_000,
    "dashes": "- " * 50_000,
    "question marks": "? " * 50_000,
    "indented maps": "".join(" " * i + "a:\n" for i in range(500)),
    "alias bomb": BOMB,
    "alias tower": "a0: &a0 [x]\n" + "".join(f"a{i + 1}: &a{i + 1} [*a{i}]\n" for i in range(500)),
    "merge bomb": "a: &a {" + ",".join(f"k{i}: 1" for i in range(1000)) + "}\n" + "".join(
        f"m{i}: {{<<: *a}}\n" for i in range(1000)
    ),
    "aliases without anchors": "- *a\n" * 50_000,
    "quotes": "'" * 5_000_001,
    "colons": "a:" * 500_000,
    "tags": "!" * 500_000,
    "anchors": "&a " * 500_000,
    "long number": "a: " + "9" * 1_000_000,
    "open flow": "[" + "a " * 5_000_000,
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_are_refused_quickly(name: str) -> None:
    started = time.process_time()
    assert codes(HOSTILE[name])
    assert time.process_time() - started < 2


@pytest.mark.slow
def test_a_file_of_ten_megabytes_of_numbers_ends_at_the_limit() -> None:
    started = time.process_time()
    assert codes(b"[" + b"1," * 5_000_000 + b"]") == ["yaml-size"]
    assert time.process_time() - started < 10


def test_ten_thousand_resources_are_read_with_their_places() -> None:
    entry = "  r{0}:\n    type: postgres\n    class: default\n    params:\n      a: {0}\n      b: text\n"
    content = ("resources:\n" + "".join(entry.format(i) for i in range(10_000))).encode()
    document = read(content)
    assert len(document.data["resources"]) == 10_000
    assert document.at("resources", "r9999", "params", "b").line == 60_001


def test_files_are_told_apart_from_what_is_none(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "large").write_bytes(b"x" * 11)
    (tmp_path / "fine").write_bytes(b"x" * 10)
    assert read_bytes(tmp_path / "fine", "fine", limit=10) == b"x" * 10
    for name, code in {
        "folder": "file-not-regular",
        "pipe": "file-not-regular",
        "large": "file-too-large",
        "missing": "file-missing",
        "fine/below": "file-missing",
        "nul\0": "file-unreadable",
        "x" * 300: "file-unreadable",
    }.items():
        with pytest.raises(InvalidInput) as problem:
            read_bytes(tmp_path / name, name, limit=10)
        assert [d.code for d in problem.value.diagnostics] == [code], name


@pytest.mark.parametrize(
    "text",
    [
        "a: [1, {b: no, c: 2024-01-01}]\nd: |\n  x\n  y\ne: &x {f: ~}\ng: {<<: *x}\n---\nh: 1\n",
        "a: 1\na: 2\n",
        "",
        "[" * 500,
    ],
)
def test_files_are_read_alike_without_the_c_parser(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def outcome() -> tuple[object, list[Diagnostic]]:
        document, findings = survey(text.encode(), "f.yaml")
        spots = [document.at("a", 1, "c"), document.key("g"), document.at("g", "f")] if document else []
        return (document.data if document else None, spots), list(findings)

    fast = outcome()
    monkeypatch.delattr("yaml.CSafeLoader")
    assert outcome() == fast


words = st.text("ab01-:.~ntfY'\"<&*!|>#%@`{}[],\n \t$\\é\u2028", max_size=40)


@given(words)
def test_any_text_is_read_or_refused_with_places(text: str) -> None:
    document, findings = survey(text.encode(), "f.yaml")
    assert document is not None or findings.errors
    assert all(d.place is not None and d.message for d in findings)


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    document, findings = survey(content, "f.yaml")
    assert document is not None or findings.errors


json_like = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn"], exclude_characters="\ufeff\ufffe\uffff"), max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abc./~", max_size=3), inner, max_size=4),
    max_leaves=20,
)  # fmt: skip


@given(json_like)
def test_json_is_read_as_the_same_data_and_every_value_has_a_place(data: object) -> None:
    document = read(json.dumps(data, ensure_ascii=False, indent=1))
    assert document.data == data

    def visit(value: object, *path: str | int) -> None:
        assert document.at(*path).line > 0
        if isinstance(value, dict):
            for key, item in value.items():
                assert document.key(*path, key).line <= document.at(*path, key).line
                visit(item, *path, key)
        elif isinstance(value, list):
            for index, item in enumerate(value):
                visit(item, *path, index)

    visit(data)
