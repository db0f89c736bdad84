"""How the engine reaches secrets."""

from __future__ import annotations

from typing import Protocol

from ..drivers.secrets import SecretRow
from ..graph.values import Secret


class SecretAccess(Protocol):
    """Opens and seals the secrets of one environment. Opening needs the key, asking for versions does not."""

    def reveal(self, secret: Secret) -> str:
        """The clear text; raises BakehouseError (``secret-missing``, ``no-key``, ``wrong-key``)."""
        ...

    def version_of(self, secret: Secret) -> str | None:
        """The newest version of what the reference names, None when it cannot be known without asking the world."""
        ...

    def seal(self, resource_uid: str, field: str, version: str, clear: str) -> SecretRow:
        """A new version of a secret output, encrypted; writes nothing."""
        ...
