"""Answers to a template's questions: read from text, checked, and put into texts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from ..placeholders import BadPlaceholder, Placeholder, tokens
from .kinds import Answer, Question

ROOT = "answers"
_LONGEST = 1000
_ASKED = re.compile(r"(?<!\$)\$\{answers\b[^}]*\}")
_INTEGER = re.compile(r"-?[0-9]{1,18}\Z", re.ASCII)
_BOOLEANS = {"true": True, "yes": True, "y": True, "false": False, "no": False, "n": False}


def answer(question: Question, text: str) -> Answer:
    """The answer that a text gives; raises ValueError with what is wrong about it."""
    if question.type == "boolean":
        if text.lower() not in _BOOLEANS:
            raise ValueError("expected yes or no")
        return _BOOLEANS[text.lower()]
    if question.type == "integer" and not _INTEGER.match(text):
        raise ValueError("expected a whole number")
    value = int(text) if question.type == "integer" else text
    problem = misfit(question, value)
    if problem is not None:
        raise ValueError(problem)
    return value


def misfit(question: Question, value: Answer) -> str | None:
    """Why a value is no answer to a question; None where it is one."""
    kind = "boolean" if isinstance(value, bool) else "integer" if isinstance(value, int) else "string"
    wanted = "string" if question.type == "enum" else question.type
    if kind != wanted:
        return f"is no {wanted}"
    if isinstance(value, str):
        return _text_misfit(question, value)
    if not isinstance(value, bool):
        if question.minimum is not None and value < question.minimum:
            return f"{value} is too small, the least is {question.minimum}"
        if question.maximum is not None and value > question.maximum:
            return f"{value} is too large, the most is {question.maximum}"
    return None


def _text_misfit(question: Question, value: str) -> str | None:
    if question.type == "enum":
        return None if value in question.values else f"expected one of {', '.join(question.values)}"
    if len(value) > _LONGEST or not value.isprintable():
        return f"expected one line of at most {_LONGEST} characters"
    if question.pattern is not None and not re.search(question.pattern, value, re.ASCII):
        return (
            f"expected {question.hint}"
            if question.hint
            else f"'{value[:100]}' does not match {question.pattern}"
        )
    return None


def expand(text: str, answers: Mapping[str, Answer]) -> str:
    """The text with every ``${answers.NAME}`` replaced; everything else, other placeholders too, stays as it is.

    What is inserted is not looked at again. Raises ValueError for a name that is no answer.
    """
    made: list[str] = []
    at = 0
    for found in asked(text):
        if isinstance(found, BadPlaceholder):
            raise ValueError(found.reason)
        name = found.path[1] if len(found.path) == 2 else ""
        if name not in answers:
            raise ValueError(f"'{found.raw}' is no answer")
        made += (text[at : found.offset], written(answers[name]))
        at = found.offset + len(found.raw)
    return "".join((*made, text[at:]))


def asked(text: str) -> Iterator[Placeholder | BadPlaceholder]:
    """The placeholders of a text that ask for answers, wherever they stand: also inside braces of other languages."""
    for found in _ASKED.finditer(text):
        for part in tokens(found[0]):
            if isinstance(part, BadPlaceholder):
                yield BadPlaceholder(part.reason, part.raw, found.start())
            elif isinstance(part, Placeholder) and part.path[0] == ROOT:
                yield Placeholder(part.path, part.raw, found.start())


def written(value: Answer) -> str:
    """An answer as text: ``true`` and ``false`` in small letters, numbers as digits."""
    return str(value).lower() if isinstance(value, bool) else str(value)
