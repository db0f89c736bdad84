"""The plan as one page of HTML that needs nothing else: no script, no font, no other file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape

from ...plans.plan import Plan
from ...plans.report import report
from .planned import Document, Section, besides, cannot, counts, overridden, restarts, sections
from .screen import Screen
from .text import Line, Span, clean

_STYLE = """
:root { color-scheme: light dark; --red: #b3261e; --green: #19703a; --yellow: #8a5a00; --cyan: #0b6478; --dim: #66707a;
  --line: #d5dade; --ground: #f6f8f9; }
@media (prefers-color-scheme: dark) { :root { --red: #ff8a80; --green: #7ddc9a; --yellow: #ffcf6b; --cyan: #79d7ee;
  --dim: #98a2ab; --line: #343b42; --ground: #1b2026; } }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; margin: 0; } h1 small { color: var(--dim); font-weight: normal; }
h2, summary { font-size: 1.1rem; font-weight: 600; margin: 1.6rem 0 .4rem; } summary { cursor: pointer; }
pre { background: var(--ground); border: 1px solid var(--line); border-radius: 6px; padding: .8rem; overflow-x: auto;
  font: 13px/1.5 ui-monospace, monospace; margin: 0; }
section.dangerous pre { border-left: 4px solid var(--red); }
p.refused { border: 1px solid var(--red); border-radius: 6px; padding: .6rem .8rem; color: var(--red); font-weight: 600; }
footer { color: var(--dim); font-size: .85rem; margin-top: 2rem; border-top: 1px solid var(--line); padding-top: .6rem;
  overflow-wrap: anywhere; }
.bold { font-weight: 600; } .dim { color: var(--dim); } .red { color: var(--red); } .green { color: var(--green); }
.yellow { color: var(--yellow); } .cyan { color: var(--cyan); }
"""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


class PlanHtml:
    """A plan as a page, on standard output."""

    def __init__(self, screen: Screen, since: Plan | None = None) -> None:
        self._screen = screen
        self._since = since

    def show(self, plan: Plan) -> None:
        """Write the page."""
        self._screen.text(page(report(plan, self._since)))


def page(document: Document) -> str:
    """The page, whole: every change with all of its properties."""
    environment = document["environment"]
    where = f"{document['application']} in {environment['name']}"
    return "\n".join(
        (
            "<!DOCTYPE html>",
            f'<html lang="en"><head><meta charset="utf-8"><title>Plan: {_text(where)}</title>',
            f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<style>{_STYLE}</style></head><body>",
            *_head(document),
            *(_section(section) for section in sections(document, verbose=True)),
            f"<footer>{_footer(document)}</footer>",
            "</body></html>\n",
        )
    )


def _head(document: Document) -> Iterator[str]:
    environment = document["environment"]
    kind = (
        "" if environment["type"] == environment["name"] else f" <small>{_text(environment['type'])}</small>"
    )
    yield f"<h1>{_text(document['application'])} in {_text(environment['name'])}{kind}</h1>"
    if document["empty"] and not document["summary"].get("moved"):
        yield f"<p>{'Nothing is destroyed.' if document['destroy'] else 'Nothing to do.'}</p>"
    else:
        yield f"<p>{_pieces(counts(document['summary']))}.</p>"
    names = restarts(document)
    said = (*overridden(document), *([("Restarts:", names)] if names else []))
    yield from (f"<p>{_text(words)} {_text(', '.join(those))}.</p>" for words, those in said)
    if cannot(document):
        yield f'<p class="refused">{cannot(document)}</p>'


def _section(section: Section) -> str:
    body = f"<pre>{chr(10).join(map(_line, section.lines))}</pre>"
    if not section.safe:
        return f'<section class="dangerous"><h2>{section.title}</h2>{body}</section>'
    return f"<details open><summary>{section.title}</summary>{body}</details>"


def _line(line: Line) -> str:
    return _pieces((line,) if isinstance(line, str) else line)


def _pieces(pieces: Iterable[str | Span]) -> str:
    return "".join(_text(p) if isinstance(p, str) else _span(p) for p in pieces)


def _span(span: Span) -> str:
    return f'<span class="{span.style}">{_text(span.text)}</span>' if span.style else _text(span.text)


def _text(text: str) -> str:
    """Text that is nothing but text, with what makes it look like something else as escapes."""
    return escape(clean(text))


def _footer(document: Document) -> str:
    origin = document["origin"]
    facts = [f"Digest {document['digest']}"]
    facts += [f"commit {origin['commit']}"] if origin["commit"] else []
    facts += [f"planned {origin['created']} by {origin['actor']}", *besides(document)]
    return " · ".join(map(_text, facts))
