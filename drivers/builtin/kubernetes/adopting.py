"""Objects that exist already and are nobody's: described as they are, so that they can be taken over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ....graph.narrow import is_list, is_map
from ....graph.values import Value, leaves
from ...sdk import Context, Imported, NotFound, PermanentFault
from .applying import owner, taken
from .cluster import Cluster
from .marking import is_ours
from .objects import Identity, Object, metadata, recorded
from .secrecy import is_secret
from .wanted import Wanted, wanted


def described(context: Context, cluster: Cluster, external_id: str, planned: Mapping[str, Any]) -> Imported:
    """The objects that ``external_id`` names; raises :class:`NotFound`, and :class:`Conflict` for another resource's."""
    manifests, namespace = planned.get("manifests"), planned.get("namespace")
    if not is_list(manifests) or leaves(namespace) or not all(_is_named(manifest) for manifest in manifests):
        raise PermanentFault("the names of its objects are not known before it is applied")
    items = wanted(context, cluster, manifests, namespace)
    asked = named(items, external_id)
    found: list[Object] = []
    for manifest in manifests:
        item = next(i for i in items if _same(i.identity, manifest))
        found.append(
            _found(context, cluster, item.identity, manifest) if item.identity in asked else manifest
        )
    others = [str(item.identity) for item in items if item.identity not in asked]
    notes = ["they get labels that say whose they are, and are waited for"]
    if others:
        notes.append(f"made besides: {', '.join(others)}")
    if any(is_secret(manifest) for manifest in found):
        notes.append("values of Secrets are replaced by those of the manifests, and are not compared here")
    return Imported({**planned, "manifests": found}, {}, recorded(asked), tuple(notes))


def named(items: Sequence[Wanted], external_id: str) -> set[Identity]:
    """The objects of an id, which is ``KIND/NAME``, or several of these with commas; raises :class:`NotFound`."""
    by_name = {f"{item.kind}/{item.identity.name}": item.identity for item in items}
    asked = [part.strip() for part in external_id.split(",")]
    strange = [part for part in asked if part not in by_name]
    if strange:
        raise NotFound(
            f"no manifest is called {strange[0]}",
            hint=f"the id is KIND/NAME of manifests, with commas between several: {', '.join(by_name)}",
        )
    return {by_name[part] for part in asked}


def _is_named(manifest: Value) -> bool:
    return is_map(manifest) and not leaves(
        [manifest.get("apiVersion"), manifest.get("kind"), metadata(manifest)]
    )


def _found(context: Context, cluster: Cluster, name: Identity, manifest: Object) -> Object:
    live = cluster.get(name)
    if live is None:
        raise NotFound(f"there is no {name}")
    if owner(live) is not None and not is_ours(live, context.uid):
        raise taken(name, live)
    return manifest if is_secret(manifest) else _alike(live, manifest)


def _same(name: Identity, manifest: Object) -> bool:
    told = metadata(manifest)
    place = told.get("namespace")
    same = (name.api_version, name.kind, name.name) == (
        manifest["apiVersion"],
        manifest["kind"],
        told["name"],
    )
    return same and place in (None, name.namespace)


def _alike(live: Value, manifest: Value) -> Value:
    """What ``live`` has in the places that the manifest speaks of; nothing of what it does not speak of."""
    if is_map(live) and is_map(manifest):
        return {key: _alike(live[key], value) for key, value in manifest.items() if key in live}
    if is_list(live) and is_list(manifest) and len(live) == len(manifest):
        return [_alike(old, new) for old, new in zip(live, manifest, strict=True)]
    return live
