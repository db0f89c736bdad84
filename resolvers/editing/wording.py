"""New values as YAML text, as a person would write them."""

from __future__ import annotations

from typing import Any

import yaml

from ..scalars import BadScalar, Date, plain

_ENDLESS = 1_000_000


class _Writer(yaml.SafeDumper):
    """Maps in lines, lists in brackets; quotes only where text would be read as something else."""

    braces = False

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        """Indent lists inside maps, too."""
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:
        """Write equal parts twice."""
        return True

    def choose_scalar_style(self) -> str:
        """Double quotes in place of single ones, so that a file has one kind."""
        found: str = super().choose_scalar_style()
        return '"' if found == "'" else found


class _InBraces(_Writer):
    """Everything in one line."""

    braces = True


def _text(writer: Any, value: str) -> yaml.Node:
    style = '"' if _reads_otherwise(value) else None
    if "\n" in value and not writer.braces:
        style = "|"
    found: yaml.Node = writer.represent_scalar("tag:yaml.org,2002:str", value, style=style)
    return found


def _map(writer: Any, value: dict[str, Any]) -> yaml.Node:
    flow = writer.braces or not value
    found: yaml.Node = writer.represent_mapping("tag:yaml.org,2002:map", value.items(), flow_style=flow)
    return found


def _list(writer: Any, value: list[Any]) -> yaml.Node:
    found: yaml.Node = writer.represent_sequence("tag:yaml.org,2002:seq", value, flow_style=True)
    return found


for _dumper in (_Writer, _InBraces):
    _dumper.add_representer(str, _text)
    _dumper.add_representer(dict, _map)
    _dumper.add_representer(list, _list)


def in_lines(value: Any, step: int) -> list[str]:
    """A map as lines without ends, or any other value as one line."""
    text: str = yaml.dump(
        value, Dumper=_Writer, indent=step, width=_ENDLESS, sort_keys=False, allow_unicode=True
    )
    return [line for line in text.splitlines() if line != "..."]


def in_braces(value: Any) -> str:
    """A value in one line, as it stands inside brackets."""
    text: str = yaml.dump([value], Dumper=_InBraces, width=_ENDLESS, sort_keys=False, allow_unicode=True)
    return text.strip()[1:-1]


def _reads_otherwise(text: str) -> bool:
    try:
        found = plain(text)
    except BadScalar:
        return True
    return not isinstance(found, str) or isinstance(found, Date)
