"""What of a catalog applies in one environment, shown."""

from __future__ import annotations

from collections.abc import Iterator

from .document import Document, TextView
from .text import Line, Span, columns
from .validation import remarks
from .values import show


class EffectiveText(TextView):
    """One table each for definitions, profiles, connections and variables."""

    def lines(self, document: Document) -> Iterator[Line]:
        """The environment, then what applies there with layer, file and line."""
        where = f"{document['application']}/{document['environment']} of type {document['type']}"
        yield f"{where} ({document['where']}), catalog {document['revision'][:24]}"
        tables: dict[str, list[tuple[str, ...]]] = {
            "Definitions": [("TYPE", "DEFINITION", "DRIVER", "LAYER", "WHERE", "")],
            "Profiles": [("PROFILE", "TARGET", "LAYER", "WHERE")],
            "Connections": [("CONNECTION", "KIND", "NAMED BY", "LAYER", "WHERE")],
            "Variables": [("VARIABLE", "VALUE", "FROM", "LAYER", "WHERE")],
        }
        rows: dict[str, list[tuple[str, ...]]] = {
            "Definitions": [_definition(d) for d in document["definitions"]],
            "Profiles": [
                (p["name"], p["target"] or "any", p["layer"], p["where"]) for p in document["profiles"]
            ],
            "Connections": [
                (c["name"], c["kind"] or "not declared", c["by"], c["layer"] or "", c["where"])
                for c in document["connections"]
            ],
            "Variables": [
                (v["name"], "" if v["value"] is None else show(v["value"]), v["from"], v["layer"], v["where"])
                for v in document["variables"]
            ],
        }
        for title, head in tables.items():
            if rows[title]:
                yield ""
                yield (Span(title, "bold"),)
                yield from (f"  {line}" for line in columns([*head, *rows[title]]))
        yield from remarks(document["remarks"])


def _definition(found: Document) -> tuple[str, ...]:
    class_ = "" if found["class"] == "default" else f".{found['class']}"
    identity = f"#{found['id']}" if found["id"] else ""
    lost = f"not chosen: {found['lost']}" if found["lost"] else ""
    return (
        f"{found['type']}{class_}{identity}",
        found["name"],
        found["driver"],
        found["layer"],
        found["where"],
        lost,
    )
