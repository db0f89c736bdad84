"""Pictures of a resource graph: DOT and Mermaid, grouped by workload, coloured by what a plan does.

No name can break out of the text: every one is quoted, and what is no plain character is written as its code.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping

from msgspec import Struct

from .address import Address
from .resources import Edge, ResourceGraph

COLOURS: Mapping[str, tuple[str, str]] = {
    "create": ("#d9f2d9", "#2e7d32"),
    "adopt": ("#d7f0f5", "#00738a"),
    "read": ("#d7f0f5", "#00738a"),
    "update": ("#fff3cd", "#9a6b00"),
    "replace": ("#fbd9d3", "#b3261e"),
    "delete": ("#fbd9d3", "#b3261e"),
    "hold": ("#ffe3c2", "#a84300"),
    "retain": ("#ffe3c2", "#a84300"),
    "no-op": ("#f4f4f4", "#666666"),
}
"""Fill and line of a node by the action of a plan."""

_PLAIN = ("#ffffff", "#444444")


class Drawn(Struct, frozen=True):
    """One node of a picture; ``group`` is its workload, ``action`` what a plan does to it."""

    name: str
    caption: str = ""
    group: str | None = None
    action: str | None = None


class Drawing(Struct, frozen=True):
    """What is to be seen. An arrow ``(source, target, label)`` runs from the dependant to what it depends on."""

    title: str
    nodes: tuple[Drawn, ...]
    arrows: tuple[tuple[str, str, str], ...]


def drawing(graph: ResourceGraph, actions: Mapping[Address, str] | None = None) -> Drawing:
    """The picture of a graph; ``actions`` may also name resources that are no longer in it."""
    said = actions or {}
    nodes = [
        Drawn(str(n.address), n.definition.name, n.workload, said.get(n.address, "no-op" if said else None))
        for n in graph
    ]
    gone = [Drawn(str(a), action=action) for a, action in said.items() if a not in graph.nodes]
    arrows = dict.fromkeys((str(e.source), str(e.target), _label(e)) for e in graph.edges())
    return Drawing(f"{graph.application} in {graph.environment.name}", (*nodes, *gone), tuple(arrows))


def _label(edge: Edge) -> str:
    return label_of(output for _, output in edge.uses)


def label_of(outputs: Iterable[str]) -> str:
    """What an arrow says: the first three of the outputs that it carries, without those that have no name."""
    named = sorted({output for output in outputs if output})
    return ", ".join(named[:3]) + (", …" if len(named) > 3 else "")


def dot(picture: Drawing) -> str:
    """The picture in the language of Graphviz, made by pydot."""
    import pydot

    graph = pydot.Dot(
        "resources", graph_type="digraph", rankdir="LR", label=_quoted(picture.title), fontname="sans-serif"
    )
    graph.set_node_defaults(shape="box", style=_quoted("rounded,filled"), fontname=_quoted("sans-serif"))
    graph.set_edge_defaults(color=_quoted("#888888"), fontsize="9", fontname=_quoted("sans-serif"))
    for index, (group, members) in enumerate(_grouped(picture.nodes)):
        holder: pydot.Graph = graph
        if group is not None:
            frame = pydot.Subgraph(f"cluster_workload{index}", label=_quoted(group), color=_quoted("#bbbbbb"))
            graph.add_subgraph(frame)
            holder = frame
        for node in members:
            fill, line = _colours(node)
            label = _quoted(f"{node.name}\n{node.caption}" if node.caption else node.name)
            holder.add_node(
                pydot.Node(_quoted(node.name), label=label, fillcolor=_quoted(fill), color=_quoted(line))
            )
    for source, target, label in picture.arrows:
        graph.add_edge(pydot.Edge(_quoted(source), _quoted(target), label=_quoted(label)))
    return str(graph.to_string())


def mermaid(picture: Drawing) -> str:
    """The picture as a Mermaid flowchart."""
    names = {node.name: f"n{index}" for index, node in enumerate(picture.nodes)}
    lines = ["flowchart LR"]
    for index, (group, members) in enumerate(_grouped(picture.nodes)):
        indent = "  " if group is None else "    "
        if group is not None:
            lines.append(f'  subgraph w{index}["{_entities(group)}"]')
        lines.extend(f"{indent}{names[node.name]}{_box(node)}" for node in members)
        if group is not None:
            lines.append("  end")
    for source, target, label in picture.arrows:
        middle = f'-->|"{_entities(label)}"|' if label else "-->"
        lines.append(f"  {names[source]} {middle} {names[target]}")
    used = sorted({node.action for node in picture.nodes if node.action} & COLOURS.keys())
    for action in used:
        fill, line = COLOURS[action]
        lines.append(f"  classDef {_class(action)} fill:{fill},stroke:{line}")
    return "\n".join(lines) + "\n"


def _box(node: Drawn) -> str:
    words = _entities(node.name) + (f"<br/>{_entities(node.caption)}" if node.caption else "")
    return f'["{words}"]' + (f":::{_class(node.action or '')}" if node.action in COLOURS else "")


def _class(action: str) -> str:
    return action.replace("-", "_")


def _grouped(nodes: Iterable[Drawn]) -> list[tuple[str | None, list[Drawn]]]:
    """The nodes of each workload, those of none last."""
    found: dict[str | None, list[Drawn]] = {}
    for node in nodes:
        found.setdefault(node.group, []).append(node)
    return sorted(found.items(), key=lambda item: (item[0] is None, item[0] or ""))


def _colours(node: Drawn) -> tuple[str, str]:
    return COLOURS.get(node.action or "", _PLAIN)


def _visible(text: str) -> str:
    """Text in which control and format characters are written as codes; line feeds stay."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(c if c == "\n" or unicodedata.category(c)[0] != "C" else f"U+{ord(c):04X}" for c in text)


def _quoted(text: str) -> str:
    """A DOT string: without quotes Graphviz would read ``:`` as a port, and a backslash as an escape."""
    escaped = _visible(text).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def _entities(text: str) -> str:
    """Text for a quoted Mermaid label: everything that Mermaid or HTML could read otherwise as a numbered entity."""
    return "".join(c if c.isalnum() or c in " .,-_/…" else f"#{ord(c)};" for c in _visible(text))
