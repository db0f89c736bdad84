"""Names for local secrets of other environments: ``ENVIRONMENT_UID:OWNER_UID/FIELD``.

A reference takes over the outputs of a resource of another environment with their secrets as references. Those lie,
encrypted, where their owner put them, and are bound to that environment; so the name says which one it is.
"""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct
from msgspec.structs import replace

from ...graph.stores import LOCAL
from ...graph.values import Secret, Unknown, Value, fill
from .contract import SecretError, secret_error
from .local import LocalStore
from .rows import SecretRow
from .vault import LocalVault

Rows = Callable[[str, str | None], SecretRow | None]
"""Answers the row of a local secret by what it is called in its own environment, and by version or None."""

_MARK = ":"


def from_outside(value: Value, environment_uid: str) -> Value:
    """A value of an environment as others name it: its local secrets by the environment's uid, all else as it is."""

    def named(leaf: Unknown | Secret) -> Value:
        if not isinstance(leaf, Secret) or leaf.store != LOCAL or _MARK in leaf.ref.partition("/")[0]:
            return leaf
        return replace(leaf, ref=f"{environment_uid}{_MARK}{leaf.ref}")

    return fill(value, named)


def home_of(ref: str) -> tuple[str | None, str]:
    """The environment in which a local secret lies, None for one's own, and what it is called there."""
    owner, slash, field = ref.partition("/")
    environment_uid, mark, inner = owner.partition(_MARK)
    return (environment_uid, f"{inner}{slash}{field}") if mark else (None, ref)


class ElsewhereStore(Struct, frozen=True):
    """Implements ``SecretStore`` for local secrets of other environments of the same state.

    ``given`` answers the rows of the environment that a name leads to, None where the secret was never given to the
    environment that asks: whoever writes a name into a file has not thereby the right to open it. ``vault`` answers
    the vault of an environment under a key, or under the one that counts now.
    """

    given: Callable[[str], Rows | None]
    vault: Callable[[str, str | None], LocalVault]

    def reveal(self, ref: str, version: str | None) -> str:
        """The clear text; raises SecretError, ``secret-not-given`` where no reference brought the secret here."""
        store, inner = self._home(ref)
        if store is None:
            raise _not_given(ref)
        if store.version_of(inner) is None:
            raise _owner_gone(ref)
        return store.reveal(inner, version)

    def version_of(self, ref: str) -> str | None:
        """The newest version, or None if there is none, or if it was never given."""
        store, inner = self._home(ref)
        return None if store is None else store.version_of(inner)

    def _home(self, ref: str) -> tuple[LocalStore | None, str]:
        environment_uid, inner = home_of(ref)
        rows = self.given(ref)
        if environment_uid is None or rows is None:
            return None, inner
        return LocalStore(lambda key_id: self.vault(environment_uid, key_id), rows), inner


def _not_given(ref: str) -> SecretError:
    return secret_error(
        "secret-not-given",
        f"the secret {ref} belongs to another environment, and no reference recorded here gave it",
        "let a definition with the driver 'reference' read the resource that it belongs to",
    )


def _owner_gone(ref: str) -> SecretError:
    return secret_error(
        "secret-missing",
        f"the secret {ref} went with the resource of another environment that it belonged to",
        "what can only be reached with it can only be forgotten, not changed or deleted",
    )
