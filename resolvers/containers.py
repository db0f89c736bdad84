"""A workload's containers with their placeholders resolved, where the Score specification expands them."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from ..graph.application import Workload
from ..graph.values import Secret, Text, Unknown, Value, in_text, text
from .draft import Draft, DraftNode
from .placeholders import BadPlaceholder, Placeholder, scan
from .render import Path, Unresolved
from .scopes import ScoreScope, Site

_PROFILE_ROOTS = ("context", "var", "variables")
_FIELDS = ("source", "claimSpec")


class Containers(Struct, frozen=True):
    """The containers of one workload, for the node that runs it."""

    draft: Draft
    node: DraftNode
    workload: Workload

    def filled(self) -> dict[str, dict[str, Any]]:
        """Variables, file contents and volume sources as values; everything else as it was written.

        A variable and a content are text: what is no text becomes it when it is known. A volume's ``volume``
        holds the outputs of the volume resource that its source names, or is null.
        """
        return {name: self._container(name, body) for name, body in self.workload.containers.items()}

    def _container(self, name: str, body: Any) -> dict[str, Any]:
        found = dict(body)
        base: Path = ("containers", name)
        if "variables" in body:
            found["variables"] = {
                key: self._text(value, (*base, "variables", key)) for key, value in body["variables"].items()
            }
        if "files" in body:
            found["files"] = {
                key: self._file(file, (*base, "files", key)) for key, file in body["files"].items()
            }
        if "volumes" in body:
            found["volumes"] = {
                key: self._volume(volume, (*base, "volumes", key)) for key, volume in body["volumes"].items()
            }
        return found

    def _file(self, file: Any, path: Path) -> dict[str, Any]:
        if "content" not in file or file.get("noExpand", False):
            return dict(file)
        return {**file, "content": self._text(file["content"], (*path, "content"), whole=path)}

    def _text(self, written: str | Secret, path: Path, whole: Path | None = None) -> Value:
        if isinstance(written, Secret) or "$" not in written:
            return written
        site, scope = self._at(path, whole)
        found = site.render(written, scope.answer)
        if isinstance(found, Unknown):
            return found if found.secret or found.type == "string" else Text((found,))
        if isinstance(found, str | Text) or not isinstance(found, int | float | bool | dict | list):
            return found
        return text(in_text(found))

    def _volume(self, volume: Any, path: Path) -> dict[str, Any]:
        site, scope = self._at((*path, "source"), path)
        written: str = volume["source"]
        named = _named_resource(written)
        if named is None:
            return {**volume, "source": site.render(written, scope.answer), "volume": None}
        try:
            address = scope.address(named)
            node = self.draft.nodes[address]
            known = node.recipe.fields if node.recipe else None
            if known is not None and not any(field in known for field in _FIELDS):
                message = f"{named.raw} is {address}, which is no volume"
                raise Unresolved(
                    "no-volume", message, "name a resource whose outputs are source or claimSpec"
                )
            outputs = {
                f: site.refer(address, (f,), named, ()) if f in (known or ()) else None for f in _FIELDS
            }
        except Unresolved as problem:
            self.draft.unresolved(problem, self.node, site.places, site.base)
            return {**volume, "volume": None}
        return {**volume, "source": address.id, "volume": outputs}

    def _at(self, path: Path, whole: Path | None = None) -> tuple[Site, ScoreScope]:
        """Where a text stands: in the workload's file, or in the profile that gave it."""
        origin = self.draft.origins.get(self.workload.name, {}).get(whole or path)
        if origin is None:
            site = Site(self.draft, self.node, self.workload.places, path)
            return site, ScoreScope(site, self.workload.name)
        inside = path[len(whole) :] if whole else ()
        site = Site(self.draft, self.node, origin.profile.places, ("defaults", *origin.path, *inside))
        return site, ProfileScope(site, self.workload.name)


class ProfileScope(ScoreScope, frozen=True):
    """Placeholders in a profile's defaults: those of the workload, and ``context`` and ``var`` besides."""

    def answer(self, placeholder: Placeholder, path: Path) -> Value:
        """The value of a placeholder; raises :class:`Unresolved`."""
        if placeholder.path[0] in _PROFILE_ROOTS:
            return self.site.draft.surroundings.answer(placeholder)
        return ScoreScope.answer(self, placeholder, path)


def _named_resource(written: str) -> Placeholder | None:
    """The placeholder of a source that is ``${resources.NAME}`` and nothing else."""
    try:
        parts = scan(written)
    except BadPlaceholder:
        return None
    if len(parts) == 1 and isinstance(parts[0], Placeholder):
        found = parts[0]
        return found if found.path[0] == "resources" and len(found.path) == 2 else None
    return None
