"""Secrets of a test: kept in memory, handed out by reference, each clear text remembered so that leaks can be sought."""

from __future__ import annotations

from typing import Any

from pydantic import SecretStr

from ...graph.narrow import is_list, is_map
from ...graph.values import Secret, Unknown, Value, fill

STORE = "conformance"


class Vault:
    """A secret store in memory. ``clear`` lists every text ever put in."""

    def __init__(self) -> None:
        self._texts: dict[Secret, str] = {}

    @property
    def clear(self) -> tuple[str, ...]:
        """All clear texts, in the order in which they came."""
        return tuple(self._texts.values())

    def put(self, ref: str, text: str) -> Secret:
        """Keep ``text`` as the next version of ``ref``."""
        version = sum(1 for known in self._texts if known.ref == ref) + 1
        reference = Secret(STORE, ref, str(version))
        self._texts[reference] = text
        return reference

    def reveal(self, reference: Secret) -> str:
        """The clear text; KeyError for a reference that was not put in."""
        return self._texts[reference]

    def open(self, value: Value) -> Value:
        """``value`` with its secrets in clear."""

        def answer(leaf: Unknown | Secret) -> Value:
            return self.reveal(leaf) if isinstance(leaf, Secret) else leaf

        return fill(value, answer)

    def close(self, ref: str, data: Any) -> Value:
        """``data`` with every ``SecretStr`` put in and replaced by its reference."""
        if isinstance(data, SecretStr):
            return self.put(ref, data.get_secret_value())
        if is_map(data):
            return {str(name): self.close(f"{ref}/{name}", item) for name, item in data.items()}
        if is_list(data):
            return [self.close(f"{ref}/{index}", item) for index, item in enumerate(data)]
        return data
