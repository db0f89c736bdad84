"""From an edit to its result: check, write, show. Shared by the commands that change the application's files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from .exits import Exit

if TYPE_CHECKING:
    from ..plans.operations.editing import Edit
    from .session import Session

dry = click.option("--dry-run", is_flag=True, help="Show what would change, and write nothing.")
"""The option of all commands that edit."""


def carry_out(session: Session, edit: Edit, *, dry_run: bool) -> Exit:
    """Check the application as it would be, write it unless told not to, and show what that was."""
    from ..plans.operations.editing import settle, write
    from ..plans.reports.editing import edited
    from .views.document import view
    from .views.editing import EditText

    wiring = session.wiring
    settled = settle(wiring.root, edit, wiring.catalog, wiring.drivers)
    if not dry_run:
        write(wiring.root, edit)
    view(session.screen, EditText).show(edited(edit, settled, written=not dry_run))
    return Exit.OK


def pairs(context: click.Context, parameter: click.Parameter, given: tuple[str, ...]) -> dict[str, str]:
    """Several ``NAME=VALUE`` as a map; for use as a click callback."""
    return dict(pair(text, parameter.opts[0]) for text in given)


def pair(text: str, option: str) -> tuple[str, str]:
    """``NAME=VALUE`` taken apart; raises a usage error."""
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise click.BadParameter(f"'{text}' is not NAME=VALUE", param_hint=option)
    return name, value
