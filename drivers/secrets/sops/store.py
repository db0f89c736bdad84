"""The secret store over encrypted files."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ....graph.sealed import SealedRef, is_sealed, sealed_version
from ..contract import SecretError, secret_error
from .age import Identities
from .cipher import Tampered, opened
from .document import SealedDocument, UnfitDocument

SealedFiles = Callable[[str], Iterable[bytes]]
"""The contents that a file had, by its path, the newest first; nothing for a file that was never there."""


class SopsStore:
    """Implements ``SecretStore`` over files that SOPS encrypted; a reference is ``FILE#KEY/KEY``.

    A version is told from the ciphertext, so it needs no key. Of a file all contents that are handed in count:
    a version that was recorded is opened from the content that had it.
    """

    def __init__(self, files: SealedFiles, identities: Identities) -> None:
        self._files = files
        self._identities = identities

    def reveal(self, ref: str, version: str | None) -> str:
        """The clear text of a version; raises SecretError."""
        where = _parsed(ref)
        for content in self._files(where.path):
            document = _document(content, where.path)
            value = _value(document, where)
            if value is not None and version in (None, sealed_version(value)):
                return self._opened(document, where)
        raise _missing(ref, version)

    def version_of(self, ref: str) -> str | None:
        """The version of the newest content, or None."""
        try:
            where = _parsed(ref)
            content = next(iter(self._files(where.path)), None)
            value = None if content is None else _value(_document(content, where.path), where)
        except SecretError:
            return None
        return None if value is None else sealed_version(value)

    def _opened(self, document: SealedDocument, where: SealedRef) -> str:
        data_key = self._identities.data_key(document, where.path)
        try:
            return opened(document, where.keys, data_key)
        except Tampered as problem:
            raise secret_error(
                "secret-damaged",
                f"the encrypted file {where.path} was changed by something else than SOPS: {problem}",
                "bring it back from its repository, and change it with 'sops edit' only",
            ) from None


def _parsed(ref: str) -> SealedRef:
    try:
        return SealedRef.parse(ref)
    except ValueError as problem:
        raise secret_error(
            "secret-missing", f"'{ref}' names no value of a file: {problem}", "correct it"
        ) from None


def _document(content: bytes, path: str) -> SealedDocument:
    try:
        return SealedDocument.parse(content, path)
    except UnfitDocument as problem:
        raise secret_error(
            "sops-unsupported", f"the file {path} {problem}", "encrypt it with 'sops encrypt -i FILE'"
        ) from None


def _value(document: SealedDocument, where: SealedRef) -> str | None:
    """The encrypted value, or None where there is no such value, or none that is encrypted."""
    try:
        found = document.value(where.keys)
    except KeyError:
        return None
    return found if is_sealed(found) else None


def _missing(ref: str, version: str | None) -> SecretError:
    which = "" if version is None else f", version {version[:8]},"
    return secret_error(
        "secret-missing",
        f"the secret {ref}{which} is in no encrypted file that was recorded",
        "plan again, so that the file as it is now counts",
    )
