"""``bakehouse catalog use``."""

from __future__ import annotations

import click

from ...exits import Exit
from ...groups import Verb
from ...session import Session, with_session


@click.command("use", cls=Verb)
@click.argument("source", required=False, metavar="[SOURCE[@REF]]")
@click.option("--environment-type", "type_", metavar="TYPE", help="Only for environments of this type.")
@click.option("--clear", is_flag=True, help="Take the setting away.")
@with_session
def command(session: Session, source: str | None, type_: str | None, clear: bool) -> Exit:
    """Set the catalog that binds the environments of this store.

    SOURCE is a folder or the address of a git repository with a tag, commit or branch; what a branch is now is
    recorded. Without --environment-type and -e it counts for everything; an environment's goes before its type's. With
    neither SOURCE nor --clear, what is set is shown.
    """
    from msgspec.structs import replace

    from ....plans.operations.catalogs import Subject, use_catalog
    from ....plans.reports.settings import catalog_settings
    from ...views.document import view
    from ...views.settings import CatalogSettingsText

    if type_ is not None and session.named_environment is not None:
        raise click.UsageError("name a type or an environment, not both")
    if clear and source is not None:
        raise click.UsageError("--clear takes no SOURCE")
    wiring = session.wiring
    bench = wiring.bench(create=clear or source is not None)
    reader = bench.store.reader()
    environment = wiring.environment(reader) if session.named_environment is not None else None
    subject = Subject(environment, type_)
    if clear:
        cleared = bench.store.clear_catalog(*subject.key)
        session.screen.tell("The setting is gone." if cleared else "There was no such setting.")
    elif source is not None:
        setting, _ = use_catalog(bench.store, source, session.settings.directory, subject, wiring.mirrors)
        bench.store.use_catalog(replace(setting, at=bench.now(), actor=bench.actor))
    document = catalog_settings(reader.catalog_settings(), reader.environments())
    view(session.screen, CatalogSettingsText).show(document)
    return Exit.OK
