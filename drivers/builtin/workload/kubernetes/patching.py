"""Patches of profiles with target ``kubernetes``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .....graph.narrow import is_map
from ..patches import Patchable
from ..patches import patched as patched_objects


def _name(found: Mapping[str, Any]) -> Any:
    metadata = found.get("metadata")
    return metadata.get("name") if is_map(metadata) else None


_OBJECTS = Patchable("kubernetes", _name)


def patched(objects: list[dict[str, Any]], profiles: list[Any]) -> list[dict[str, Any]]:
    """The objects after all patches; raises :class:`PermanentFault` as for every target."""
    named = {f"{found['kind']}/{_name(found)}": found for found in objects}
    return list(patched_objects(named, profiles, _OBJECTS).values())
