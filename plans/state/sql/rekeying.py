"""Encrypting every secret of a store anew: all of them in one transaction, while nobody holds an environment."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, bindparam, select, update

from ....drivers.secrets import SecretRow
from ..failures import lease_held, state_error
from ..store import Reseal
from . import schema
from .lease import stored_lease
from .reader import registered


def rekey(connection: Connection, now_ms: int, keys: tuple[str, str], reseal: Reseal) -> int:
    """Replace each row by what ``reseal`` makes of it and record the second of ``keys`` in place of the first.

    How many rows there were. Raises LeaseHeld, StateError, or what ``reseal`` raises; then the transaction must be undone.
    """
    former, key_id = keys
    recorded = connection.scalar(select(schema.store.c.key_id).with_for_update())
    if recorded != former:
        raise state_error(
            "wrong-key",
            f"the secrets of this state are encrypted with key {recorded}, no longer with {former}",
            "somebody changed the key meanwhile: bring the new one with 'bakehouse key import FILE'",
        )
    _refuse_while_held(connection, now_ms)
    rows = connection.execute(select(schema.secret)).all()
    renewed = [_columns(row.environment_uid, reseal(row.environment_uid, _secret(row))) for row in rows]
    if renewed:
        connection.execute(_RENEW, renewed)
    connection.execute(update(schema.store).values(key_id=key_id))
    return len(renewed)


def _refuse_while_held(connection: Connection, now_ms: int) -> None:
    """A run that holds an environment has the former key in its hands and goes on sealing with it."""
    for uid in connection.scalars(select(schema.environment.c.uid)).all():
        found = stored_lease(connection, uid)
        if found is not None and not found.lapsed(now_ms):
            environment = registered(connection, uid)
            raise lease_held(f"{environment.application}/{environment.name}", found.lease())


def _secret(row: Row[Any]) -> SecretRow:
    return SecretRow(f"{row.owner}/{row.field}", str(row.version), row.key_id, row.nonce, row.ciphertext)


def _columns(environment_uid: str, row: SecretRow) -> dict[str, Any]:
    return {
        "of": environment_uid,
        "by": row.owner,
        "at": row.field,
        "in_version": int(row.version),
        "key_id": row.key_id,
        "nonce": row.nonce,
        "ciphertext": row.ciphertext,
    }


_secrets = schema.secret.c
_RENEW = update(schema.secret).where(
    _secrets.environment_uid == bindparam("of"),
    _secrets.owner == bindparam("by"),
    _secrets.field == bindparam("at"),
    _secrets.version == bindparam("in_version"),
)
