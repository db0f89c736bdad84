"""How problems are told, as literal text."""

import io
import json
from pathlib import Path

from bakehouse.cli.failures import diagnostics_of, exit_of
from bakehouse.cli.sources import SourceLines
from bakehouse.cli.views.problems import ProblemsJson, ProblemsText
from bakehouse.cli.views.screen import Screen
from bakehouse.graph.diagnostics import Diagnostic, Place, Severity
from bakehouse.graph.errors import BakehouseError, InvalidInput


def told(folder: Path, *found: Diagnostic, verbosity: int = 0) -> str:
    screen = Screen(io.StringIO(), io.StringIO(), "never", verbosity)
    ProblemsText(screen, SourceLines((folder,))).show(found)
    assert isinstance(screen.err, io.StringIO)
    assert isinstance(screen.out, io.StringIO)
    assert screen.out.getvalue() == ""
    return screen.err.getvalue()


def test_a_problem_shows_code_place_line_caret_hint_and_next_command(tmp_path: Path) -> None:
    (tmp_path / "score.yaml").write_text("metadata:\n  name: web\ncontaners: {}\n", encoding="utf-8")
    found = Diagnostic(
        "unknown-key",
        "'contaners' is no key of a workload",
        place=Place("score.yaml", 3, 1),
        pointer="/contaners",
        hint="did you mean 'containers'?",
        next="bakehouse schema Score",
    )
    assert told(tmp_path, found) == (
        "error: 'contaners' is no key of a workload [unknown-key]\n"
        "  at score.yaml:3:1 /contaners\n"
        "    3 | contaners: {}\n"
        "      | ^\n"
        "  hint: did you mean 'containers'?\n"
        "  next: bakehouse schema Score\n"
        "  more: bakehouse help unknown-key\n"
    )


def test_the_code_stands_below_a_message_of_several_lines_too(tmp_path: Path) -> None:
    found = Diagnostic("bad", "it said:\none\ntwo", hint="look there")
    assert told(tmp_path, found) == "error: it said:\n    one\n    two [bad]\n  hint: look there\n"


def test_the_code_stands_above_details_that_a_message_lists(tmp_path: Path) -> None:
    found = Diagnostic("bad", "these do not fit:\n  one\n  two")
    assert told(tmp_path, found) == "error: these do not fit: [bad]\n      one\n      two\n"


def test_all_problems_are_shown_errors_first_and_counted(tmp_path: Path) -> None:
    found = (
        Diagnostic("late", "look here", Severity.WARNING),
        Diagnostic("bad", "first", address="postgres#web.db"),
        Diagnostic("worse", "second", place=Place("gone.yaml", 4)),
    )
    assert told(tmp_path, *found) == (
        "error: first [bad]\n"
        "  resource postgres#web.db\n"
        "error: second [worse]\n"
        "  at gone.yaml:4\n"
        "warning: look here [late]\n"
        "2 errors, 1 warning\n"
    )


def test_the_page_about_a_code_is_named_once_and_where_there_is_one(tmp_path: Path) -> None:
    key, cycle = Diagnostic("unknown-key", "a"), Diagnostic("cycle", "b")
    remark = Diagnostic("param-not-read", "c", Severity.WARNING)
    assert told(tmp_path, key).splitlines()[-1] == "  more: bakehouse help unknown-key"
    assert told(tmp_path, key, key).splitlines()[-1] == "2 errors; more: bakehouse help unknown-key"
    assert (
        told(tmp_path, key, cycle, remark).splitlines()[-1]
        == "2 errors, 1 warning; more: bakehouse help CODE"
    )
    silent = [(remark,), (Diagnostic("of-a-plug-in", "d"),), (Diagnostic("usage", "e"),)]
    assert not any("bakehouse help" in told(tmp_path, *found) for found in silent)
    assert "bakehouse help" not in told(tmp_path, key, verbosity=-1)


def test_the_caret_stands_below_what_a_terminal_shows(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("パン\t: \x1b[31m x\n", encoding="utf-8")
    text = told(tmp_path, Diagnostic("bad", "here", place=Place("a.yaml", 1, 4)))
    assert text == ("error: here [bad]\n  at a.yaml:1:4\n    1 | パン\\t: \\x1b[31m x\n      |       ^\n")


def test_a_very_long_line_is_shown_around_its_place(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("x" * 5000 + "!" + "y" * 5000, encoding="utf-8")
    lines = told(tmp_path, Diagnostic("bad", "here", place=Place("a.yaml", 1, 5001))).split("\n")
    assert len(lines[2]) < 140
    assert lines[2][lines[3].index("^")] == "!"


def test_names_cannot_break_out_of_a_message(tmp_path: Path) -> None:
    text = told(
        tmp_path, Diagnostic("bad", "no file \x1b]0;owned\x07\u202e\nerror: fake", place=Place("\x1b[2J", 1))
    )
    assert text == "error: no file \\x1b]0;owned\\x07\\u202e\n    error: fake [bad]\n  at \\x1b[2J:1\n"


def test_json_problems_are_one_line_on_standard_error() -> None:
    screen = Screen(io.StringIO(), io.StringIO(), json=True)
    ProblemsJson(screen).show([Diagnostic("bad", "first", hint="fix it")])
    assert isinstance(screen.err, io.StringIO)
    document = json.loads(screen.err.getvalue())
    assert document["kind"] == "diagnostics"
    assert [(d["code"], d["hint"]) for d in document["diagnostics"]] == [("bad", "fix it")]


def test_an_unexpected_failure_is_one_line_with_the_way_to_more() -> None:
    (found,) = diagnostics_of(RuntimeError("boom\nand more"))
    assert found.code == "internal-error"
    assert found.message == "something unexpected happened: RuntimeError: boom"
    assert "--debug" in (found.hint or "")


def test_exit_codes_follow_the_kind_of_failure() -> None:
    codes = {
        "stale-plan": 4,
        "lease-held": 5,
        "confirmation-missing": 6,
        "approval-missing": 6,
        "unknown-key": 1,
    }
    assert {c: int(exit_of(BakehouseError(Diagnostic(c, "")))) for c in codes} == codes
    assert exit_of(InvalidInput(())) == 1
    assert exit_of(RuntimeError()) == 1
