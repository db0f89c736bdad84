"""Plans kept with their deployments: each part a blob of the store, so that equal parts are kept once."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import orjson

from ..graph.fingerprint import canonical, digest_bytes
from .parts import invalid, parts_of, plan_of
from .plan import Plan


def filed(plan: Plan) -> tuple[str, Mapping[str, bytes]]:
    """The digest under which the plan is found again, and the blobs to store."""
    parts = parts_of(plan)
    index = canonical({name: digest_bytes(content) for name, content in parts.items()})
    blobs = {digest_bytes(content): content for content in parts.values()}
    return digest_bytes(index), {**blobs, digest_bytes(index): index}


def retrieved(digest: str, blob: Callable[[str], bytes], shown: str) -> Plan:
    """The plan filed under ``digest``; ``blob`` gives the content of a digest. Raises InvalidPlan, StateError."""
    try:
        index = orjson.loads(blob(digest))
        parts = {str(name): blob(found) for name, found in index.items()}
    except (ValueError, AttributeError) as error:
        raise invalid(shown, "plan-unreadable", "what was filed is no plan") from error
    return plan_of(parts, shown)
