"""Driver ``files``: a folder of files in the environment's private folder.

The folder is ``files/SLUG-GENERATION`` below the workspace's ``home``; it belongs to the resource alone, so whatever
else lies in it is removed by the next update. Nothing outside it is ever written.
"""

from __future__ import annotations

import base64
import binascii
import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Annotated, Any, ClassVar

from msgspec import Struct
from pydantic import BaseModel, ConfigDict, Field, model_validator

from ...graph.encoding import encode
from ...graph.fingerprint import canonical, digest
from ...graph.values import Secret, Value, fill, has_secret
from ..sdk import (
    Context,
    CreateMode,
    Driver,
    NotFound,
    PermanentFault,
    Result,
    TransientFault,
    sealed,
    stable,
)

NO_SPACE = {errno.ENOSPC, errno.EDQUOT}


class FileInput(BaseModel):
    """One file: its ``content`` as text, or as ``base64``, and its ``mode`` in octal digits (0600 where secret)."""

    model_config = ConfigDict(extra="forbid")

    content: Any = None
    base64: Any = None
    mode: Annotated[str, Field(pattern=r"^0?[0-7]{3}$")] = "0644"

    @model_validator(mode="after")
    def _one_source(self) -> FileInput:
        if (self.content is None) == (self.base64 is None):
            raise ValueError("give either content or base64")
        return self


class FilesInputs(BaseModel):
    """The files by their path relative to the folder, with ``/`` between names."""

    model_config = ConfigDict(extra="forbid")

    files: dict[str, FileInput] = sealed()

    @model_validator(mode="after")
    def _paths_stay_inside(self) -> FilesInputs:
        for path in self.files:
            if not _stays_inside(path):
                raise ValueError(f"{path!r} is no plain relative path")
            taken = [str(parent) for parent in PurePosixPath(path).parents if str(parent) in self.files]
            if taken:
                raise ValueError(f"{taken[0]!r} is a file and also the folder of {path!r}")
        return self


class FilesOutputs(BaseModel):
    """The absolute folder, the absolute path of each file, and a digest that changes with any of them.

    Secrets enter the digest by reference and version. Read back, a folder that differs has a sentence in its place.
    """

    directory: str = stable()
    paths: dict[str, str]
    digest: str


class _Wanted(Struct, frozen=True):
    """One file as it should be."""

    path: str
    content: bytes
    mode: int


class Files(Driver[FilesInputs, FilesOutputs]):
    """Writes files atomically; whatever holds a secret is readable by the owner alone."""

    name: ClassVar[str] = "files"
    summary: ClassVar[str] = "a folder of files in the environment's private folder"
    create_mode: ClassVar[CreateMode] = CreateMode.IDEMPOTENT
    timeout: ClassVar[float] = 60.0
    Inputs = FilesInputs
    Outputs = FilesOutputs

    def create(self, context: Context, inputs: FilesInputs) -> Result:
        """Write every file and remove what else lies in the folder."""
        folder = _folder(context)
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            for wanted in _wanted(context, inputs):
                context.cancelled.check()
                _write(folder, wanted)
            _prune(folder, set(inputs.files))
        except OSError as error:
            raise _fault(error) from error
        return _result(folder, inputs, set(inputs.files), _digest(inputs))

    def update(self, context: Context, inputs: FilesInputs) -> Result:
        """The same as :meth:`create`."""
        return self.create(context, inputs)

    def read(self, context: Context, inputs: FilesInputs | None) -> Result:
        """The files that are there; compared with what was written byte by byte."""
        folder = _folder(context)
        if not folder.is_dir():
            raise NotFound(f"the folder {folder} is gone")
        if inputs is None:
            return Result(context.prior.outputs if context.prior else {})
        try:
            seen = {wanted.path: _difference(folder, wanted) for wanted in _wanted(context, inputs)}
        except OSError as error:
            raise _fault(error) from error
        there = {path for path, difference in seen.items() if difference != "is missing"}
        drift = "; ".join(f"{path} {difference}" for path, difference in seen.items() if difference)
        return _result(folder, inputs, there, drift or _digest(inputs))

    def delete(self, context: Context) -> None:
        """Remove the folder, and the folder of all such folders when it was the last."""
        folder = _folder(context)
        try:
            shutil.rmtree(folder)
        except FileNotFoundError:
            return
        except OSError as error:
            raise _fault(error) from error
        if not any(folder.parent.iterdir()):
            folder.parent.rmdir()


