"""Questions to the person at the terminal. Where there is none, the answer is no."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from .views.text import Span, clean

if TYPE_CHECKING:
    from .session import Session


def can_ask(session: Session) -> bool:
    """Whether somebody is there to answer: a terminal, and neither ``--no-input`` nor ``--json``."""
    settings = session.settings
    return not settings.no_input and not settings.json and sys.stdin is not None and sys.stdin.isatty()


def ask(session: Session, question: str) -> bool:
    """Whether the person says yes."""
    return ask_name(session, f"{question} [y/N]").lower() in ("y", "yes")


def ask_name(session: Session, question: str) -> str:
    """What the person types; empty where nobody can be asked."""
    if not can_ask(session):
        return ""
    session.screen.complain([(Span(clean(question), "bold"),)])
    return sys.stdin.readline().strip()


def ask_secret(session: Session, question: str) -> str:
    """A secret: typed unseen at a terminal, else the whole of standard input without its last line feed."""
    if can_ask(session):
        import getpass

        return getpass.getpass(f"{clean(question)} ", stream=session.screen.err)
    return sys.stdin.read().removesuffix("\n")
