"""What a driver call gives back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct, field
from pydantic import BaseModel


class Result(Struct, frozen=True):
    """What a create, read or update gave.

    ``outputs`` is an instance of the driver's ``Outputs`` or a plain mapping that it accepts; secret outputs
    are ``SecretStr`` (new clear text, stored by the engine) or a ``Secret`` (already stored). ``private`` is
    JSON data only this driver reads again; it may hold ``SecretStr`` too. ``on_recorded`` is called once all that is
    durable: there a driver removes what it kept for the case that it would not come to that. It raises nothing.
    ``differs`` are sentences of a read: what is not as recorded, and cannot be seen by the outputs.
    """

    outputs: BaseModel | Mapping[str, Any]
    private: Mapping[str, Any] = field(default_factory=dict[str, Any])
    on_recorded: Callable[[], None] | None = None
    differs: tuple[str, ...] = ()


class Imported(Struct, frozen=True):
    """An object that exists already, described so that it can be adopted.

    ``inputs`` are those that it would have been made with here: the planned ones with what was found in their place, so
    that the difference is what adopting it would change. ``outputs`` and ``private`` are as those of a :class:`Result`.
    ``notes`` are sentences for reviewers about what adopting it means for others, ``nested`` what is done to the objects
    that it consists of; an adoption that lists them is held to that (``context.reviewed``), as an update is.
    """

    inputs: Mapping[str, Any]
    outputs: BaseModel | Mapping[str, Any] = field(default_factory=dict[str, Any])
    private: Mapping[str, Any] = field(default_factory=dict[str, Any])
    notes: tuple[str, ...] = ()
    nested: tuple[Mapping[str, Any], ...] = ()
