"""What an environment is doing, shown."""

from __future__ import annotations

from collections.abc import Iterator

from .document import Document, TextView
from .text import Line, Span, clean, count, pad, width

_STYLES = {
    "ready": "green",
    "running": "green",
    "not running": "bold red",
    "paused": "yellow",
    "tainted": "bold red",
    "pending": "bold yellow",
    "orphaned": "yellow",
}


class StatusText(TextView):
    """One sentence, who works on it now, then one line a resource."""

    def lines(self, document: Document) -> Iterator[Line]:
        """The environment's state, its URLs, its resources."""
        yield from _head(document)
        for url in document["urls"]:
            yield (f"{url['address']}  ", Span(url["url"], "bold cyan"))
        resources = document["resources"]
        if not resources:
            return
        yield ""
        column = min(max(width(clean(r["address"])) for r in resources), 44)
        for resource in resources:
            word = _word(resource, document["paused"])
            detail = resource["detail"] if resource["running"] is False and word != "paused" else ""
            yield (
                "  ",
                pad(resource["address"], column),
                "  ",
                Span(word, _STYLES.get(word, "")),
                f"  {detail}" if detail and detail != word else "",
            )


def _word(resource: Document, paused: bool) -> str:
    if resource["status"] != "ready" or resource["running"] is None:
        return str(resource["status"])
    if not resource["running"] and paused:
        return "paused"
    return "running" if resource["running"] else "not running"


def _head(document: Document) -> Iterator[Line]:
    name = f"{document['application']} in {document['environment']} (type {document['type']})"
    last = document["last_deployment"]
    if last is None:
        yield (Span(name, "bold"), ": never deployed.")
    else:
        said = f": deployment {last['number']} {last['status']}, {count(len(document['resources']), 'resource')}."
        yield (Span(name, "bold"), said)
    if document["paused"]:
        yield (
            Span("Paused: ", "yellow"),
            f"`bakehouse env resume {document['environment']}` starts it again.",
        )
    if document["expired"]:
        yield (
            Span("Expired", "yellow"),
            f" since {document['expires']}: `bakehouse env delete --expired` deletes it.",
        )
    elif document["expires"]:
        yield f"Expires {document['expires']}."
    if document["rolled_back_to"] is not None:
        yield (Span("Rolled back", "yellow"), f" to deployment {document['rolled_back_to']}.")
    if document["note"]:
        yield document["note"]
    lease = document["lease"]
    if lease is not None:
        yield held_by(lease)


def held_by(lease: Document) -> Line:
    """Who holds an environment, since when and until when."""
    who = f"{lease['actor']} on {lease['host']} (process {lease['pid']}, {lease['purpose']})"
    return (Span("Held by ", "yellow"), f"{who} since {lease['since']}, until {lease['expires']}.")
