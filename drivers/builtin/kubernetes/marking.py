"""What we put onto every object: whose it is."""

from __future__ import annotations

from ...sdk import Context
from .objects import Object, labels, metadata

UID = "bakehouse.dev/uid"
GENERATION = "bakehouse.dev/generation"
TOKEN = "bakehouse.dev/token"


def marks(uid: str, generation: int, token: str) -> dict[str, str]:
    """The labels of every object of a resource."""
    return {UID: uid, GENERATION: str(generation), TOKEN: token}


def marked(manifest: Object, context: Context) -> Object:
    """The manifest with the labels of the call's resource."""
    given = {**labels(manifest), **marks(context.uid, context.generation, context.token)}
    return {**manifest, "metadata": {**metadata(manifest), "labels": given}}


def is_ours(found: Object, uid: str) -> bool:
    """Whether an object belongs to the resource of this uid, whatever its generation."""
    return labels(found).get(UID) == uid


def carries(found: Object, token: str) -> bool:
    """Whether an object is that of this very token."""
    return labels(found).get(TOKEN) == token


def selector(uid: str) -> str:
    """What selects the objects of a resource."""
    return f"{UID}={uid}"
