"""The cases that a platform team writes beside its definitions: what is given, and what is expected."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct, field

from ...graph.diagnostics import Diagnostic, Findings, Place
from ...graph.errors import InvalidInput
from ...graph.narrow import is_map
from ..report import told
from ..source import Document, parse_all, read_bytes
from .folder import TEST_SUFFIXES, in_catalog
from .schemas import TEST_KIND, shape


class Case(Struct, frozen=True):
    """One case. ``given`` and ``expect`` are as written; ``place_of`` finds lines below ``spec``."""

    name: str
    given: Mapping[str, Any]
    error: str | None
    resources: Mapping[str, Mapping[str, Any] | None] = field(
        default_factory=dict[str, Mapping[str, Any] | None]
    )
    document: Document | None = None

    def at(self, *path: str | int) -> Place | None:
        """The line of a part of ``spec``."""
        return self.document.at("spec", *path) if self.document is not None else None


def load_cases(folder: Path) -> tuple[Case, ...]:
    """The cases in the files ``*.test.yaml`` below a catalog's folder, by file and line.

    Raises :class:`InvalidInput` with all problems of all files.
    """
    findings = Findings()
    cases = [case for path in _files(folder) for case in _read(path, folder, findings)]
    if findings.errors:
        raise InvalidInput(findings.errors)
    return tuple(cases)


def _files(folder: Path) -> list[Path]:
    found = (p for suffix in TEST_SUFFIXES for p in folder.rglob(f"*{suffix}"))
    return sorted(p for p in found if in_catalog(p.relative_to(folder).as_posix()))


def _read(path: Path, folder: Path, findings: Findings) -> Iterator[Case]:
    shown = path.relative_to(folder).as_posix()
    try:
        documents = parse_all(read_bytes(path, shown), shown)
    except InvalidInput as problem:
        findings.extend(problem.diagnostics)
        return
    for document in documents:
        misfits = shape(TEST_KIND).misfits(document.data)
        if not is_map(document.data):
            message = "a file of cases holds documents of kind CatalogTest"
            findings.add(Diagnostic("wrong-type", message, place=document.at()))
            continue
        findings.extend(told(m, document) for m in misfits)
        if not misfits:
            spec = document.data["spec"]
            expect = spec["expect"]
            name = document.data["metadata"]["name"]
            yield Case(name, spec["given"], expect.get("error"), expect.get("resources", {}), document)
