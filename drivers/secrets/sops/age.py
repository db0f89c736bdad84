"""The age keys of whoever runs this, found where SOPS looks for them, and what they open."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from msgspec import Struct

from ....graph.narrow import is_list, is_map
from ..contract import SecretError, secret_error
from .document import SealedDocument

KEY, KEY_FILE = "SOPS_AGE_KEY", "SOPS_AGE_KEY_FILE"
_PREFIX = "AGE-SECRET-KEY-1"
_LONGEST = 1024 * 1024


class Identities(Struct, frozen=True):
    """Finds age keys in ``SOPS_AGE_KEY``, in the file ``SOPS_AGE_KEY_FILE`` and in SOPS' own folder. Keeps none of them."""

    environ: Mapping[str, str]

    def data_key(self, document: SealedDocument, path: str) -> bytes:
        """What the values of a file are encrypted with.

        Raises SecretError: ``sops-unsupported`` for a file without age keys, ``no-age-key`` where none is at hand,
        ``wrong-age-key`` where none of those at hand fits.
        """
        entries = _entries(document, path)
        pyrage = _pyrage()
        held = [pyrage.x25519.Identity.from_str(text) for text in self._texts()]
        if not held:
            raise self._none(path, entries)
        for _, sealed in entries:
            try:
                found: bytes = pyrage.decrypt(sealed.encode(), held)
            except (pyrage.DecryptError, ValueError):
                continue
            if len(found) == 32:
                return found
        whom = ", ".join(str(recipient)[:80] for recipient, _ in entries[:5])
        raise secret_error(
            "wrong-age-key",
            f"none of the age keys at hand opens {path}; it is encrypted for {whom}",
            f"name the file with the right key in {KEY_FILE}, or let somebody add yours: "
            "'sops updatekeys' after a change of .sops.yaml",
        )

    def _texts(self) -> list[str]:
        """All keys, as text; raises SecretError for a named file that cannot be read, or a key that is none."""
        found = list(_keys(self.environ.get(KEY, ""), KEY))
        named = self.environ.get(KEY_FILE)
        if named:
            found += _keys(_read(Path(named), KEY_FILE), named)
        usual = self._usual()
        if usual.is_file():
            found += _keys(_read(usual, "the folder of SOPS"), str(usual))
        return list(dict.fromkeys(found))

    def _usual(self) -> Path:
        home = self.environ.get("XDG_CONFIG_HOME") or Path(self.environ.get("HOME", "/")) / ".config"
        return Path(home) / "sops" / "age" / "keys.txt"

    def _none(self, path: str, entries: Sequence[tuple[str, str]]) -> SecretError:
        return secret_error(
            "no-age-key",
            f"{path} is encrypted for {len(entries)} age keys, and none is at hand: "
            f"neither {KEY} nor {KEY_FILE} is set, and there is no {self._usual()}",
            f"put the key into a file and name it in {KEY_FILE}; local workloads open secrets when they are started, "
            f"and {KEY} does not reach them",
        )


def _entries(document: SealedDocument, path: str) -> list[tuple[str, str]]:
    """The recipients and the data key encrypted for each."""
    groups: Any = document.metadata.get("key_groups")
    if is_list(groups) and len(groups) > 1:
        raise _unsupported(path, "several key groups, of which more than one would be needed")
    only: Any = groups[0] if is_list(groups) and groups and is_map(groups[0]) else document.metadata
    listed: Any = only.get("age")
    entries = [e for e in listed if is_map(e) and isinstance(e.get("enc"), str)] if is_list(listed) else []
    if not entries:
        raise _unsupported(path, "no age key, and age is all that is opened here")
    return [(str(entry.get("recipient")), entry["enc"]) for entry in entries]


def _unsupported(path: str, why: str) -> SecretError:
    return secret_error(
        "sops-unsupported",
        f"{path} has {why}",
        "add an age key to it: 'sops rotate --add-age RECIPIENT -i FILE'",
    )


def _read(path: Path, named_by: str) -> str:
    try:
        with path.open("rb") as file:
            return file.read(_LONGEST).decode("utf-8", "replace")
    except OSError as error:
        message = f"the age key file {path}, named by {named_by}, cannot be read: {error.strerror}"
        raise secret_error("no-age-key", message, f"correct {KEY_FILE}") from None


def _keys(text: str, where: str) -> Iterator[str]:
    """The keys of a key file; comments, and keys of kinds that are not supported, are passed over."""
    for number, line in enumerate(text.splitlines(), 1):
        word = line.strip()
        if word.startswith(_PREFIX):
            pyrage = _pyrage()
            try:
                pyrage.x25519.Identity.from_str(word)
            except pyrage.IdentityError:
                message = f"line {number} of {where} begins like an age key, but is none"
                raise secret_error(
                    "wrong-age-key", message, "copy the whole line that age-keygen wrote"
                ) from None
            yield word


def _pyrage() -> Any:
    try:
        return import_module("pyrage")
    except ImportError:
        raise secret_error(
            "sops-not-installed",
            "opening files that SOPS encrypted needs the package pyrage, which is not installed",
            "install Bakehouse with its extra: pip install 'bakehouse[sops]'",
        ) from None
