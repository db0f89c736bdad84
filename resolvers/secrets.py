"""References to secrets in files: ``{$secret: {store, ref, version}}``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib.metadata import entry_points
from typing import Any

from msgspec import Struct

from ..graph import stores
from ..graph.diagnostics import did_you_mean
from ..graph.narrow import is_list, is_map
from ..graph.values import Secret, Value
from .sealed import EncryptedFiles, UnfitReference
from .shape import Misfit, Path, Shape

MARK = "$secret"

_SHAPE = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        MARK: {
            "type": "object",
            "additionalProperties": False,
            "required": ["store", "ref"],
            "properties": {
                "store": {"type": "string", "minLength": 1},
                "ref": {"type": "string", "minLength": 1},
                "version": {"type": ["string", "integer"]},
            },
        }
    },
}


class SecretRules(Struct, frozen=True):
    """Which secrets a file may refer to: ``files`` are the encrypted ones; None where there are none.

    With ``only_files`` nothing else is allowed: a developer's file must not reach the platform's secrets.
    """

    files: EncryptedFiles | None = None
    only_files: bool = False


def with_secrets(data: Any, report: Callable[[Misfit], None], rules: SecretRules) -> Value:
    """The same data with references to secrets in place of their maps; what is malformed is reported."""
    return _Reader(report, rules).read(data, ())


def unknown_store(name: str) -> tuple[str, str] | None:
    """Message and hint about a store that is not known here, None where it is."""
    if name in stores.BUILT_IN:
        return None
    known = [*stores.BUILT_IN, *(point.name for point in entry_points(group=stores.GROUP))]
    if name in known:
        return None
    hint = f"{did_you_mean(name, known, noun='stores')}; others come with packages"
    return f"there is no secret store '{name[:100]}'", hint


class _Reader:
    def __init__(self, report: Callable[[Misfit], None], rules: SecretRules) -> None:
        self._report = report
        self._rules = rules

    def read(self, data: Any, path: Path) -> Value:
        if is_map(data):
            if MARK in data:
                return self._secret(data, path)
            made = {k: self.read(v, (*path, k)) for k, v in data.items()}
            return data if all(made[k] is v for k, v in data.items()) else made
        if is_list(data):
            items = [self.read(v, (*path, i)) for i, v in enumerate(data)]
            return data if all(a is b for a, b in zip(items, data, strict=True)) else items
        return data

    def _secret(self, data: Mapping[str, Any], path: Path) -> Value:
        misfits = Shape(_SHAPE).misfits(data)
        if not misfits:
            body = data[MARK]
            version = body.get("version")
            found = Secret(str(body["store"]), str(body["ref"]), None if version is None else str(version))
            try:
                return self._checked(found)
            except UnfitReference as problem:
                part = "store" if problem.code.startswith("secret-store") else "ref"
                misfits = [Misfit((MARK, part), problem.code, problem.message, problem.hint)]
        for misfit in misfits:
            for step in reversed(path):
                misfit = misfit.below(step)
            self._report(misfit)
        return None

    def _checked(self, secret: Secret) -> Secret:
        unknown = unknown_store(secret.store)
        if unknown is not None:
            raise UnfitReference("secret-store-unknown", *unknown)
        if secret.store == stores.SOPS and self._rules.files is not None:
            return self._rules.files.pinned(secret)
        if self._rules.only_files:
            message = f"an application's file cannot take secrets from the store '{secret.store}'"
            hint = (
                f"only its own encrypted files: store {stores.SOPS}; a definition of the platform may do it"
            )
            raise UnfitReference("secret-store-not-allowed", message, hint)
        return secret
