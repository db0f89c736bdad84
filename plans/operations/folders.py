"""What an environment's private folder is called in its store's folder: by its name at birth, unless another one is."""

from __future__ import annotations

from ..state.store import StateError, StateStore


def free_folder(store: StateStore, application: str, name: str, uid: str) -> str | None:
    """None where the folder may be called by the new environment's names; else a name that no other one has.

    A store beside one application says ``NAME``, any other ``APPLICATION-NAME``. Either may be in use: by an environment
    that was renamed since it was made, or by one of another application in the same store.
    """
    own = f"{application}-{name}"
    used = _used(store)
    if not used & {name, own}:
        return None
    return own if own not in used else f"{own}-{uid[:8]}"


def _used(store: StateStore) -> set[str]:
    try:
        found = store.reader().environments()
    except StateError as error:
        if error.diagnostics[0].code == "no-store":
            return set()
        raise
    return {n for e in found for n in ([e.folder] if e.folder else [e.name, f"{e.application}-{e.name}"])}
