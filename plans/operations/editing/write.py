"""Puts an edit onto the disk: every file whole or not at all, and none that somebody else changed meanwhile."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path

from ....graph.diagnostics import Diagnostic
from ....graph.errors import InvalidInput
from .edit import Edit

_NEW_FILE = 0o666


def write(root: Path, edit: Edit) -> None:
    """Write the files of an edit below ``root``; raises InvalidInput where one cannot be written or has changed.

    The new contents are all on the disk before the first file is replaced. A link inside the folder is followed, one
    that leads out of it is refused; modes are kept.
    """
    targets = {path: _target(root, path) for path in edit.after}
    for path, target in targets.items():
        _check_unchanged(path, target, edit.before[path])
    drafts: dict[str, Path] = {}
    try:
        for path, content in edit.after.items():
            if content is not None:
                drafts[path] = targets[path].with_name(f".{targets[path].name[:100]}.{secrets.token_hex(4)}")
                _write_draft(drafts[path], targets[path], content, edit.modes.get(path))
        for path, draft in drafts.items():
            _publish(path, draft, targets[path], is_new=edit.before[path] is None)
        for path, content in edit.after.items():
            if content is None:
                targets[path].unlink()
                _forget_folder(targets[path].parent, root)
    except OSError as error:
        raise InvalidInput(Diagnostic("not-written", f"the files cannot be written: {error}")) from error
    finally:
        for draft in drafts.values():
            with suppress(OSError):
                draft.unlink(missing_ok=True)
                _forget_folder(draft.parent, root)


def _target(root: Path, path: str) -> Path:
    """Where a path really leads; raises InvalidInput where that is outside."""
    try:
        found = (root / path).resolve()
        if found.is_relative_to(root.resolve()):
            return found
    except (OSError, RuntimeError, ValueError):
        pass
    message = f"the path '{path[:200]}' leads out of the folder of the application"
    raise InvalidInput(Diagnostic("path-outside", message))


def _check_unchanged(path: str, target: Path, before: bytes | None) -> None:
    try:
        now = target.read_bytes() if target.exists() else None
    except OSError:
        now = b""
    if now != before:
        message = f"{path} has changed while the command ran"
        raise InvalidInput(Diagnostic("file-changed", message, hint="run the command again"))


def _write_draft(draft: Path, target: Path, content: bytes, wanted: int | None) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    mode = wanted
    if mode is None and target.exists():
        mode = target.stat().st_mode & 0o7777
    handle = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, _NEW_FILE if mode is None else mode)
    with os.fdopen(handle, "wb") as file:
        if mode is not None:
            os.fchmod(file.fileno(), mode)
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _publish(path: str, draft: Path, target: Path, *, is_new: bool) -> None:
    if not is_new:
        draft.replace(target)
        return
    try:
        target.hardlink_to(draft)  # unlike a rename, it never replaces what another process made meanwhile
    except FileExistsError:
        raise InvalidInput(Diagnostic("file-exists", f"{path} is there already")) from None


def _forget_folder(folder: Path, root: Path) -> None:
    """Remove the folders that became empty, up to the application's own."""
    with suppress(OSError):
        while folder != root.resolve():
            folder.rmdir()
            folder = folder.parent
