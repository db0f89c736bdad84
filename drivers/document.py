"""What a driver shows of an object before it exists: the files that its target is set up from."""

from __future__ import annotations

import hashlib
import re

from msgspec import Struct

from ..graph.values import Value
from .faults import PermanentFault

_STEP = re.compile(r"(?!\.{1,2}\Z)[A-Za-z0-9._][A-Za-z0-9._#-]{0,99}", re.ASCII)
_OTHER = re.compile(r"[^A-Za-z0-9._#]+", re.ASCII)
_PLAIN = re.compile(r"(?!.*-_[0-9a-f]{12}\Z)[a-z0-9](?:[a-z0-9._#-]{0,98}[a-z0-9])?", re.ASCII)


class Document(Struct, frozen=True):
    """One file of what an apply would set up.

    ``name`` is a relative path with ``/`` between plain steps (see :func:`plain_name` for steps that are made from
    what users write). ``body`` is a value. Text is written as it is. Data is written as JSON where ``name`` ends in
    ``.json``, else as YAML. What is unknown or secret stays a leaf inside it: whoever writes the file knows how such
    leaves look. Raises :class:`PermanentFault` for a name that could lead out of its folder.
    """

    name: str
    body: Value

    def __post_init__(self) -> None:
        if not all(_STEP.fullmatch(step) for step in self.name.split("/")):
            raise PermanentFault(
                f"{self.name!r} is no plain relative path, so no document can be called that"
            )


def plain_name(text: str) -> str:
    """A file name for any text: the text itself where it is plain and in lower case, else as much of it and a digest.

    Different texts give different names, also where a file system takes upper and lower case for the same.
    """
    if _PLAIN.fullmatch(text):
        return text
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]
    kept = _OTHER.sub("-", text)[:60].strip("-._#").lower()
    return f"{kept or 'x'}-_{digest}"
