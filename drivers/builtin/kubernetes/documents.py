"""Manifests as files, before there is an object."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ....graph.narrow import is_list, is_map
from ....graph.values import leaves
from ...sdk import Context, Document, plain_name
from .objects import Object, check, metadata
from .secrecy import check_secrets
from .wanted import Offline, wanted


def documents(context: Context, planned: Mapping[str, Any]) -> tuple[Document, ...]:
    """One document for each manifest; none where names are not known yet, by which the files are called."""
    manifests, namespace = planned.get("manifests"), planned.get("namespace")
    if not is_list(manifests) or leaves(namespace) or not all(_is_named(manifest) for manifest in manifests):
        return ()
    check(manifests)
    for manifest in manifests:
        check_secrets(manifest, f"{manifest['kind']} {metadata(manifest)['name']}")
    items = wanted(context, Offline(), manifests, namespace)
    return tuple(
        Document(f"{index:03}-{plain_name(f'{item.kind}-{item.identity.name}'.lower())}.yaml", item.body)
        for index, item in enumerate(items, 1)
    )


def _is_named(manifest: Object) -> bool:
    if not is_map(manifest):
        return False
    place = metadata(manifest)
    return not leaves(
        [manifest.get("apiVersion"), manifest.get("kind"), place.get("name"), place.get("namespace")]
    )
