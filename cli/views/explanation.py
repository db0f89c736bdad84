"""How a resource is met, shown: the way from the file, every candidate, the values."""

from __future__ import annotations

from collections.abc import Iterator

from .catalog import tree
from .change import faint, spot
from .document import Document, TextView
from .text import Line, Span, columns, count


class ExplanationText(TextView):
    """From the line that asked for it to what it gives."""

    def lines(self, document: Document) -> Iterator[Line]:
        """Who asked, which definition won and why the others lost, what goes in and comes out."""
        definition = document["definition"]
        yield (
            Span(document["address"], "bold"),
            f" is met by {definition['name']} (driver {document['driver']})",
        )
        yield from _asked(document)
        yield from _candidates(document)
        yield from _profiles(document["profiles"])
        if document["inputs"]:
            yield "  inputs"
            yield from tree(document["inputs"], "    ")
        yield from _outputs(document)
        yield from _neighbours("depends on", document["depends_on"], "target")
        yield from _neighbours("used by", document["used_by"], "source")
        if document["read_by"]:
            yield "  read from elsewhere by"
            yield from (f"    {name}" for name in document["read_by"])
        facts = [("uid", document["uid"]), ("slug", document["slug"])]
        if document["connection"]:
            facts.append(("connection", document["connection"]))
        if definition["on_remove"]:
            facts.append(("on removal", definition["on_remove"]))
        recorded = document["recorded"]
        facts.append(("recorded", recorded["status"] if recorded else "not yet"))
        yield "  facts"
        yield from (f"    {line}" for line in columns(facts))


def _asked(document: Document) -> Iterator[Line]:
    if document["asked_by"]:
        yield "  asked for by"
        asked = ((spot(a["place"]) if a["place"] else "", a["why"]) for a in document["asked_by"])
        yield from (f"    {line}" for line in columns(dict.fromkeys(asked)))
    if document["way"]:
        yield "  the way there"
        rows = (
            (f"{e['source']} -> {e['target']}", e["why"], spot(e["place"]) if e["place"] else "")
            for e in document["way"]
        )
        yield from (f"    {line}" for line in columns(rows))


def _candidates(document: Document) -> Iterator[Line]:
    yield "  definitions that could meet it"
    for candidate in document["candidates"]:
        where = spot(candidate["place"]) if candidate["place"] else candidate["layer"]
        mark = Span("✓", "green") if candidate["won"] else Span("✗", "red")
        yield (
            "    ",
            mark,
            " ",
            Span(candidate["definition"], "bold"),
            f"  {where} (layer {candidate['layer']})",
        )
        yield f"        {_why(candidate)}"


def _why(candidate: Document) -> str:
    criterion = candidate["criterion"]
    matched = "no criterion matches" if criterion is None else _matched(criterion)
    rank = f", rank {tuple(candidate['rank'])}" if candidate["rank"] else ""
    return f"{matched}{rank}; {'chosen' if candidate['won'] else candidate['lost']}"


def _matched(criterion: Document) -> str:
    return "matches " + (", ".join(f"{k} {v}" for k, v in criterion.items()) or "everything")


def _profiles(profiles: list[Document]) -> Iterator[Line]:
    if profiles:
        yield "  profiles, the most specific last"
    for profile in profiles:
        where = spot(profile["place"]) if profile["place"] else profile["layer"]
        yield ("    ", Span(profile["name"], "bold"), f"  {where} (layer {profile['layer']})")
        yield f"        {_matched(profile['criterion'])}, rank {tuple(profile['rank'])}"
        if profile["sets"]:
            yield f"        sets {', '.join(profile['sets'])}"
        if profile["patches"]:
            what = f"{count(profile['patches'], 'patch')} for {profile['target']}"
            skipped = profile["skipped"]
            yield f"        {what}" + (f", skipped: {skipped}" if skipped else ", applied by the driver")


def _outputs(document: Document) -> Iterator[Line]:
    recorded: Document = document["recorded"]["outputs"] if document["recorded"] else {}
    if document["outputs"]:
        yield "  outputs"
        rows = (
            (o["name"], f"{o['type']}{', secret' if o['secret'] else ''}", _shown(recorded, o["name"]))
            for o in document["outputs"]
        )
        yield from (f"    {line}" for line in columns(rows))


def _shown(recorded: Document, name: str) -> str:
    from .values import show

    return show(recorded[name], 100) if name in recorded else ""


def _neighbours(title: str, edges: list[Document], end: str) -> Iterator[Line]:
    if edges:
        yield f"  {title}"
        for edge in edges:
            yield f"    {edge[end]}" if edge["uses"] else f"    {edge[end]}  {edge['why']}"
            yield from (faint(f"      {u['output']} -> {u['input']}") for u in edge["uses"])
