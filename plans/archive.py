"""The plan file: a zip with the parts of a plan, self-contained."""

from __future__ import annotations

import io
import os
import stat
import zipfile
import zlib
from pathlib import Path

from .parts import invalid, parts_of, plan_of
from .plan import Plan

LIMIT = 512 * 1024 * 1024
"""Bytes that all parts of an archive may unpack to."""

_EPOCH = (1980, 1, 1, 0, 0, 0)


def dump(plan: Plan) -> bytes:
    """The archive of ``plan``."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts_of(plan).items():
            archive.writestr(_entry(name), content)
    return target.getvalue()


def load(content: bytes, shown: str) -> Plan:
    """Read an archive, checking every digest; ``shown`` names it in errors. Raises InvalidPlan."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(i.file_size for i in archive.infolist()) > LIMIT:
                raise invalid(shown, "plan-too-large", "it unpacks to more than 512 MiB")
            parts = {name: archive.read(name) for name in archive.namelist()}
    except (zipfile.BadZipFile, zlib.error, OSError, RuntimeError, ValueError, EOFError) as error:
        raise invalid(shown, "plan-unreadable", "it is no plan file, or it is damaged") from error
    return plan_of(parts, shown)


def read(path: Path) -> Plan:
    """Read a plan file, or a pipe that gives one; raises InvalidPlan."""
    try:
        with path.open("rb") as file:
            if stat.S_ISCHR(os.fstat(file.fileno()).st_mode):
                raise invalid(str(path), "plan-unreadable", "it is a device")
            content = file.read(LIMIT + 1)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise invalid(str(path), "plan-missing", f"it cannot be read: {why}") from error
    if len(content) > LIMIT:
        raise invalid(str(path), "plan-too-large", "it is larger than 512 MiB")
    return load(content, str(path))


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _EPOCH)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o600 << 16
    return entry
