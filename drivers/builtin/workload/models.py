"""Inputs and outputs of the driver ``workload``."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from ...sdk import immutable, sealed


class Reached(BaseModel):
    """Where the workload's own service ports are: actual numbers by name and by declared number."""

    host: str
    ports: dict[str, int] = Field(default_factory=dict[str, int])


class WorkloadInputs(BaseModel):
    """A Score workload after overrides and profiles' defaults, with resolved values.

    ``workload`` is ``{name, folder, metadata, service, containers}``; ``profiles`` are ``{name, target, patches}``.
    With target ``kubernetes``, ``namespace`` is where the objects lie, by default ``default``, and ``service_account`` what
    the pods run as, by default that of the namespace.
    """

    model_config = ConfigDict(extra="forbid")

    target: Literal["process", "kubernetes", "compose"] = immutable("process")
    namespace: str | None = None
    service_account: str | None = None
    workload: dict[str, Any] = sealed()
    endpoint: Reached | None = None
    profiles: list[dict[str, Any]] = sealed(default_factory=list)


class WorkloadOutputs(BaseModel):
    """None: what others may know of a workload are its endpoint's outputs."""
