"""Marks on the fields of a driver's models: how the engine treats an input or output.

Use them as pydantic field declarations: ``name: str = immutable()``, ``password: SecretStr = secret()``.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field
from pydantic.fields import FieldInfo

from ..graph.narrow import is_map

IMMUTABLE = "x-immutable"
SECRET = "x-secret"
STABLE = "x-stable"
SEALED = "x-sealed"
FOLDER = "x-folder"


def _marked(mark: dict[str, Any], default: Any, kwargs: dict[str, Any]) -> Any:
    return Field(default, json_schema_extra=mark, **kwargs)


def immutable(default: Any = ..., **kwargs: Any) -> Any:
    """An input whose change forces a replacement; of a connection what makes it another system, such as its host."""
    return _marked({IMMUTABLE: True}, default, kwargs)


def secret(default: Any = ..., *, stable: bool = False, **kwargs: Any) -> Any:
    """A secret input or output; give it the type ``SecretStr``."""
    return _marked({SECRET: True, STABLE: True} if stable else {SECRET: True}, default, kwargs)


def stable(default: Any = ..., **kwargs: Any) -> Any:
    """An output that an update never changes."""
    return _marked({STABLE: True}, default, kwargs)


def sealed(default: Any = ..., **kwargs: Any) -> Any:
    """An input given as values, with secrets still as references: for drivers that pass them on unopened."""
    return _marked({SEALED: True}, default, kwargs)


def folder(default: Any = ..., **kwargs: Any) -> Any:
    """An input that may name a folder beside the definition or in a repository: it is given as ``{path, files}`` then.

    ``path`` is that of the folder inside its catalog, or its address, ``files`` the content of each file by its path below
    it: text, or ``{base64: TEXT}``. So a plan and a record hold what they need, wherever they are applied.
    """
    return _marked({FOLDER: True}, default, kwargs)


def marked(model: type[BaseModel], mark: str) -> frozenset[str]:
    """The names of the top-level fields of ``model`` that carry ``mark``."""
    return frozenset(n for n, info in model.model_fields.items() if _has(info, mark))


def defaults(model: type[BaseModel], mark: str) -> dict[str, Any]:
    """The defaults of the top-level fields of ``model`` that carry ``mark``; those that must be given have none."""
    fields = {name: model.model_fields[name] for name in sorted(marked(model, mark))}
    return {n: None if info.is_required() else info.get_default() for n, info in fields.items()}


def _has(info: FieldInfo, mark: str) -> bool:
    extra = info.json_schema_extra
    return is_map(extra) and bool(extra.get(mark))
