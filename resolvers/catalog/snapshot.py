"""The files of a catalog as they were read, so that it can be read again without them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from msgspec import Struct, field

from ...graph.fingerprint import digest, digest_bytes
from ..files import unreadable
from .elsewhere import Elsewhere
from .extras import Extras

OWN_ORIGINS = frozenset({"folder", "git"})
"""Where layers come from that are not part of this program."""

_INDEX = "layers.json"
_ELSEWHERE = "elsewhere"


class LayerFiles(Struct, frozen=True):
    """The YAML files of one layer, and the files that its definitions name, by their POSIX path inside it.

    ``shown`` is what people know the folder by. ``packs`` names the layers, by their place in the snapshot, that
    follow from its kind ``Platform``. ``binding`` says whether connections are read from it. ``revision`` is the
    commit that the files are those of, with ``:FOLDER`` where they lie below its top; None where no commit holds
    them. ``extras`` reads what lies beside them; None where that is not known any more.
    """

    name: str
    shown: str
    files: Mapping[str, bytes]
    origin: str = "folder"
    binding: bool = True
    revision: str | None = None
    extras: Extras | None = None

    def place(self, path: str) -> str:
        """What a file of the layer is called in front of people."""
        return f"{self.shown}/{path}" if self.shown not in ("", ".") else path

    def inner(self, place: str) -> str:
        """The path inside the layer of a file by what :meth:`place` calls it."""
        return place if self.shown in ("", ".") else place.removeprefix(f"{self.shown}/")


class Snapshot(Struct, frozen=True, dict=True):
    """All layers of a catalog, nearest first, and what was read of the folders elsewhere that they name."""

    layers: tuple[LayerFiles, ...]
    elsewhere: Elsewhere = field(default_factory=Elsewhere)

    @cached_property
    def digest(self) -> str:
        """A sha256 over origins, paths and contents: independent of where the folders lie.

        What lies elsewhere is named in them, with its version.
        """
        return digest(
            [[n.origin, {p: digest_bytes(c) for p, c in n.files.items()}, n.binding] for n in self.layers]
        )

    def nearest(self, path: str) -> bytes:
        """The file of this path in the nearest layer that has one; raises InvalidInput (``file-missing``)."""
        for layer in self.layers:
            if path in layer.files:
                return layer.files[path]
        raise unreadable(FileNotFoundError(), path)

    def names(self) -> frozenset[str]:
        """The paths of all files, each from the top of its layer."""
        return frozenset(path for layer in self.layers for path in layer.files)

    def files(self) -> dict[str, bytes]:
        """Everything as one mapping of path to content, from which :meth:`of` makes the snapshot again."""
        index = [
            {
                "name": n.name,
                "shown": n.shown,
                "origin": n.origin,
                "binding": n.binding,
                "revision": n.revision,
            }
            for n in self.layers
        ]
        elsewhere = sorted(self.elsewhere.read)
        head = {"format": 1, "layers": index, _ELSEWHERE: elsewhere}
        found = {_INDEX: json.dumps(head, sort_keys=True).encode()}
        for number, layer in enumerate(self.layers):
            found.update({f"{number}/{path}": content for path, content in layer.files.items()})
        for number, address in enumerate(elsewhere):
            start = f"{_ELSEWHERE}-{number}"
            found.update({f"{start}/{path}": c for path, c in self.elsewhere.read[address].items()})
        return found

    @classmethod
    def of(cls, files: Mapping[str, bytes]) -> Snapshot:
        """The snapshot that :meth:`files` gave; raises ValueError for anything else."""
        try:
            index = json.loads(files[_INDEX])
            if index["format"] != 1:
                raise ValueError(f"catalog snapshots of format {index['format']} are of a newer version")
            parts: dict[str, dict[str, bytes]] = {}
            for path in sorted(files.keys() - {_INDEX}):
                part, _, inner = path.partition("/")
                parts.setdefault(part, {})[inner] = files[path]
            layers = (_layer(row, parts.pop(str(n), {})) for n, row in enumerate(index["layers"]))
            known = enumerate(index.get(_ELSEWHERE, ()))
            made = cls(tuple(layers), Elsewhere(read={a: parts.pop(f"{_ELSEWHERE}-{n}") for n, a in known}))
            if parts:
                raise ValueError(f"these files are no snapshot of a catalog: {sorted(parts)[0]!r}")
            return made
        except (KeyError, TypeError, IndexError) as problem:
            raise ValueError(f"these files are no snapshot of a catalog: {problem!r}") from None


def _layer(row: Mapping[str, Any], files: Mapping[str, bytes]) -> LayerFiles:
    return LayerFiles(
        row["name"], row["shown"], files, row["origin"], bool(row["binding"]), row.get("revision")
    )
