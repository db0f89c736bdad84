"""Driver ``volume``: a folder of the environment's own for data that outlives the processes."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict

from ..sdk import (
    Conflict,
    Context,
    CreateMode,
    Driver,
    Imported,
    NotFound,
    Proposal,
    Result,
    immutable,
    stable,
)
from .local.private import locked, private_folder, prune, system_faults, write_private

_COUNTED = 10_000


class VolumeInputs(BaseModel):
    """``name`` is unique in the environment."""

    model_config = ConfigDict(extra="forbid")

    name: str = immutable(pattern=r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$")


class VolumeOutputs(BaseModel):
    """``source`` is the absolute path of the folder."""

    source: str = stable()


class Volume(Driver[VolumeInputs, VolumeOutputs]):
    """A folder (0700) in the environment's private folder; its content is never looked into and goes with it."""

    name: ClassVar[str] = "volume"
    summary: ClassVar[str] = "a folder for data on this machine"
    create_mode: ClassVar[CreateMode] = CreateMode.IDEMPOTENT
    timeout: ClassVar[float] = 60.0
    Inputs = VolumeInputs
    Outputs = VolumeOutputs

    def plan(self, context: Context, planned: Mapping[str, Any]) -> Proposal | None:
        """Where data would be lost, say how much; all else is left to the engine."""
        if context.prior is None or context.prior.inputs.get("name") == planned.get("name"):
            return None
        note = _amount(Path(str(context.prior.outputs.get("source", ""))))
        return Proposal("replace", replace_paths=("name",), notes=(note,) if note else ())

    @system_faults()
    def create(self, context: Context, inputs: VolumeInputs) -> Result:
        """Make the folder, or find it again; raises :class:`Conflict` if it is another resource's."""
        volumes = context.workspace.home / "volumes"
        with locked(volumes):
            owner = volumes / f".{inputs.name}.owner"
            found = owner.read_text(encoding="utf-8") if owner.exists() else ""
            if found not in ("", context.token):
                raise Conflict(f"the volume {inputs.name} belongs to another resource", owner=found)
            write_private(owner, context.token.encode())
            return _result(private_folder(volumes / inputs.name))

    def import_(self, context: Context, external_id: str, planned: Mapping[str, Any]) -> Imported:
        """The folder at the absolute path ``external_id``: adopting it moves it to where volumes lie."""
        target, source = _owned(context), Path(external_id)
        if target is not None and target.is_dir():
            return Imported(dict(planned), {"source": str(target)})  # moved already
        if not source.is_absolute() or source.is_symlink() or not source.is_dir():
            raise NotFound(
                f"there is no folder {external_id}", hint="the id is the absolute path of a folder"
            )
        kept = (context.workspace.root.resolve(), context.workspace.home.resolve())
        if any(place.is_relative_to(source.resolve()) for place in kept):
            raise Conflict(f"{external_id} holds the application or its environment", owner=external_id)
        if source.resolve().is_relative_to(kept[1]):
            raise Conflict(f"{external_id} belongs to this environment already", owner=external_id)
        note = f"{source} is moved into the environment's folder"
        held = _amount(source)
        return Imported(dict(planned), notes=(f"{note}; {held}" if held else note,))

    @system_faults()
    def adopt(self, context: Context, external_id: str, inputs: VolumeInputs) -> Result:
        """Move the folder, as it is, to where volumes lie; raises a fault where that is another file system."""
        volumes = context.workspace.home / "volumes"
        with locked(volumes):
            owner, target = volumes / f".{inputs.name}.owner", volumes / inputs.name
            found = owner.read_text(encoding="utf-8") if owner.exists() else ""
            if found not in ("", context.token):
                raise Conflict(f"the volume {inputs.name} belongs to another resource", owner=found)
            write_private(owner, context.token.encode())
            if not target.exists():
                Path(external_id).rename(target)
            return _result(private_folder(target))

    def update(self, context: Context, inputs: VolumeInputs) -> Result:
        """Make the folder again if somebody removed it; data in it is kept."""
        return self.create(context, inputs)

    def read(self, context: Context, inputs: VolumeInputs | None) -> Result:
        """The folder, if it is there."""
        source = _owned(context)
        if source is None or not source.is_dir():
            raise NotFound("the volume's folder is gone")
        return _result(source)

    @system_faults()
    def delete(self, context: Context) -> None:
        """Remove the folder and everything in it; links in it are removed, not followed."""
        source = _owned(context)
        if source is None:
            return
        with locked(source.parent):
            _remove_tree(source)
            (source.parent / f".{source.name}.owner").unlink(missing_ok=True)
            prune(source.parent, levels=2)


def _owned(context: Context) -> Path | None:
    """The folder of this create token."""
    volumes = context.workspace.home / "volumes"
    for owner in sorted(volumes.glob(".*.owner")):
        if owner.read_text(encoding="utf-8") == context.token:
            return volumes / owner.name.removeprefix(".").removesuffix(".owner")
    return None


def _result(source: Path) -> Result:
    return Result(VolumeOutputs(source=str(source)))


def _remove_tree(source: Path) -> None:
    if source.is_symlink():
        source.unlink()
    elif source.is_dir():
        for folder, _, _ in os.walk(source):
            Path(folder).chmod(0o700)  # what a program left closed could not be emptied
        shutil.rmtree(source)


def _amount(source: Path) -> str:
    files = size = 0
    for folder, _, names in os.walk(source):
        for name in names:
            files += 1
            size += Path(folder, name).lstat().st_size
        if files > _COUNTED:
            return f"its folder holds more than {_COUNTED} files"
    return f"its folder holds {files} files, {size} bytes" if files else ""
