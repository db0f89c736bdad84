"""Resource types, catalogs and drivers, shown."""

from __future__ import annotations

from collections.abc import Iterator

from ...graph.narrow import is_map
from .document import Document, TextView
from .text import Line, Span, columns
from .values import show


class TypesText(TextView):
    """One line a resource type: what it gives."""

    def lines(self, document: Document) -> Iterator[Line]:
        """The types with their outputs."""
        rows = (
            (
                t["name"],
                ", ".join(f"{o['name']}{'*' if o['secret'] else ''}" for o in t["outputs"]),
                t["description"],
            )
            for t in document["types"]
        )
        yield from columns([("TYPE", "OUTPUTS (* secret)", "WHAT IT IS"), *rows])


class CatalogText(TextView):
    """What the layers of a catalog hold, nearest layer first."""

    def lines(self, document: Document) -> Iterator[Line]:
        """A heading a layer, a line an item."""
        yield f"Catalog {document['revision'][:24]}"
        for layer in document["layers"]:
            yield ""
            yield (Span(f"{layer['name']}", "bold"),)
            rows = ((i["kind"], i["name"], i["detail"], i["where"]) for i in layer["items"])
            yield from (f"  {line}" for line in columns(rows))


class DriversText(TextView):
    """One line a driver."""

    def lines(self, document: Document) -> Iterator[Line]:
        """The drivers with what makes a repeated create safe."""
        rows = ((d["name"], d["create"], d["connection"] or "", d["summary"]) for d in document["drivers"])
        yield from columns([("DRIVER", "CREATE", "CONNECTION", "WHAT IT DOES"), *rows])


class DriverText(TextView):
    """What one driver accepts and gives."""

    def lines(self, document: Document) -> Iterator[Line]:
        """Facts, then fields with their marks."""
        yield (Span(document["name"], "bold"), f"  {document['summary']}")
        facts = [
            (k, str(document[k])) for k in ("module", "create", "schema_version", "behaviour", "connection")
        ]
        yield from (f"  {line}" for line in columns(facts))
        if document["operations"]:
            yield f"  also offers {', '.join(document['operations'])}"
        for title in ("inputs", "outputs"):
            if document[title]:
                yield f"  {title}"
                rows = (
                    (f["name"], f["type"], ", ".join(f["marks"]), f["description"]) for f in document[title]
                )
                yield from (f"    {line}" for line in columns(rows))


class ItemsText(TextView):
    """Items of a catalog as they are declared."""

    def lines(self, document: Document) -> Iterator[Line]:
        """The head of each item and its body as a tree."""
        for item in document["items"]:
            yield (
                Span(f"{item['kind']} {item['name']}", "bold"),
                f"  {item['where']} (layer {item['layer']})",
            )
            yield from tree(item["body"], "  ")


def tree(body: Document, indent: str) -> Iterator[Line]:
    """Nested maps as indented lines, everything else in one line."""
    for key, value in body.items():
        if is_map(value) and value and len(show(value, 100)) > 80:
            yield f"{indent}{key}:"
            yield from tree(value, f"{indent}  ")
        else:
            yield f"{indent}{key}: {show(value, 160)}"
