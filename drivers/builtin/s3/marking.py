"""The tag by which buckets and users are told to be ours: its value is a digest, because others see it."""

from __future__ import annotations

import hashlib

Tags = tuple[tuple[str, str], ...]

TAG = "bakehouse"


def mark(token: str) -> str:
    """The tag's value for what was made with this create token."""
    return hashlib.sha256(token.encode()).hexdigest()


def is_ours(tags: Tags | None, token: str) -> bool:
    """Whether something with these tags exists and was made with this token."""
    return tags is not None and (TAG, mark(token)) in tags


def owner(tags: Tags) -> str | None:
    """Whose it is, where it is one of ours."""
    return next((value for key, value in tags if key == TAG), None)
