"""Plain data as YAML that people read: long text as blocks, references on one line, nothing that can steer a terminal."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from .text import clean

_HIDDEN = re.compile(
    "[\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_ONE_LINE = 1_000_000
_LIKE_A_NUMBER = re.compile(r"[-+]?[.0-9]")


def yaml_text(data: Any) -> str:
    """One YAML document, keys in their order. Every YAML reader, of 1.1 and of 1.2, gives ``data`` back."""
    import yaml

    text = yaml.dump(
        data, Dumper=_dumper(), sort_keys=False, allow_unicode=True, width=_ONE_LINE, default_flow_style=False
    )
    return _HIDDEN.sub(_escaped, str(text))


@cache
def _dumper() -> Any:
    import yaml

    kind: Any = type("Dumper", (getattr(yaml, "CSafeDumper", yaml.SafeDumper),), {})
    kind.ignore_aliases = _never_shared
    kind.add_representer(str, _string)
    kind.add_representer(dict, _map)
    return kind


def _never_shared(dumper: Any, data: Any) -> bool:
    return True


def _string(dumper: Any, text: str) -> Any:
    """Quoted where a reader could take it for something else, or where it holds what must be escaped."""
    lines = text.split("\n")
    style: str | None
    if any(clean(line.replace("\t", " ")) != line.replace("\t", " ") for line in lines):
        style = '"'
    elif len(lines) > 1:
        style = "|"
    else:
        style = "'" if _LIKE_A_NUMBER.match(text) else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


def _map(dumper: Any, data: dict[str, Any]) -> Any:
    flow = any(key.startswith("$") for key in data) and len(data) <= 2
    return dumper.represent_mapping("tag:yaml.org,2002:map", data.items(), flow_style=flow)


def _escaped(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
