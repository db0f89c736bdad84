"""Driver ``local-dns``: names below ``.localhost``, reached through the environment's proxy.

Such names resolve in browsers but not on every machine, so programs use 127.0.0.1 and send the name as ``Host``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field

from ...graph.values import Secret, Unknown, text
from ..sdk import Context, CreateMode, Driver, Proposal, Result

_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"


class LocalDnsInputs(BaseModel):
    """``name`` is one label or several joined by dots; ``port`` is the proxy's."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(pattern=rf"^{_LABEL}(\.{_LABEL})*$", max_length=200)
    port: int = Field(ge=1, le=65535)


class LocalDnsOutputs(BaseModel):
    """``host`` is the name, ``url`` how a browser on this machine reaches it."""

    host: str
    url: str


class LocalDns(Driver[LocalDnsInputs, LocalDnsOutputs]):
    """Computes a local name; touches nothing."""

    name: ClassVar[str] = "local-dns"
    summary: ClassVar[str] = "a local name for routes"
    create_mode: ClassVar[CreateMode] = CreateMode.PURE
    Inputs = LocalDnsInputs
    Outputs = LocalDnsOutputs

    def plan(self, context: Context, planned: Mapping[str, Any]) -> Proposal | None:
        """The outputs as far as the inputs are known."""
        name, port = planned.get("name"), planned.get("port")
        if not isinstance(name, str):
            return None
        unchanged = context.prior is not None and context.prior.inputs == planned
        part = port if isinstance(port, Unknown | Secret) else str(port)
        outputs = {"host": _host(name), "url": text([f"http://{_host(name)}:", part])}
        return Proposal("no-op" if unchanged else "update", outputs)

    def create(self, context: Context, inputs: LocalDnsInputs) -> Result:
        """The name and its URL."""
        host = _host(inputs.name)
        return Result(LocalDnsOutputs(host=host, url=f"http://{host}:{inputs.port}"))

    def update(self, context: Context, inputs: LocalDnsInputs) -> Result:
        """The same as :meth:`create`."""
        return self.create(context, inputs)

    def read(self, context: Context, inputs: LocalDnsInputs | None) -> Result:
        """What was recorded: nothing outside can have changed it."""
        return Result(context.prior.outputs if context.prior else {})

    def delete(self, context: Context) -> None:
        """Nothing is there to be removed."""


def _host(name: str) -> str:
    return f"{name}.localhost"
