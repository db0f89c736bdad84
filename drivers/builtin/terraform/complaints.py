"""What the program says went wrong, in the words of the definition that it comes from."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson

from ....graph.narrow import is_list, is_map
from ...sdk import Fault, PermanentFault, TransientFault
from ..carried import Folder
from .root import Call

_PASSING = re.compile(
    r"could not connect|connection (refused|reset)|timeout|timed out|no such host|TLS handshake|429|throttl|"
    r"temporar|state lock|could not retrieve the list of available versions",
    re.IGNORECASE,
)
_ABSENT = re.compile(
    r"not found in any of the search locations|does not have a provider named|no available releases match"
)
"""What no retry brings, although it is said where the network could be to blame."""

_UNDECIDED = ("Invalid for_each argument", "Invalid count argument")
_LATER = "until apply"
"""What their details say where the value is not known yet, and not where it is a wrong one."""

_VARIABLE = re.compile(r"\bvar\.([A-Za-z_][\w-]*)")
_MOST = 3
_LONGEST = 1500


class Undecided(PermanentFault):
    """How many objects there are hangs on a value that is not known yet; ``labels`` are those of the modules."""

    labels: frozenset[str] = frozenset()


def said(output: Path, errors: Path) -> list[Mapping[str, Any]]:
    """The errors among the JSON lines that it printed, or what it said in plain words."""
    found: list[Mapping[str, Any]] = []
    for line in output.read_bytes().splitlines():
        event = event_of(line)
        inner = event.get("diagnostic")
        if is_map(inner) and inner.get("severity") == "error":
            found.append(inner)
    if not found:
        text = errors.read_text(errors="replace").strip()[-_LONGEST:]
        found = [{"summary": text}] if text else []
    return found


def event_of(line: bytes) -> Mapping[str, Any]:
    """A line as an event; an empty one where it is none."""
    try:
        event = orjson.loads(line)
    except orjson.JSONDecodeError:
        return {}
    return event if is_map(event) else {}


def complaint(verb: str, found: list[Mapping[str, Any]], calls: tuple[Call, ...], ended: str) -> Fault:
    """The fault of a failed run, its places those of the definition and of the module's own files."""
    told = [_sentence(item, calls) for item in found[:_MOST]]
    if len(found) > _MOST:
        told.append(f"and {len(found) - _MOST} more")
    text = "; ".join(dict.fromkeys(told)) or ended
    if found and all(
        item.get("summary") in _UNDECIDED and _LATER in str(item.get("detail")) for item in found
    ):
        fault = Undecided(f"terraform-failed: {verb} failed: {text}")
        files = [str(item["range"]["filename"]) for item in found if is_map(item.get("range"))]
        fault.labels = frozenset(c.label for c in calls for f in files if f.startswith(f"{c.folder}/"))
        return fault
    if _PASSING.search(text) and not _ABSENT.search(text):
        return TransientFault(f"terraform-failed: {verb} failed: {text}", hint=_hint(text))
    return PermanentFault(f"terraform-failed: {verb} failed: {text}", hint=_hint(text))


def _sentence(item: Mapping[str, Any], calls: tuple[Call, ...]) -> str:
    summary, detail = str(item.get("summary", "")).strip(), " ".join(str(item.get("detail", "")).split())
    place = _place(item, calls)
    address = str(item.get("address", ""))
    parts = [address, place, f"{summary}: {detail}" if detail else summary]
    text = ": ".join(part for part in parts if part)[:_LONGEST]
    return _own_words(text, calls)


def _place(item: Mapping[str, Any], calls: tuple[Call, ...]) -> str:
    """Where it stands: the module's file and line, or the input that a generated line comes from."""
    spot = item.get("range")
    if not is_map(spot):
        return ""
    file = str(spot.get("filename", ""))
    if file.startswith("modules/"):
        start = spot.get("start")
        return f"{file}:{start.get('line', 0)}" if is_map(start) else file
    named = _VARIABLE.search(f"{item.get('summary')} {item.get('detail')}")
    about = {named[1]} if named else _looked_at(item)
    return f"inputs.variables.{about.pop()}" if len(about) == 1 else ""


def _looked_at(item: Mapping[str, Any]) -> set[str]:
    """The variables that a rule of the module looked at when it failed."""
    snippet = item.get("snippet")
    looked: Any = snippet.get("values") if is_map(snippet) else None
    seen = [str(value.get("traversal")) for value in looked if is_map(value)] if is_list(looked) else []
    return {found[1] for text in seen if (found := _VARIABLE.match(text))}


def _own_words(text: str, calls: tuple[Call, ...]) -> str:
    for call in calls:
        text = re.sub(rf"\b{re.escape(call.address)}var\.", "variable ", text)
        text = text.replace(call.address, "").replace(f"module.{call.label}", "the module")
        if isinstance(call.source, Folder):
            text = text.replace(f"{call.folder}/", f"{call.source.path}/")
    return text


def _hint(text: str) -> str | None:
    if "Output refers to sensitive values" in text:
        return "write sensitive = true into the output of the module"
    if "Failed to query available provider packages" in text or (
        "provider" in text and "not available" in text
    ):
        return "check the provider's source and version, and that its registry or mirror can be reached"
    return None
