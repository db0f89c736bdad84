"""Whether a Compose file is one, by the JSON Schema of its specification."""

from __future__ import annotations

import importlib
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from .....graph.values import display
from ....faults import PermanentFault

_SHOWN = 3


def check_compose(document: Mapping[str, Any]) -> None:
    """Raise :class:`PermanentFault` (``compose-refused``) where the specification's schema does not take the document."""
    found = sorted(
        _validator().iter_errors(display(document)), key=lambda error: list(map(str, error.absolute_path))
    )
    if found:
        told = [f"{'.'.join(map(str, error.absolute_path)) or '(top)'}: {_reason(error)}" for error in found]
        more = f"; and {len(told) - _SHOWN} more" if len(told) > _SHOWN else ""
        raise PermanentFault(
            f"compose-refused: {'; '.join(told[:_SHOWN])}{more}",
            hint="look at the patches of profiles with target compose",
        )


@cache
def _validator() -> Any:
    try:
        library: Any = importlib.import_module("jsonschema")
    except ImportError:
        raise PermanentFault(
            "the package jsonschema is not installed", hint="pip install 'bakehouse[compose]'"
        ) from None
    schema = json.loads(Path(__file__).with_name("compose-spec.json").read_text(encoding="utf-8"))
    return library.Draft7Validator(schema)


def _reason(error: Any) -> str:
    """Of several ways that all fail, what is wrong with the one that is nearest."""
    best = importlib.import_module("jsonschema").exceptions.best_match([error])
    return str((best or error).message)[:200]
