"""Promises about rendering: the files that an apply would set up, without touching anything or opening a secret."""

from __future__ import annotations

from pathlib import Path

import orjson

from ...graph.address import Address
from ...graph.encoding import decode, encode
from ...graph.values import Unknown, Value, leaves
from ..sdk import Document
from .bench import Bench
from .hooks import Hooks, Inputs


class Rendering(Hooks):
    """What a person or another tool may rely on who reads what a driver renders."""

    def test_it_renders_the_same_each_time_and_touches_nothing(self, bench: Bench, inputs: Inputs) -> None:
        """Before anything exists: equal inputs give equal documents, and no file comes or goes."""
        before = _files(bench.folder)
        first = bench.render(inputs)
        assert isinstance(first, tuple)
        assert all(isinstance(document, Document) for document in first)
        assert bench.render(inputs) == first
        assert _files(bench.folder) == before

    def test_each_rendered_document_has_a_name_of_its_own(self, bench: Bench, inputs: Inputs) -> None:
        """Also where a file system takes upper and lower case for the same, or a name for a folder of another."""
        names = [document.name.lower() for document in bench.render(inputs)]
        assert len(set(names)) == len(names)
        assert [n for n in names if any(other.startswith(f"{n}/") for other in names)] == []

    def test_it_renders_unknown_inputs_as_unknown(self, bench: Bench, inputs: Inputs) -> None:
        """Each input in turn is not known yet: rendering copes, and no other unknown comes up than it or an own output."""
        for name in inputs:
            unknown = Unknown(Address.parse("upstream#x"), (name,))
            found = leaves([d.body for d in bench.render({**inputs, name: unknown})])
            sources = {leaf.source for leaf in found if isinstance(leaf, Unknown)}
            assert sources <= {unknown.source, bench.address}

    def test_what_it_renders_is_data_or_text(self, bench: Bench, inputs: Inputs) -> None:
        """Values as everywhere: written and read they are the same, and secrets stay references."""
        for document in bench.render(inputs):
            body: Value = document.body
            assert decode(orjson.loads(orjson.dumps(encode(body)))) == body
            shown = orjson.dumps(encode(body)).decode()
            assert [text for text in bench.vault.clear if text and text in shown] == []


def _files(folder: Path) -> dict[str, int]:
    """Every file outside the folders of calls, with the time of its last change."""
    return {
        str(path): path.stat().st_mtime_ns
        for path in folder.rglob("*")
        if path.is_file() and folder / "run" not in path.parents
    }
