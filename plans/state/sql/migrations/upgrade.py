"""Brings a database's tables to the newest revision."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection


def upgrade(connection: Connection, target: str = "head") -> None:
    """Run the revisions up to ``target`` that the database lacks, oldest first, inside the caller's transaction."""
    from alembic.migration import MigrationContext
    from alembic.operations import Operations
    from alembic.script import ScriptDirectory

    scripts = ScriptDirectory(str(Path(__file__).parent))
    context = MigrationContext.configure(connection)
    current = context.get_current_revision()
    with Operations.context(context):
        for script in reversed(list(scripts.iterate_revisions(target, current or "base"))):
            script.module.upgrade()
            context.stamp(scripts, script.revision)
