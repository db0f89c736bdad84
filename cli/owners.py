"""Whose resource a command is about: a workload's, or one that all workloads share."""

from __future__ import annotations

import click


def owner(names: tuple[str, ...], *, shared: bool) -> tuple[str | None, str]:
    """The workload, None for a shared resource, and the resource's name; raises a usage error."""
    if shared and len(names) == 1:
        return None, names[0]
    if not shared and len(names) == 2:
        return names[0], names[1]
    expected = "NAME alone" if shared else "WORKLOAD and NAME, or --shared and NAME"
    raise click.UsageError(f"expected {expected}")
