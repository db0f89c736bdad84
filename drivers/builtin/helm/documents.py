"""A release as files, before there is one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from ...sdk import Context, Document, plain_name
from ..carried import Folder

_OWN = ("release", "namespace", "repository", "version")


def documents(context: Context, planned: Mapping[str, Any]) -> tuple[Document, ...]:
    """``values.yaml`` for ``helm install --values``, ``release.yaml`` with the rest of the command, and a folder's chart."""
    source = planned.get("chart")
    try:
        folder = None if isinstance(source, str) else Folder.model_validate(source)
    except ValidationError:
        folder = None
    named = {name: planned[name] for name in _OWN if planned.get(name) is not None}
    release = {"release": context.slug, "namespace": "default", **named}
    found = [
        Document("release.yaml", {"chart": "chart" if folder else source, **release}),
        Document("values.yaml", planned.get("values", {})),
    ]
    for path, content in sorted(folder.contents().items()) if folder else ():
        name = "/".join(plain_name(step) for step in path.split("/"))
        found.append(Document(f"chart/{name}", content.decode(errors="replace")))
    return tuple(found)
