"""What became of a store's key, in words."""

from __future__ import annotations

from collections.abc import Iterator

from .document import Document, TextView
from .text import Line


class KeyChangeText(TextView):
    """The key's id, where it lies, and what else is worth knowing."""

    def lines(self, document: Document) -> Iterator[Line]:
        """A sentence for each thing."""
        yield _DONE[document["done"]].format(**document)
        if document["done"] == "made":
            yield "Keep a copy of it: without it the secrets are lost. 'bakehouse key import' brings it to other machines."
        if document["former"]:
            yield f"The former key is kept in {document['former']}, because backups made before need it."
        for ref in document["left"]:
            yield f"The secret {ref} could not be opened before and stays as it is."


_DONE = {
    "made": "Key {key} was made in {file}.",
    "imported": "Key {key} lies in {file} now.",
    "present": "Key {key} lies in {file} already.",
    "rotated": "Key {key} in {file} encrypts the secrets now ({secrets} in number). No version changed, so no plan does.",
}
