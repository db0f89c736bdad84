"""``bakehouse launch``, called by the supervisor of local programs."""

from __future__ import annotations

from pathlib import Path

import click

from ..exits import Exit


@click.command("launch", hidden=True)
@click.argument("run_file", type=click.Path(path_type=Path))
def command(run_file: Path) -> Exit:
    """Become the program of a run file; its secrets are opened here and nowhere else."""
    from ...drivers.builtin.local.launch import launch
    from ...drivers.builtin.local.runfile import read_run_file
    from ..wiring import Revealer

    run = read_run_file(run_file)
    launch(run_file, Revealer(run.store, run.environment_uid))
