"""What the containers' files hold: written in the Score file, or read from beside it."""

from __future__ import annotations

import base64
import binascii
import posixpath
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec.structs import replace

from ...graph.errors import InvalidInput
from ..folder import Files
from ..positions import Path
from ..report import Report, dotted

MAX_SOURCE_BYTES = 1024 * 1024

_FORMS = ("content", "binaryContent", "source")


def check_files(report: Report) -> None:
    """Tell files that say twice, or not at all, what they hold, and base64 that is none."""
    for path, entry in _entries(report):
        given = [form for form in _FORMS if form in entry]
        if len(given) != 1:
            found = f"has {' and '.join(given)}" if given else "says nothing about its content"
            hint = f"write exactly one of {', '.join(_FORMS)}"
            report.problem("file-content", f"{dotted(path)}: {found}", path, hint)
        binary = entry.get("binaryContent")
        if isinstance(binary, str) and not _is_base64(binary):
            where = (*path, "binaryContent")
            report.problem("bad-base64", f"{dotted(where)}: this is not base64", where)


_SOURCE_HINTS = {
    "file-missing": "a source is relative to the folder of its Score file",
    "path-outside": "move the file into the folder of its Score file, or below it",
}


def read_sources(report: Report, files: Files, folder: str) -> dict[Path, bytes]:
    """The bytes of every file that is named by ``source``, by the path of its entry; problems are told."""
    found: dict[Path, bytes] = {}
    for path, entry in _entries(report):
        source = entry.get("source")
        if not isinstance(source, str) or not source:
            continue
        try:
            where = source if posixpath.isabs(source) else posixpath.join(folder, source)
            found[path] = files.read(where, within=folder, limit=MAX_SOURCE_BYTES)
        except InvalidInput as problem:
            hinted = [
                d if d.hint else replace(d, hint=_SOURCE_HINTS.get(d.code)) for d in problem.diagnostics
            ]
            report.relay(InvalidInput(hinted), (*path, "source"))
    return found


def as_text(content: bytes) -> str | None:
    """The content as text, or None where it is binary."""
    try:
        return None if b"\0" in content else content.decode("utf-8")
    except UnicodeDecodeError:
        return None


def with_content(entry: Mapping[str, Any], content: bytes) -> dict[str, Any]:
    """A file entry with what was read in the place of its ``source``."""
    kept = {k: v for k, v in entry.items() if k != "source"}
    text = as_text(content)
    if text is None:
        return {**kept, "binaryContent": base64.b64encode(content).decode()}
    return {**kept, "content": text}


def _entries(report: Report) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    for container in report.map("containers"):
        for target in report.map("containers", container, "files"):
            path = ("containers", container, "files", target)
            if isinstance(report.value(*path), dict):
                yield path, report.map(*path)


def _is_base64(text: str) -> bool:
    try:
        base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return False
    return True
