"""What `help` answers, as a document: the index, the page of a code, or the help of a command."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from ..graph.diagnostics import Diagnostic, nearest
from ..graph.errors import InvalidInput
from .pages import page_of, topics

_BRACKETS = "[]`'\":,."


def explained(words: Sequence[str], root: click.Context) -> dict[str, Any]:
    """The document about what was asked; raises InvalidInput naming the nearest code or command.

    A command of several words may be given as one, as it stands in quotation marks.
    """
    words = [part for word in words for part in word.split()]
    if not words:
        return _index()
    found = _command_help(words, root)
    if found is not None:
        return {"format": 1, "kind": "command-help", "command": " ".join(words), "text": found}
    code = words[0].strip(_BRACKETS).lower() if len(words) == 1 else ""
    page = page_of(code)
    if page is None:
        raise InvalidInput(_unknown(words, root))
    topic = next((t.title for t in topics() if code in t.codes), None)
    return {"format": 1, "kind": "error-help", "code": code, "topic": topic, "sections": page.sections}


def _index() -> dict[str, Any]:
    found = [{"title": t.title, "about": t.about, "codes": t.codes} for t in topics()]
    return {"format": 1, "kind": "error-index", "topics": found}


def _command_help(words: Sequence[str], root: click.Context) -> str | None:
    """The help of the command that all words together name."""
    found, rest = _walked(words, root)
    return None if rest else found.get_help()


def _walked(words: Sequence[str], root: click.Context) -> tuple[click.Context, Sequence[str]]:
    """As far as the words name a command, and the words that are left."""
    context = root
    for number, word in enumerate(words):
        command = context.command
        below = command.get_command(context, word) if isinstance(command, click.Group) else None
        if below is None:
            return context, words[number:]
        context = click.Context(below, context, word)
    return context, ()


def _unknown(words: Sequence[str], root: click.Context) -> Diagnostic:
    context, rest = _walked(words, root)
    command = context.command
    known = command.list_commands(context) if isinstance(command, click.Group) else []
    if context is root:
        known += [code for topic in topics() for code in topic.codes]
    close = nearest(rest[0].strip(_BRACKETS), known)
    path = " ".join([*words[: len(words) - len(rest)], *([close] if close else [])])
    return Diagnostic(
        "unknown-help",
        f"there is neither an error code nor a command '{' '.join(words)[:100]}'",
        hint=f"did you mean '{path}'?" if close else None,
        next=f"bakehouse help {path}".rstrip(),
    )
