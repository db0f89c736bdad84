"""Keeps clear text out of what is recorded: opened for one driver call, sealed again in its results."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import date
from enum import Enum
from pathlib import PurePath
from typing import Any

from pydantic import BaseModel, SecretStr

from ...drivers.faults import PermanentFault
from ...drivers.secrets import SecretRow, scrub
from ...graph.errors import BakehouseError
from ...graph.narrow import is_list, is_map, is_set
from ...graph.values import Secret, Text, Unknown, Value, dig, fill
from ..access import SecretAccess

Newest = Callable[[str], str | None]
"""The newest stored version of a local secret, by its reference; None when there is none."""

_SHORT = 4
_HELD = "call"
"""The store's name in references to clear texts that live only for one call."""


class Opened:
    """Opens secrets for one call and remembers the clear texts, to find them again in what comes back."""

    def __init__(self, access: SecretAccess) -> None:
        self._access = access
        self._clear: set[str] = set()
        self._held: list[str] = []

    def reveal(self, secret: Secret) -> str:
        """The clear text of a secret."""
        if secret.store == _HELD:
            return self._held[int(secret.ref)]
        clear: str = self._access.reveal(secret)
        self._clear.add(clear)
        return clear

    def hold(self, value: Any) -> Any:
        """``value`` with every ``SecretStr`` as a reference that only this call can open."""
        if isinstance(value, SecretStr):
            self._held.append(value.get_secret_value())
            self.remember(value.get_secret_value())
            return Secret(_HELD, str(len(self._held) - 1))
        if isinstance(value, BaseModel):
            value = dict(value)
        if is_map(value):
            return {k: self.hold(v) for k, v in value.items()}
        return [self.hold(v) for v in value] if is_list(value) else value

    def open(self, value: Value) -> Any:
        """``value`` with every secret in clear."""
        return fill(value, lambda leaf: self.reveal(leaf) if isinstance(leaf, Secret) else leaf)

    def remember(self, clear: str) -> None:
        """Treat ``clear`` as secret from now on."""
        self._clear.add(clear)

    def taints(self, text: str) -> bool:
        """Whether ``text`` contains a secret that was opened, also quoted for a URL or in base64.

        Secrets of three characters or fewer do not count.
        """
        return self.scrub(text) != text

    def scrub(self, text: str) -> str:
        """``text`` with every opened secret replaced."""
        return scrub(text, [c for c in self._clear if len(c) >= _SHORT])


class Sealer:
    """Seals the outputs of one resource: new clear texts become rows, unchanged ones keep their version."""

    def __init__(self, access: SecretAccess, newest: Newest, opened: Opened, uid: str) -> None:
        self._access = access
        self._newest = newest
        self._opened = opened
        self._uid = uid
        self.rows: list[SecretRow] = []

    def seal(self, value: Any, former: Mapping[str, Value], prefix: str = "") -> dict[str, Value]:
        """A map of outputs as values; ``former`` are those recorded before, ``prefix`` parts their references."""
        plain: Mapping[str, Any] = value if is_map(value) else dict(value)
        return {k: self._value(v, (k,), former, prefix) for k, v in plain.items()}

    def _value(self, value: Any, path: tuple[str, ...], former: Mapping[str, Value], prefix: str) -> Value:
        if isinstance(value, Secret) and value.store == _HELD:
            return self._secret(self._opened.reveal(value), path, former, prefix)
        if isinstance(value, float) and not math.isfinite(value):
            raise PermanentFault(f"output {'.'.join(path)} is {value}, which cannot be recorded")
        if value is None or isinstance(value, bool | int | float | Unknown | Secret | Text):
            return value
        if isinstance(value, SecretStr):
            return self._secret(value.get_secret_value(), path, former, prefix)
        if isinstance(value, Enum):
            return self._value(value.value, path, former, prefix)
        if isinstance(value, str):
            return self._secret(value, path, former, prefix) if self._opened.taints(value) else value
        if isinstance(value, BaseModel):
            value = dict(value)
        if is_map(value):
            if any(self._opened.taints(str(k)) for k in value):
                raise PermanentFault(f"output {'.'.join(path)} has a key that holds a secret")
            return {str(k): self._value(v, (*path, str(k)), former, prefix) for k, v in value.items()}
        if is_list(value) or is_set(value):
            return [self._value(v, (*path, str(i)), former, prefix) for i, v in enumerate(value)]
        if isinstance(value, date):
            return value.isoformat()
        return self._value(str(value) if isinstance(value, PurePath) else repr(value), path, former, prefix)

    def _secret(self, clear: str, path: tuple[str, ...], former: Mapping[str, Value], prefix: str) -> Secret:
        try:
            recorded = dig(former, path)
        except KeyError:
            recorded = None
        if isinstance(recorded, Secret) and self._same(recorded, clear):
            return recorded
        return self.fresh(prefix + ".".join(path), clear)

    def fresh(self, field: str, clear: str) -> Secret:
        """The reference of a clear text that is not the recorded one: its next version."""
        ref = f"{self._uid}/{field}"
        version = str(int(self._newest(ref) or "0") + 1)
        self.rows.append(self._access.seal(self._uid, field, version, clear))
        self._opened.remember(clear)
        return Secret("local", ref, version)

    def _same(self, recorded: Secret, clear: str) -> bool:
        try:
            return self._access.reveal(recorded) == clear
        except BakehouseError:
            return False
