"""Data as the text of a file. Pure: equal data gives equal text, byte for byte."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import orjson
import yaml

_ONE_LINE = 1_000_000
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9 ./_-]*[A-Za-z0-9/]", re.ASCII)
_WORDS = frozenset({"yes", "no", "on", "off", "true", "false", "null"})


def text_of(name: str, data: Any) -> str:
    """Text as it is; data as JSON where ``name`` ends in ``.json``, else as YAML that readers of 1.1 and 1.2 read alike."""
    if isinstance(data, str):
        return data
    if name.endswith(".json"):
        return orjson.dumps(data, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE).decode()
    return str(
        yaml.dump(
            data,
            Dumper=_dumper(),
            sort_keys=False,
            allow_unicode=True,
            width=_ONE_LINE,
            default_flow_style=False,
        )
    )


@cache
def _dumper() -> Any:
    kind: Any = type("Dumper", (yaml.SafeDumper,), {"ignore_aliases": _never_shared})
    kind.add_representer(str, _string)
    return kind


def _never_shared(dumper: Any, data: Any) -> bool:
    return True


def _string(dumper: Any, text: str) -> Any:
    """Quoted unless every reader takes it for text; lines as a block."""
    style: str | None = "|" if "\n" in text else "'"
    if _PLAIN.fullmatch(text) and text.lower() not in _WORDS:
        style = None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)
