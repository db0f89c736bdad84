"""Templates, shown."""

from __future__ import annotations

from collections.abc import Iterator

from .document import Document, TextView
from .text import Line, Span
from .values import show


class TemplatesText(TextView):
    """Each template with what it asks."""

    def lines(self, document: Document) -> Iterator[Line]:
        """The templates, then how to use one."""
        for template in document["templates"]:
            yield (Span(template["name"], "bold"), f"  {template['description']}")
            for question in template["questions"]:
                yield f"  {question['name']}  {_question(question)}"
        if document["templates"]:
            yield ""
            yield "Use one with: bakehouse init --template NAME [--answer QUESTION=VALUE]..."
        else:
            yield "The catalog has no templates."


def _question(question: Document) -> str:
    kind = ", ".join(question.get("values", [])) or question["type"]
    default = f", {show(question['default'])} if not answered" if "default" in question else ""
    return f"{question.get('help', 'no description')} ({kind}{default})"
