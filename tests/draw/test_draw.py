"""Pictures of a graph: literal text, and names that cannot break out of it."""

import io
import re

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bakehouse.cli.drawing import Drawable, show
from bakehouse.cli.views.screen import Screen
from bakehouse.graph.draw import Drawing, Drawn, dot, mermaid

PICTURE = Drawing(
    "shop in local",
    (
        Drawn("workload#web", "local-workload", "web", "update"),
        Drawn("postgres#web.db", "local-postgres", "web", "create"),
        Drawn("proxy#local", "local-proxy"),
        Drawn("volume#shared.old", action="delete"),
    ),
    (
        ("workload#web", "postgres#web.db", "host, password"),
        ("workload#web", "proxy#local", ""),
    ),
)

NAMES = st.text(st.characters(codec="utf-8"), min_size=1, max_size=30)


def test_dot_groups_by_workload_and_colours_by_action() -> None:
    assert dot(PICTURE) == (
        "digraph resources {\n"
        "rankdir=LR;\n"
        'label="shop in local";\n'
        'fontname="sans-serif";\n'
        'node [shape=box, style="rounded,filled", fontname="sans-serif"];\n'
        'edge [color="#888888", fontsize=9, fontname="sans-serif"];\n'
        "subgraph cluster_workload0 {\n"
        'label="web";\n'
        'color="#bbbbbb";\n'
        '"workload#web" [label="workload#web\\nlocal-workload", fillcolor="#fff3cd", color="#9a6b00"];\n'
        '"postgres#web.db" [label="postgres#web.db\\nlocal-postgres", fillcolor="#d9f2d9", color="#2e7d32"];\n'
        "}\n"
        '"proxy#local" [label="proxy#local\\nlocal-proxy", fillcolor="#ffffff", color="#444444"];\n'
        '"volume#shared.old" [label="volume#shared.old", fillcolor="#fbd9d3", color="#b3261e"];\n'
        '"workload#web" -> "postgres#web.db" [label="host, password"];\n'
        '"workload#web" -> "proxy#local" [label=""];\n'
        "}\n"
    )


def test_mermaid_groups_by_workload_and_colours_by_action() -> None:
    assert mermaid(PICTURE) == (
        "flowchart LR\n"
        '  subgraph w0["web"]\n'
        '    n0["workload#35;web<br/>local-workload"]:::update\n'
        '    n1["postgres#35;web.db<br/>local-postgres"]:::create\n'
        "  end\n"
        '  n2["proxy#35;local<br/>local-proxy"]\n'
        '  n3["volume#35;shared.old"]:::delete\n'
        '  n0 -->|"host, password"| n1\n'
        "  n0 --> n2\n"
        "  classDef create fill:#d9f2d9,stroke:#2e7d32\n"
        "  classDef delete fill:#fbd9d3,stroke:#b3261e\n"
        "  classDef update fill:#fff3cd,stroke:#9a6b00\n"
    )


@given(NAMES, NAMES, NAMES)
def test_no_name_breaks_out_of_dot(name: str, caption: str, group: str) -> None:
    written = dot(Drawing(name, (Drawn(name, caption, group),), ((name, name, caption),)))
    bare = re.sub(r'"(?:[^"\\]|\\.)*"', '""', written)
    assert bare == (
        "digraph resources {\n"
        "rankdir=LR;\n"
        'label="";\n'
        'fontname="";\n'
        'node [shape=box, style="", fontname=""];\n'
        'edge [color="", fontsize=9, fontname=""];\n'
        "subgraph cluster_workload0 {\n"
        'label="";\n'
        'color="";\n'
        '"" [label="", fillcolor="", color=""];\n'
        "}\n"
        '"" -> "" [label=""];\n'
        "}\n"
    )


@given(NAMES, NAMES, NAMES)
def test_no_name_breaks_out_of_mermaid(name: str, caption: str, group: str) -> None:
    written = mermaid(Drawing(name, (Drawn(name, caption, group),), ((name, name, caption),)))
    words = r'[^"<>\n`;&]*(?:#\d+;[^"<>\n`;&]*)*'
    assert re.fullmatch(
        rf'flowchart LR\n  subgraph w0\["{words}"\]\n    n0\["{words}<br/>{words}"\]\n  end\n  n0 -->\|"{words}"\| n0\n',
        written,
    )


class Terminal(io.StringIO):
    """A stream that is a terminal."""

    def isatty(self) -> bool:
        return True


def test_a_png_is_not_written_to_a_terminal() -> None:
    terminal = Terminal()
    drawable = Drawable(lambda: PICTURE, dict)
    with pytest.raises(click.UsageError, match="write it with --out FILE, or pipe it"):
        show(Screen(terminal, terminal), drawable, "png", None)
    assert terminal.getvalue() == ""
