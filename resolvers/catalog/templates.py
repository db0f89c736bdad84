"""From a document of kind Template to the template, with all its problems at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ...graph.diagnostics import Findings, did_you_mean
from ..placeholders import BadPlaceholder
from ..positions import Path
from ..report import told
from ..shape import Misfit
from ..source import Document
from .answers import asked, misfit
from .cautions import bad_pattern, escaping_path
from .kinds import Question, Template, TemplateFile
from .targets import forbidden

_FORMS = ("content", "source")


def template(document: Document, layer: str, findings: Findings, depth: int) -> Template:
    """The template that a document declares, whose shape was checked; problems go to ``findings``.

    ``depth`` says how many folders below the catalog's own the document lies.
    """
    spec: Mapping[str, Any] = document.data["spec"]
    questions = tuple(_question(found) for found in spec.get("questions", ()))
    files = tuple(_file(target, found) for target, found in spec["files"].items())
    problems = (
        *_of_questions(questions),
        *(m for f in files for m in _of_file(f, spec["files"][f.target], questions, depth)),
    )
    findings.extend(told(problem, document, ("spec",)) for problem in problems)
    return Template(
        name=document.data["metadata"]["name"],
        layer=layer,
        description=spec.get("description", ""),
        questions=questions,
        files=files,
        place=document.at(),
    )


def _question(found: Mapping[str, Any]) -> Question:
    return Question(
        name=found["name"],
        type=found.get("type", "string"),
        help=found.get("help", ""),
        default=found.get("default"),
        pattern=found.get("pattern"),
        hint=found.get("hint"),
        values=tuple(found.get("values", ())),
        minimum=found.get("minimum"),
        maximum=found.get("maximum"),
    )


def _file(target: str, found: Mapping[str, Any]) -> TemplateFile:
    mode = found.get("mode")
    return TemplateFile(
        target,
        found.get("content"),
        found.get("source"),
        int(mode, 8) if mode is not None else None,
        found.get("noExpand", False),
    )


def _of_questions(questions: tuple[Question, ...]) -> Iterator[Misfit]:
    seen: set[str] = set()
    for index, question in enumerate(questions):
        path: Path = ("questions", index)
        if question.name in seen:
            yield Misfit((*path, "name"), "duplicate-name", f"'{question.name}' is asked twice")
        seen.add(question.name)
        if question.type == "enum" and not question.values:
            yield Misfit(path, "missing-key", "'values' is required for an enum", "list the possible answers")
        unreadable = list(bad_pattern(question.pattern, (*path, "pattern"))) if question.pattern else []
        yield from unreadable
        if question.default is not None and not unreadable:
            problem = misfit(question, question.default)
            if problem is not None:
                yield Misfit((*path, "default"), "bad-value", f"the default is no answer: {problem}")


def _of_file(
    file: TemplateFile, written: Mapping[str, Any], questions: tuple[Question, ...], depth: int
) -> Iterator[Misfit]:
    path: Path = ("files", file.target)
    given = [form for form in _FORMS if form in written]
    if len(given) != 1:
        what = "has content and source" if given else "says nothing about its content"
        yield Misfit(path, "file-content", what, f"write exactly one of {', '.join(_FORMS)}")
    problem = forbidden(file.target)
    if problem is not None:
        yield Misfit(path, "path-outside", problem, "write a path below the application's folder", key=True)
    if file.source is not None:
        yield from escaping_path(file.source, (*path, "source"), depth)
    names = [q.name for q in questions]
    yield from _unasked(file.target, path, names, is_key=True)
    if file.content is not None and not file.no_expand:
        yield from _unasked(file.content, (*path, "content"), names)


def _unasked(text: str, path: Path, names: list[str], *, is_key: bool = False) -> Iterator[Misfit]:
    """Placeholders for answers to questions that the template does not ask."""
    for found in asked(text):
        if isinstance(found, BadPlaceholder):
            yield Misfit(path, "bad-placeholder", found.reason, key=is_key)
        elif len(found.path) != 2 or found.path[1] not in names:
            hint = did_you_mean(found.path[1] if len(found.path) > 1 else "", names, noun="questions")
            message = f"'{found.raw[:100]}' is the answer to no question"
            yield Misfit(path, "unknown-answer", message, hint, key=is_key)
