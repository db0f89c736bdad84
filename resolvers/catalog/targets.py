"""Where a template may write: below the application's folder, and not into what programs run by themselves."""

from __future__ import annotations

import posixpath

_RESERVED = frozenset({".git", ".bakehouse"})
"""Folders whose files belong to a program: a hook in there would be run without anybody asking for it."""


def forbidden(target: str) -> str | None:
    """Why nothing may be written at a path of POSIX form; None where it may be."""
    shown = f"'{target[:200]}'"
    steps = target.split("/")
    if posixpath.isabs(target) or ".." in steps or "\\" in target or target[1:2] == ":":
        return f"{shown} leads out of the application's folder"
    if not target.isprintable() or any(step.strip(" .") == "" for step in steps):
        return f"{shown} is no path of a file"
    reserved = next((step for step in steps if step.lower() in _RESERVED), None)
    return (
        None if reserved is None else f"{shown} lies in {reserved}, which is no place for a template's files"
    )
