"""Opens a store of either kind by its address."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..plans.state.sql import TableStore


def store_at(
    url: str,
    environ: Mapping[str, str],
    *,
    create: bool = False,
    accept_new_state: bool = False,
    base: Path | None = None,
) -> TableStore:
    """The store at ``url``; raises StateError as :func:`bakehouse.plans.state.sql.open_store` does.

    ``environ`` says where the user's registry of stores lies, ``base`` what a relative path is meant from.
    """
    from ..plans.state.registry import user_state_home
    from ..plans.state.sql import is_shared, open_shared, open_store

    if is_shared(url):
        return open_shared(url, create=create)
    home = user_state_home(environ)
    return open_store(url, create=create, state_home=home, accept_new_state=accept_new_state, base=base)
