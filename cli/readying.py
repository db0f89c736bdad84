"""What `init` does to a folder once its files are chosen: `.gitignore`, schemas for editors, the environment `local`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .session import Session
    from .wiring import Wiring

LOCAL = "local"


def _has_several(wiring: Wiring, application: str) -> bool:
    return len(wiring.store().reader().environments(application)) > 1


def made_ready(session: Session, written: Sequence[Path], *, accept_new_state: bool) -> dict[str, Any]:
    """Write what is missing and register the environment; what was done, files ``written`` before included."""
    from .scaffold import scaffold
    from .schemas import FOLDER, write_schemas

    wiring = session.wired(accept_new_state=accept_new_state)
    made = [*written, *scaffold(wiring.root)]
    schemas = write_schemas(wiring.root)
    application = wiring.application()
    registered = wiring.register_once(application, LOCAL)
    return {
        "format": 1,
        "kind": "init",
        "application": application.name,
        "files": [str(path.relative_to(wiring.root)) for path in made],
        "schemas": FOLDER if schemas else None,
        "environment": LOCAL if registered is not None else None,
        "registered": bool(registered),
        "several": registered is not None and _has_several(wiring, application.name),
        "environment_types": [t.name for t in wiring.catalog(application).environment_types()],
    }