def _stays_inside(path: str) -> bool:
    parts = path.split("/")
    return path.isprintable() and all(part not in {"", ".", ".."} for part in parts)


def _folder(context: Context) -> Path:
    return context.workspace.home / "files" / f"{context.slug}-{context.generation}"


def _digest(inputs: FilesInputs) -> str:
    return digest({path: encode(item.model_dump()) for path, item in inputs.files.items()})


def _result(folder: Path, inputs: FilesInputs, there: set[str], state: str) -> Result:
    paths = {path: str(folder / path) for path in sorted(inputs.files) if path in there}
    return Result(FilesOutputs(directory=str(folder), paths=paths, digest=state))


def _wanted(context: Context, inputs: FilesInputs) -> Iterator[_Wanted]:
    for path, item in inputs.files.items():
        source = item.content if item.base64 is None else item.base64
        mode = int(item.mode, 8) & (0o700 if has_secret(source) else 0o777) | 0o400
        content = _revealed(context, source)
        yield _Wanted(path, content.encode() if item.base64 is None else _decoded(path, content), mode)


def _revealed(context: Context, source: Value) -> str:
    clear = fill(source, lambda leaf: context.reveal(leaf) if isinstance(leaf, Secret) else leaf)
    return clear if isinstance(clear, str) else canonical(clear).decode()


def _decoded(path: str, content: str) -> bytes:
    try:
        return base64.b64decode("".join(content.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise PermanentFault(f"the base64 content of {path} cannot be decoded") from error


def _write(folder: Path, wanted: _Wanted) -> None:
    target = folder / wanted.path
    _make_way(folder, target)
    if not _difference(folder, wanted):
        return
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=".new-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(wanted.content)
            os.fchmod(file.fileno(), wanted.mode)
            os.fsync(file.fileno())
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _make_way(folder: Path, target: Path) -> None:
    """Real folders down to ``target``: files and links that stand in their place are ours to remove."""
    steps = target.relative_to(folder).parts
    for depth in range(1, len(steps)):
        step = folder.joinpath(*steps[:depth])
        if step.is_symlink() or (step.exists() and not step.is_dir()):
            step.unlink()
        step.mkdir(mode=0o755, exist_ok=True)
    if target.is_dir() and not target.is_symlink():
        shutil.rmtree(target)


def _difference(folder: Path, wanted: _Wanted) -> str:
    target = folder / wanted.path
    if target.is_symlink() or not target.is_file():
        return "is missing"
    if target.stat().st_mode & 0o777 != wanted.mode:
        return "has another mode"
    return "" if target.read_bytes() == wanted.content else "was changed"


def _prune(folder: Path, keep: set[str]) -> None:
    """Remove what is not in ``keep``, deepest first, and the folders that this leaves empty."""
    for base, folders, names in os.walk(folder, topdown=False):
        for name in names:
            path = Path(base, name)
            if path.relative_to(folder).as_posix() not in keep:
                path.unlink()
        for name in folders:
            path = Path(base, name)
            if path.is_symlink():
                path.unlink()
            elif not any(path.iterdir()):
                path.rmdir()


def _fault(error: OSError) -> PermanentFault | TransientFault:
    if error.errno in NO_SPACE:
        return TransientFault(f"no space is left for {error.filename or 'the files'}", hint="free some space")
    return PermanentFault(f"{error.strerror}: {error.filename}")
