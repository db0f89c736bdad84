"""The catalogs that a store sets, shown."""

from __future__ import annotations

from collections.abc import Iterator

from .document import Document, TextView
from .text import Line, columns


class CatalogSettingsText(TextView):
    """One line a setting, and what counts without one."""

    def lines(self, document: Document) -> Iterator[Line]:
        """The settings as a table; a sentence where there are none."""
        if not document["settings"]:
            yield "No catalog is set; spec.platform of the application counts, else bakehouse/local."
            return
        rows = [("FOR", "CATALOG", "REVISION", "SET BY")]
        yield from columns([*rows, *(_row(s) for s in document["settings"])])


def _row(setting: Document) -> tuple[str, ...]:
    scope = {"organization": "everything", "environment-type": "type", "environment": "environment"}
    of = " ".join(part for part in (scope[setting["scope"]], setting["subject"]) if part)
    revision = f"{setting['ref']} ({setting['commit'][:12]})" if setting["commit"] else "as the folder is"
    return of, setting["source"], revision, f"{setting['actor']} at {setting['at']}"
