"""What the driver takes and gives."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from ....graph.diagnostics import did_you_mean
from ...sdk import PermanentFault, immutable

_HOST = re.compile(
    r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*", re.ASCII
)
_PATH = re.compile(r"/[!-~]*", re.ASCII)

IN_CLUSTER = ("annotations", "class", "gateway", "scheme", "tls_secret", "wait")
"""Inputs of target ``kubernetes`` alone."""


class Reached(BaseModel):
    """Where the workload's ports are, by name and by declared number."""

    host: str
    ports: dict[str, int]


class ThroughProxy(BaseModel):
    """Where the proxy listens, and its folder of rules."""

    host: str = "127.0.0.1"
    port: int
    directory: str


class Gateway(BaseModel):
    """The parent of an HTTPRoute; ``listener`` is the name of one of its listeners, by default all of them."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1)
    namespace: str | None = None
    listener: str | None = None


class RouteInputs(BaseModel):
    """Requests for ``host`` whose path begins with ``path`` go to ``port`` (a declared name or number).

    ``proxy`` is where target ``process`` writes its rule. Target ``kubernetes`` makes an HTTPRoute where ``gateway`` is
    given, else an Ingress of ``class`` whose TLS the Secret ``tls_secret`` ends. ``scheme`` is that of the URL.
    """

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    target: Literal["process", "kubernetes"] = immutable("process")
    host: str = Field(max_length=253)
    path: str = Field("/", max_length=2000)
    port: int | str
    endpoint: Reached
    proxy: ThroughProxy | None = None
    class_: str | None = Field(None, alias="class")
    gateway: Gateway | None = None
    tls_secret: str | None = None
    scheme: Literal["http", "https"] | None = None
    annotations: dict[str, str] = Field(default_factory=dict[str, str])
    wait: bool = True

    @field_validator("path", mode="before")
    @classmethod
    def _whole_site_by_default(cls, path: Any) -> Any:
        return "/" if path in (None, "") else path

    @field_validator("host")
    @classmethod
    def _is_a_name(cls, host: str) -> str:
        lowered = host.lower().rstrip(".")
        if not _HOST.fullmatch(lowered.removeprefix("*.")):
            raise ValueError(f"{host!r} is no host name; give one, such as that of a dns resource")
        return lowered

    @field_validator("path")
    @classmethod
    def _is_a_path(cls, path: str) -> str:
        if not _PATH.fullmatch(path) or "?" in path or "#" in path:
            raise ValueError(f"{path!r} is no path; it begins with / and holds no spaces")
        return path

    @model_validator(mode="after")
    def _goes_together(self) -> Self:
        if self.target == "process" and self.proxy is None:
            raise ValueError("target process needs proxy")
        if self.target == "process" and self.host.startswith("*."):
            raise ValueError(f"{self.host!r} is no host name of one host, which is all that the proxy knows")
        if self.gateway is not None and (self.class_ or self.tls_secret):
            raise ValueError("class and tls_secret are of an Ingress; a gateway's listener ends TLS itself")
        return self


class RouteOutputs(BaseModel):
    """``url`` is how it is reached."""

    url: str


def number(ports: Mapping[str, Any], port: Any) -> Any:
    """The actual number of a port by its name or declared number; raises :class:`PermanentFault`."""
    if str(port) not in ports:
        raise PermanentFault(
            f"no port {port} is declared", hint=did_you_mean(str(port), ports, noun="declared ports")
        )
    return ports[str(port)]
