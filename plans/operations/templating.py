"""The verb *init --template*: an application, or a further workload of one, from files with questions."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Mapping
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from ...graph.diagnostics import Diagnostic, did_you_mean
from ...graph.errors import InvalidInput
from ...resolvers.application import MANIFEST
from ...resolvers.catalog import Catalog, Template, TemplateFile
from ...resolvers.catalog.answers import answer, expand
from ...resolvers.catalog.extras import Raw
from ...resolvers.catalog.kinds import Answer, Question
from ...resolvers.catalog.targets import forbidden
from ...resolvers.data import as_map
from ...resolvers.source import survey
from .editing import Edit
from .editing.edit import Project
from .editing.workloads import listed_with

Ask = Callable[[Question, str | None], str | None]
"""Puts a question, with what was wrong about the answer before; None where nobody answers."""

_PROGRAM = 0o755


class Filled(Struct, frozen=True):
    """A file as it is to be written; ``mode`` None is that of any new file."""

    content: bytes
    mode: int | None


def chosen(catalog: Catalog, name: str | None) -> Template:
    """The template called ``name``, or the only one of the catalog's own layer; raises InvalidInput."""
    own = tuple(catalog.layers[0].templates.values())
    known = {t.name: t for t in catalog.templates()}
    if name is None and len(own) == 1:
        return own[0]
    if name in known:
        return known[name]
    message = (
        f"there is no template '{name[:100]}'" if name else "which of the templates is meant is not said"
    )
    hint = did_you_mean(name or "", known if name else {t.name for t in own}, noun="templates")
    raise InvalidInput(Diagnostic("unknown-template", message, hint=hint, next="bakehouse init --template"))


def answers_to(template: Template, given: Mapping[str, str], ask: Ask) -> dict[str, Answer]:
    """An answer to each question: as given, as somebody says, or the default. Raises InvalidInput with all problems."""
    names = [q.name for q in template.questions]
    problems = [
        Diagnostic(
            "unknown-answer",
            f"template {template.name} asks nothing called '{name[:100]}'",
            hint=did_you_mean(name, names, noun="questions"),
        )
        for name in given
        if name not in names
    ]
    found: dict[str, Answer] = {}
    for question in template.questions:
        try:
            found[question.name] = _answer(question, given, ask if not problems else _nobody)
        except ValueError as error:
            problems.append(_bad_answer(template, question, str(error)))
    if problems:
        raise InvalidInput(problems)
    return found


def _answer(question: Question, given: Mapping[str, str], ask: Ask) -> Answer:
    if question.name in given:
        return answer(question, given[question.name])
    problem: str | None = None
    for _ in range(3):
        said = ask(question, problem)
        if not said:
            break
        try:
            return answer(question, said)
        except ValueError as error:
            problem = str(error)
    if problem is not None:
        raise ValueError(problem)
    if question.default is None:
        raise ValueError("it has no default, and was not answered")
    return question.default


def _nobody(question: Question, problem: str | None) -> str | None:
    return None


def _bad_answer(template: Template, question: Question, problem: str) -> Diagnostic:
    about = f" ({question.help})" if question.help else ""
    message = f"the answer to '{question.name}'{about} of template {template.name}: {problem}"
    return Diagnostic("bad-answer", message, hint=f"give it with --answer {question.name}=VALUE")


def filled(catalog: Catalog, template: Template, answers: Mapping[str, Answer]) -> dict[str, Filled]:
    """Every file of the template with its answers in it, by path; raises InvalidInput with all problems."""
    found: dict[str, Filled] = {}
    problems: list[Diagnostic] = []
    for file in template.files:
        try:
            base = expand(file.target, answers)
            for below, raw in _raw(catalog, template, file).items():
                path = posixpath.join(base, expand(below, answers)) if below else base
                reason = forbidden(path)
                if reason is None and path in found:
                    reason = f"two files of the template go to '{path[:200]}'"
                if reason is not None:
                    problems.append(Diagnostic("path-outside", reason, place=template.place))
                    continue
                mode = file.mode if file.mode is not None else _PROGRAM if raw.executable else None
                content = raw.content if file.no_expand else _expanded(raw.content, answers)
                found[path] = Filled(content, mode)
        except ValueError as error:
            problems.append(Diagnostic("unknown-answer", f"{file.target}: {error}", place=template.place))
        except InvalidInput as error:
            problems.extend(error.diagnostics)
    if problems:
        raise InvalidInput(problems)
    return found


def _raw(catalog: Catalog, template: Template, file: TemplateFile) -> Mapping[str, Raw]:
    if file.content is not None:
        return {"": Raw(file.content.encode())}
    files = catalog.files_of(template)
    if files.extras is None:
        message = f"the files beside template {template.name} cannot be read here"
        raise InvalidInput(Diagnostic("template-source", message, place=template.place))
    prefix = f"{files.shown}/" if files.shown not in ("", ".") else ""
    folder = posixpath.dirname(template.place.file.removeprefix(prefix))
    return files.extras.below(posixpath.normpath(posixpath.join(folder, file.source or "")))


def _expanded(content: bytes, answers: Mapping[str, Answer]) -> bytes:
    """A text with its answers; what is no text stays as it is."""
    try:
        return content if b"\0" in content else expand(content.decode(), answers).encode()
    except UnicodeDecodeError:
        return content


def begun(root: Path, files: Mapping[str, Filled], may_replace: Callable[[str], bool | None]) -> Edit:
    """The edit that writes a template's files below ``root``, and lists the Score files among them.

    A file that is there with another content is replaced where ``may_replace`` says so and kept where it says no; None is
    nobody to ask. Raises InvalidInput naming all of those.
    """
    project = Project(root)
    after: dict[str, bytes | None] = {}
    taken: list[str] = []
    for path, file in files.items():
        is_there = (root / path).exists() or (root / path).is_symlink()
        if is_there and project.folder.read(path) == file.content:
            continue
        wanted = may_replace(path) if is_there else True
        if wanted is None:
            taken.append(path)
        elif wanted:
            after[path] = file.content
    if taken:
        hint = "--overwrite replaces what is there; elsewhere another answer may give another path"
        raise InvalidInput(Diagnostic("file-exists", f"{path} is there already", hint=hint) for path in taken)
    if MANIFEST not in files:
        scores = [path for path, file in files.items() if _is_score(path, file.content)]
        after.update(listed_with(project, project.listing(may_be_new=True), *scores))
    modes = {path: files[path].mode for path in after if path in files}
    return replace(project.edit(after), modes={p: m for p, m in modes.items() if m is not None})


def _is_score(path: str, content: bytes) -> bool:
    if not path.endswith((".yaml", ".yml")):
        return False
    document, _ = survey(content, path)
    version = as_map(document.data if document is not None else None).get("apiVersion")
    return isinstance(version, str) and version.startswith("score.dev/")
