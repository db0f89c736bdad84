"""Writes a plan file, and says how to go on with it."""

from __future__ import annotations

import os
import secrets
import shlex
from pathlib import Path

from ..graph.diagnostics import Diagnostic
from ..graph.errors import InvalidInput
from ..plans.archive import dump
from ..plans.plan import Plan
from .views.text import Line


def save(plan: Plan, path: Path) -> list[Line]:
    """Write the plan's archive (mode 0600) whole or not at all; raises InvalidInput. Gives the lines to tell."""
    content = dump(plan)
    draft = path.with_name(f".{path.name[:100]}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise InvalidInput(
            Diagnostic("plan-not-saved", f"the plan cannot be written to {path}: {error.strerror}")
        ) from error
    after = f"Apply exactly this with: bakehouse apply {shlex.quote(str(path))}"
    return ["", f"Saved to {path}. {'As it is, it can be shown only.' if plan.refusals else after}"]
