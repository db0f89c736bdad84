"""Values that are read from objects once these are ready."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from pydantic import SecretStr

from ....graph.values import Secret, dig
from ...sdk import Context, PermanentFault
from .models import TakenOutput
from .objects import Identity, Object


def taken_outputs(
    context: Context, asked: Mapping[str, TakenOutput], found: Mapping[Identity, Object]
) -> dict[str, Any]:
    """Each output by its name; a secret that is the recorded one still is given by its reference.

    Raises :class:`PermanentFault` naming what has no such value.
    """
    former: Mapping[str, Any] = context.prior.outputs if context.prior else {}
    return {
        name: _same(context, former.get(name), _value(name, output, found)) for name, output in asked.items()
    }


def _same(context: Context, recorded: Any, value: Any) -> Any:
    if not isinstance(value, SecretStr) or not isinstance(recorded, Secret):
        return value
    return recorded if context.reveal(recorded) == value.get_secret_value() else value


def _value(name: str, output: TakenOutput, found: Mapping[Identity, Object]) -> Any:
    matching = [item for key, item in found.items() if f"{key.kind}/{key.name}" == output.object]
    if len(matching) != 1:
        much = "no manifest is" if not matching else "more than one manifest is"
        raise PermanentFault(
            f"output-not-in-object: the output {name} is taken from {output.object}, and {much}"
        )
    try:
        value = dig(matching[0], tuple(output.path.split(".")))
    except (KeyError, TypeError):
        raise PermanentFault(
            f"output-not-in-object: {output.object} has no {output.path}, of which the output {name} is taken"
        ) from None
    if not output.is_secret:
        return value
    return SecretStr(_decoded(value) if output.path.startswith("data.") else str(value))


def _decoded(value: Any) -> str:
    try:
        return base64.b64decode(str(value), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return str(value)
