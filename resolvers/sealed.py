"""References to values of encrypted files: checked and given a version when they are read, without any key."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Collection, Mapping
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from ..graph.diagnostics import did_you_mean
from ..graph.errors import InvalidInput
from ..graph.narrow import is_list, is_map
from ..graph.sealed import METADATA, SealedRef, is_sealed, sealed_version
from ..graph.values import Secret
from .source import parse

_SUFFIXES = (".yaml", ".yml", ".json")


class UnfitReference(Exception):
    """A reference to an encrypted file that leads nowhere, or to nothing secret."""

    def __init__(self, code: str, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint


class EncryptedFiles(Struct, frozen=True):
    """The encrypted files that references of one catalog or application may name, by POSIX path from its top.

    ``read`` gives a file's bytes and raises InvalidInput; ``names`` lists files for the hint about one that is
    missing. ``prefix`` stands before the path in the reference that is recorded, and tells one owner's files from
    another's. A file is read once.
    """

    read: Callable[[str], bytes]
    names: Callable[[], Collection[str]]
    prefix: str = ""
    _data: dict[str, Mapping[str, Any]] = field(default_factory=dict[str, Mapping[str, Any]])

    def pinned(self, secret: Secret) -> Secret:
        """The reference with the version of what it names; raises :class:`UnfitReference`."""
        try:
            where = SealedRef.parse(secret.ref)
        except ValueError as problem:
            raise UnfitReference("secret-reference", f"'{secret.ref[:200]}': {problem}") from None
        path = _inside(where.path)
        version = sealed_version(_value(self._file(path), where.keys, path))
        if secret.version not in (None, version):
            message = f"what {path} holds has the version {version}, not {secret.version}"
            hint = "leave 'version' out: an encrypted value's version is told from its ciphertext"
            raise UnfitReference("secret-version", message, hint)
        pointer = secret.ref.partition("#")[2].removeprefix("/")
        return replace(secret, ref=f"{self.prefix}{path}#{pointer}", version=version)

    def _file(self, path: str) -> Mapping[str, Any]:
        if path not in self._data:
            self._data[path] = self._parsed(path)
        return self._data[path]

    def _parsed(self, path: str) -> Mapping[str, Any]:
        try:
            data = parse(self.read(path), path).data
        except InvalidInput as problem:
            found = problem.diagnostics[0]
            hint = (
                did_you_mean(path, self.names(), noun="files") if found.code == "file-missing" else found.hint
            )
            raise UnfitReference(found.code, found.message, hint) from None
        if not is_map(data) or not is_map(data.get(METADATA)):
            message = f"the file {path} is not encrypted"
            raise UnfitReference("secret-not-encrypted", message, f"sops encrypt -i {path}")
        return data


def is_encrypted(data: Any) -> bool:
    """Whether a document is an encrypted file, which declares nothing itself."""
    return is_map(data) and "kind" not in data and is_map(data.get(METADATA)) and "mac" in data[METADATA]


def _inside(path: str) -> str:
    clean = posixpath.normpath(path)
    if posixpath.isabs(path) or clean.startswith("../") or clean in ("..", ".") or "\0" in path:
        message = f"the path '{path[:200]}' leads out of the folder in which encrypted files may lie"
        raise UnfitReference(
            "path-outside", message, "it starts at the top of the catalog, or of the application"
        )
    if not clean.endswith(_SUFFIXES):
        message = f"'{path[:200]}' is neither a YAML nor a JSON file"
        raise UnfitReference("secret-reference", message, f"its name ends in one of {', '.join(_SUFFIXES)}")
    return clean


def _value(data: Mapping[str, Any], keys: tuple[str, ...], path: str) -> str:
    found: Any = data
    for depth, key in enumerate(keys):
        if is_map(found) and key in found:
            found = found[key]
        elif is_list(found) and key.isdigit() and int(key) < len(found):
            found = found[int(key)]
        else:
            at = "/".join(keys[:depth])
            known = [k for k in found if k != METADATA] if is_map(found) else []
            message = f"the file {path} has no '{key[:100]}'{f' below {at}' if at else ''}"
            raise UnfitReference("secret-missing", message, did_you_mean(key, known) if known else None)
    if is_sealed(found):
        return str(found)
    shown = "/".join(keys)
    if is_map(found) or is_list(found):
        message = f"'{shown}' of the file {path} is no single value"
        raise UnfitReference("secret-reference", message, "go on with /KEY, down to one value")
    message = f"'{shown}' of the file {path} stands there in clear"
    raise UnfitReference("secret-not-encrypted", message, "let SOPS encrypt it, or write it as a plain value")
