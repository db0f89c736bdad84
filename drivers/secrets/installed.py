"""Secret stores of other packages, found by their entry points."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import entry_points

from ...graph.stores import GROUP
from .contract import SecretStore, secret_error


def installed_store(name: str, environ: Mapping[str, str]) -> SecretStore | None:
    """The store that a package registered under ``name``, made from the process's variables; None where none did.

    Raises SecretError (``secret-store-unfit``) for one that cannot be loaded or made, without the words of whatever
    went wrong, which may hold what the store was set up with.
    """
    for point in entry_points(group=GROUP):
        if point.name == name:
            try:
                store: SecretStore = point.load()(environ)
            except Exception as error:
                raise secret_error(
                    "secret-store-unfit",
                    f"the secret store '{name}' of {point.value} cannot be used: {type(error).__name__}",
                    "look at what the package needs to be told, and at its version",
                ) from None
            return store
    return None
