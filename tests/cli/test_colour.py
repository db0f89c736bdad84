"""When colours are written."""

import io

import pytest

from bakehouse.cli.views.screen import Screen


class Terminal(io.StringIO):
    """A stream that says that it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _a_plain_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")


@pytest.mark.parametrize(("color", "terminal", "no_color", "coloured"), [
    ("auto", True, "", True),
    ("auto", False, "", False),
    ("auto", True, "1", False),
    ("always", False, "1", True),
    ("never", True, "", False),
])  # fmt: skip
def test_the_flag_wins_over_no_color_and_that_over_the_terminal(
    color: str, terminal: bool, no_color: str, coloured: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", no_color)
    out = Terminal() if terminal else io.StringIO()
    assert Screen(out, io.StringIO(), color).coloured(out) is coloured


def test_a_dumb_terminal_gets_neither_colours_nor_moving_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    screen = Screen(Terminal(), Terminal())
    assert not screen.coloured(screen.out)
    assert not screen.live
