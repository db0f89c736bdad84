"""Driver ``route``: which requests reach a workload. Target ``process``: one rule file in the proxy's folder."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from ...graph.diagnostics import did_you_mean
from ...graph.narrow import is_map
from ..sdk import Conflict, Context, CreateMode, Driver, NotFound, PermanentFault, Result, Status
from .local.private import locked, system_faults, write_private
from .local.program import program_name
from .proxy.table import SUFFIX, Rule, read_rule

_HOST = re.compile(
    r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*", re.ASCII
)
_PATH = re.compile(r"/[!-~]*", re.ASCII)


class Reached(BaseModel):
    """Where the workload's ports are, by name and by declared number."""

    host: str
    ports: dict[str, int]


class ThroughProxy(BaseModel):
    """Where the proxy listens, and its folder of rules."""

    host: str = "127.0.0.1"
    port: int
    directory: str


class RouteInputs(BaseModel):
    """Requests for ``host`` whose path begins with ``path`` go to ``port`` (a declared name or number)."""

    model_config = ConfigDict(extra="forbid")

    target: Literal["process"] = "process"
    host: str = Field(max_length=253)
    path: str = Field("/", max_length=2000)
    port: int | str
    endpoint: Reached
    proxy: ThroughProxy

    @field_validator("path", mode="before")
    @classmethod
    def _whole_site_by_default(cls, path: Any) -> Any:
        return "/" if path in (None, "") else path

    @field_validator("host")
    @classmethod
    def _is_a_name(cls, host: str) -> str:
        lowered = host.lower().rstrip(".")
        if not _HOST.fullmatch(lowered):
            raise ValueError(f"{host!r} is no host name; give one, such as that of a dns resource")
        return lowered

    @field_validator("path")
    @classmethod
    def _is_a_path(cls, path: str) -> str:
        if not _PATH.fullmatch(path) or "?" in path or "#" in path:
            raise ValueError(f"{path!r} is no path; it begins with / and holds no spaces")
        return path


class RouteOutputs(BaseModel):
    """``url`` is how it is reached on this machine."""

    url: str


class Route(Driver[RouteInputs, RouteOutputs]):
    """A rule of the environment's proxy; two rules never take the same host and path."""

    name: ClassVar[str] = "route"
    summary: ClassVar[str] = "which requests reach a workload"
    create_mode: ClassVar[CreateMode] = CreateMode.IDEMPOTENT
    timeout: ClassVar[float] = 30.0
    Inputs = RouteInputs
    Outputs = RouteOutputs

    def ephemeral_runtime(self, inputs: Mapping[str, Any]) -> bool:
        """The rule goes with the proxy's folder."""
        return bool(inputs.get("target", "process") == "process")

    @system_faults()
    def create(self, context: Context, inputs: RouteInputs) -> Result:
        """Write the rule; raises :class:`Conflict` when another resource has the same host and path."""
        ports = inputs.endpoint.ports
        port = ports.get(str(inputs.port))
        if port is None:
            raise PermanentFault(
                f"no port {inputs.port} is declared",
                hint=did_you_mean(str(inputs.port), ports, noun="declared ports"),
            )
        rule = Rule(inputs.host, inputs.path, inputs.endpoint.host, port, context.address)
        directory = Path(inputs.proxy.directory)
        if not directory.is_dir():
            raise PermanentFault(
                f"the proxy's folder {directory} is gone", hint="apply again, the proxy comes first"
            )
        self._move(context, directory)
        with locked(directory):
            _refuse_twin(context, rule, directory)
            write_private(directory / _file(context), json.dumps(_plain(rule)).encode())
        url = f"http://{rule.host}:{inputs.proxy.port}{rule.path}"
        return Result(RouteOutputs(url=url), {"directory": str(directory)})

    def update(self, context: Context, inputs: RouteInputs) -> Result:
        """The same as :meth:`create`, in one step."""
        return self.create(context, inputs)

    def read(self, context: Context, inputs: RouteInputs | None) -> Result:
        """The rule as it is in the proxy's folder."""
        directory = _directory(context, inputs)
        rule = read_rule(directory / _file(context)) if directory else None
        if rule is None:
            raise NotFound("the rule is gone from the proxy")
        recorded = str(context.prior.outputs.get("url", "")) if context.prior else ""
        authority = re.search(r":\d+", recorded.removeprefix("http://"))
        port = f":{inputs.proxy.port}" if inputs else authority.group() if authority else ""
        url = f"http://{rule.host}{port}{rule.path}"
        return Result(RouteOutputs(url=url), context.prior.private if context.prior else {})

    @system_faults()
    def delete(self, context: Context) -> None:
        """Remove the rule; a proxy that is gone took it along."""
        directory = _directory(context, None)
        if directory:
            (directory / _file(context)).unlink(missing_ok=True)

    def status(self, context: Context) -> Status:
        """Whether the rule is in the proxy's folder."""
        directory = _directory(context, None)
        there = directory is not None and (directory / _file(context)).is_file()
        return Status(there, "" if there else "its rule is gone from the proxy")

    def _move(self, context: Context, directory: Path) -> None:
        """Forget the rule in the folder of a proxy that was replaced."""
        former = _directory(context, None)
        if former and former != directory:
            (former / _file(context)).unlink(missing_ok=True)


def _directory(context: Context, inputs: RouteInputs | None) -> Path | None:
    """The folder that the rule was put into, as recorded; else that of the inputs."""
    if inputs is not None:
        return Path(inputs.proxy.directory)
    if context.prior is None:
        return None
    known: Any = context.prior.private.get("directory")
    if not isinstance(known, str):
        proxy: Any = context.prior.inputs.get("proxy")
        known = proxy.get("directory") if is_map(proxy) else None
    return Path(known) if isinstance(known, str) else None


def _file(context: Context) -> str:
    return program_name(context.token, "route") + SUFFIX


def _plain(rule: Rule) -> dict[str, Any]:
    return {
        "host": rule.host,
        "path": rule.path,
        "upstream": rule.upstream,
        "port": rule.port,
        "name": rule.name,
    }


def _refuse_twin(context: Context, rule: Rule, directory: Path) -> None:
    """The file of an earlier generation of this resource is no twin: a replacement may overlap."""
    for path in directory.glob(f"*{SUFFIX}"):
        other = read_rule(path)
        same = other is not None and (other.host, other.path.rstrip("/")) == (
            rule.host,
            rule.path.rstrip("/"),
        )
        if other is not None and same and not path.name.startswith(context.uid):
            raise Conflict(f"{rule.host}{rule.path} is routed already, by {other.name}", owner=other.name)
