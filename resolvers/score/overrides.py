"""What is laid upon Score files for one run: overrides files and single properties."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from msgspec import Struct

from ...graph.diagnostics import Diagnostic, Findings, Place, did_you_mean
from ...graph.errors import InvalidInput
from ...graph.narrow import is_map
from ..data import as_map, entries
from ..folder import OURS
from ..positions import WHOLE, Path, Positions
from ..source import Document, parse_all, survey

RECORD = f"{OURS}/overrides.json"
"""Where the overrides stand among the recorded sources of an application; none of its files is read from there."""

FILE_FLAG, PROPERTY_FLAG = "--overrides-file", "--override-property"

MAX_STEPS = 100

_WORKLOAD = re.compile(r"([a-z0-9-]+):", re.ASCII)
_FORM = "write [WORKLOAD:]PATH=VALUE, such as containers.main.image=web:2"
_NAME: Path = ("metadata", "name")


class Written(Struct, frozen=True):
    """Overrides as they were given: files by the name that people know them by, then properties, both in order."""

    files: tuple[tuple[str, bytes], ...] = ()
    properties: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.files or self.properties)

    @property
    def shown(self) -> tuple[str, ...]:
        """What the overrides are called, without the values of properties, each once."""
        names = [*(name for name, _ in self.files), *(property_name(text) for text in self.properties)]
        return tuple(dict.fromkeys(names))

    @property
    def flags(self) -> tuple[str, ...]:
        """The flags that would give them again, with dots for the values of properties."""
        files = (f"{FILE_FLAG} {shlex.quote(name)}" for name, _ in self.files)
        return (*files, *(f"{property_name(text)}=…" for text in self.properties))

    def recorded(self) -> bytes:
        """The overrides as one file, for the sources that are recorded with a deployment."""
        files = [[name, content.decode("utf-8", "replace")] for name, content in self.files]
        return json.dumps({"files": files, "properties": list(self.properties)}, indent=1).encode()

    @classmethod
    def of(cls, sources: Mapping[str, bytes]) -> Written:
        """The overrides among recorded sources; none where nothing was overridden."""
        if RECORD not in sources:
            return cls()
        found = json.loads(sources[RECORD])
        files = tuple((name, text.encode()) for name, text in found["files"])
        return cls(files, tuple(found["properties"]))


class Override(Struct, frozen=True):
    """One of them: ``value`` goes to ``path`` of the workload's file; None takes away what is there.

    At the empty path ``value`` is a map that is merged. ``workload`` None means the only one that there is.
    """

    workload: str | None
    path: tuple[str, ...]
    value: Any
    positions: Positions

    def parts(self) -> Iterator[tuple[Path, Place, bool]]:
        """Everything that it says: the path in the workload, the place, and whether it takes something away."""
        for path, value in _said(self.value):
            yield (*self.path, *path), self.positions.at(*path), value is None


def read_overrides(written: Written, findings: Findings) -> tuple[Override, ...]:
    """The overrides in the order in which they are laid; problems go to ``findings``."""
    found: list[Override] = []
    for shown, content in written.files:
        try:
            documents = parse_all(content, shown)
        except InvalidInput as problem:
            findings.extend(problem.diagnostics)
            continue
        found += [o for o in (_fragment(d, findings) for d in documents) if o is not None]
    found += [o for o in (_property(text, findings) for text in written.properties) if o is not None]
    return tuple(found)


def check_targets(overrides: Iterable[Override], names: tuple[str, ...], findings: Findings) -> None:
    """Tell overrides that name a workload which does not exist, or none where there are several."""
    for override in overrides:
        place = override.positions.at(*(() if override.path else _NAME))
        if override.workload is None and len(names) > 1:
            message = f"the override does not say which of {len(names)} workloads it is for"
            hint = f"name it by metadata.name in the file; workloads: {', '.join(names[:10])}"
            if override.path:
                hint = f"write {PROPERTY_FLAG} {names[0]}:PATH=VALUE; workloads: {', '.join(names[:10])}"
            findings.add(Diagnostic("bad-override", message, place=place, hint=hint))
        elif override.workload is not None and override.workload not in names:
            message = f"the override is for a workload '{override.workload[:100]}', which does not exist"
            hint = did_you_mean(override.workload, names, noun="workloads")
            findings.add(Diagnostic("bad-override", message, place=place, hint=hint))


def _said(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every value that is no container with something in it."""
    inside = list(entries(value, path))
    if not inside:
        yield path, value
    for below, item in inside:
        yield from _said(item, below)


def property_name(text: str) -> str:
    """What a property is called: the flag and its path, never its value, which nobody asked to see again."""
    end = _path_end(text)
    return f"{PROPERTY_FLAG} {text[:end][:200]}"


def _fragment(document: Document, findings: Findings) -> Override | None:
    data = document.data
    if not is_map(data):
        hint = "write what is to be other than in the Score file, in the same form"
        _refuse(findings, "an overrides file holds a map", document.at(), hint)
        return None
    metadata = as_map(data.get("metadata"))
    name = metadata.get("name")
    if "name" in metadata and not isinstance(name, str):
        _refuse(findings, "metadata.name: must be the name of a workload", document.at(*_NAME), None)
        return None
    rest = {key: value for key, value in metadata.items() if key != "name"}
    fragment = {**data, "metadata": rest} if "name" in metadata else data
    return Override(name, (), fragment, document.positions)


def _property(text: str, findings: Findings) -> Override | None:
    shown = property_name(text)
    end = _path_end(text)
    prefix = _WORKLOAD.match(text[:end])
    path = _steps(text[prefix.end() if prefix else 0 : end])
    if end == len(text) or not path or "" in path:
        _refuse(findings, "this is no property with a value", Place(shown), _FORM)
        return None
    if len(path) > MAX_STEPS:
        _refuse(findings, f"the path has more than {MAX_STEPS} steps", Place(shown), None)
        return None
    if path == _NAME:
        hint = "rename it in its file, and write spec.moved in bakehouse.yaml so that it keeps what it has"
        _refuse(findings, "a workload's name cannot be overridden", Place(shown), hint)
        return None
    document, problems = survey(text[end + 1 :].encode("utf-8", "surrogateescape"), shown)
    if document is None or problems.errors:
        findings.extend(_at_flag(problem, shown) for problem in problems.errors)
        return None
    return Override(prefix[1] if prefix else None, path, document.data, Positions(shown, WHOLE))


def _at_flag(problem: Diagnostic, shown: str) -> Diagnostic:
    return Diagnostic(problem.code, f"the value: {problem.message}", place=Place(shown), hint=problem.hint)


def _path_end(text: str) -> int:
    """Where the path of a property ends: at its first ``=`` that has no backslash before it."""
    found = re.search(r"(?:\\[.\\=]|[^=])*", text)
    return found.end() if found else 0


def _steps(path: str) -> tuple[str, ...]:
    """The keys of a dotted path; ``\\.``, ``\\=`` and ``\\\\`` stand for the character alone."""
    steps = [""]
    for part in re.findall(r"\\[.\\=]|[^.\\]+|[.\\]", path):
        if part == ".":
            steps.append("")
        else:
            steps[-1] += part[1:] if len(part) == 2 and part[0] == "\\" else part
    return tuple(steps) if path else ()


def _refuse(findings: Findings, message: str, place: Place, hint: str | None) -> None:
    findings.add(Diagnostic("bad-override", message, place=place, hint=hint))
