"""What a fingerprint is made of: equal fingerprints mean that nothing has to be done."""

from __future__ import annotations

from collections.abc import Mapping

from ..graph.encoding import encode
from ..graph.fingerprint import digest
from ..graph.values import Value
from .state.records import RecordedConnection


def fingerprint(
    driver: str, behaviour: int, inputs: Mapping[str, Value], connection: RecordedConnection | None
) -> str:
    """sha256 of driver, its behaviour, the effective inputs (secrets as reference and version) and the connection.

    Not in it: package versions, the definition's name, match, timeout, runner and removal rule.
    """
    where = None if connection is None else [connection.name, connection.kind, encode(connection.values)]
    return digest([driver, behaviour, encode(inputs), where])
