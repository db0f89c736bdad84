"""From a template's name to files: which catalog it comes from, what is asked, what is written."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from .exits import Exit
from .questions import ask, ask_name, can_ask

if TYPE_CHECKING:
    from ..resolvers.catalog import Catalog, Question
    from .session import Session
    from .wiring import Wiring


class Wish(Struct, frozen=True):
    """Which template is wanted: a name in the catalog, or ``SOURCE[#NAME]`` with the catalog that lies there."""

    template: str
    answers: Mapping[str, str]
    overwrite: bool = False


def catalog_and_name(session: Session, wiring: Wiring, wanted: str) -> tuple[Catalog, str | None]:
    """The catalog that holds a template, and its name there; None where that is not said. Raises InvalidInput."""
    from ..resolvers.catalog import Sources, load_catalog
    from ..resolvers.git import is_git

    source, _, name = wanted.partition("#")
    if not is_git(source) and "/" not in source and not source.startswith("."):
        return wiring.any_catalog(), wanted
    found = Sources(wiring.mirrors).find(source, session.settings.directory, binding=False)
    return load_catalog(found, wiring.mirrors), name or None


def show_all(session: Session) -> Exit:
    """List the templates of the catalog that counts here."""
    from ..plans.reports.templates import templates
    from .views.document import view
    from .views.templates import TemplatesText

    view(session.screen, TemplatesText).show(templates(session.wiring.any_catalog()))
    return Exit.OK


def begin(session: Session, wiring: Wiring, wish: Wish) -> list[Path]:
    """Ask what is to be asked, check the application as it would be, write; the files that were written.

    Raises InvalidInput with all problems, and then nothing is written.
    """
    from ..plans.operations.editing import settle, write
    from ..plans.operations.templating import answers_to, begun, chosen, filled

    catalog, name = catalog_and_name(session, wiring, wish.template)
    template = chosen(catalog, name)

    def put(question: Question, problem: str | None) -> str | None:
        return ask_name(session, _put(question, problem)) if can_ask(session) else None

    def may_replace(path: str) -> bool | None:
        if wish.overwrite:
            return True
        return ask(session, f"{path} is there already. Overwrite it?") if can_ask(session) else None

    files = filled(catalog, template, answers_to(template, wish.answers, put))
    edit = begun(wiring.root, files, may_replace)
    settle(wiring.root, edit, wiring.catalog, wiring.drivers)
    write(wiring.root, edit)
    return [wiring.root / path for path in sorted(edit.after)]


def _put(question: Question, problem: str | None) -> str:
    from ..resolvers.catalog.answers import written

    kind = "yes or no" if question.type == "boolean" else ", ".join(question.values)
    parts = (
        f"{problem}. " if problem else "",
        question.help or question.name,
        f" ({kind})" if kind else "",
        f" [{written(question.default)}]" if question.default is not None else "",
    )
    return f"{''.join(parts)}:"
