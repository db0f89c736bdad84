"""Target ``process``: one rule file in the proxy's folder; two rules never take the same host and path."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from ....graph.narrow import is_map
from ...sdk import Conflict, Context, NotFound, PermanentFault, Result, Status
from ..local.private import locked, system_faults, write_private
from ..local.program import program_name
from ..proxy.table import SUFFIX, Rule, read_rule
from .models import RouteInputs, RouteOutputs, ThroughProxy, number


@system_faults()
def bring_up(context: Context, inputs: RouteInputs) -> Result:
    """Write the rule; raises :class:`Conflict` when another resource has the same host and path."""
    rule = Rule(
        inputs.host,
        inputs.path,
        inputs.endpoint.host,
        number(inputs.endpoint.ports, inputs.port),
        context.address,
    )
    proxy = _proxy(inputs)
    directory = Path(proxy.directory)
    if not directory.is_dir():
        raise PermanentFault(
            f"the proxy's folder {directory} is gone", hint="apply again, the proxy comes first"
        )
    _move(context, directory)
    with locked(directory):
        _refuse_twin(context, rule, directory)
        write_private(directory / _file(context), json.dumps(_plain(rule)).encode())
    url = f"http://{rule.host}:{proxy.port}{rule.path}"
    return Result(RouteOutputs(url=url), {"directory": str(directory)})


def read(context: Context, inputs: RouteInputs | None) -> Result:
    """The rule as it is in the proxy's folder."""
    directory = _directory(context, inputs)
    rule = read_rule(directory / _file(context)) if directory else None
    if rule is None:
        raise NotFound("the rule is gone from the proxy")
    recorded = str(context.prior.outputs.get("url", "")) if context.prior else ""
    authority = re.search(r":\d+", recorded.removeprefix("http://"))
    port = f":{_proxy(inputs).port}" if inputs else authority.group() if authority else ""
    url = f"http://{rule.host}{port}{rule.path}"
    return Result(RouteOutputs(url=url), context.prior.private if context.prior else {})


@system_faults()
def remove(context: Context) -> None:
    """Remove the rule; a proxy that is gone took it along."""
    directory = _directory(context, None)
    if directory:
        (directory / _file(context)).unlink(missing_ok=True)


def status(context: Context) -> Status:
    """Whether the rule is in the proxy's folder."""
    directory = _directory(context, None)
    there = directory is not None and (directory / _file(context)).is_file()
    return Status(there, "" if there else "its rule is gone from the proxy")


def _proxy(inputs: RouteInputs) -> ThroughProxy:
    assert inputs.proxy is not None  # the model asks for it with this target
    return inputs.proxy


def _move(context: Context, directory: Path) -> None:
    """Forget the rule in the folder of a proxy that was replaced."""
    former = _directory(context, None)
    if former and former != directory:
        (former / _file(context)).unlink(missing_ok=True)


def _directory(context: Context, inputs: RouteInputs | None) -> Path | None:
    """The folder that the rule was put into, as recorded; else that of the inputs."""
    if inputs is not None:
        return Path(_proxy(inputs).directory)
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
