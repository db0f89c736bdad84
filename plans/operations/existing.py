"""Checks what can be asked only of something that exists: a rotation, a restart."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from ...graph.address import Address
from ...graph.command import command
from ...graph.diagnostics import Diagnostic, did_you_mean
from ...graph.errors import InvalidInput
from ..change import ROTATE_ALL
from ..probe import Probe
from .compiling import Compiled


def check_existing(
    rotate: Mapping[Address, str], restart: Iterable[Address], compiled: Compiled, probe: Probe
) -> None:
    """Raise InvalidInput where a resource to be rotated or restarted was never created, is not asked for any more,
    or has no such secret. Otherwise the rest of the plan alone would be carried out, which nobody asked for.
    """
    problems = [d for address in (*rotate, *restart) for d in _absent(address, compiled)]
    if not problems:
        problems = [d for address, field in rotate.items() for d in _fixed(address, field, compiled, probe)]
    if problems:
        raise InvalidInput(problems)


def _absent(address: Address, compiled: Compiled) -> Iterator[Diagnostic]:
    record = compiled.snapshot.resources.get(address)
    environment = compiled.snapshot.environment.name
    if record is None or not record.ever_created:
        message = f"{address} does not exist yet"
        hint = "it is created by the next apply"
        next_ = command("apply", environment=environment)
        yield Diagnostic("not-created", message, address=str(address), hint=hint, next=next_)
    elif address not in compiled.graph.nodes:
        message = f"{address} is recorded, but the application does not ask for it any more"
        next_ = command("state", "show", str(address), environment=environment)
        yield Diagnostic("not-asked-for", message, address=str(address), next=next_)


def _fixed(address: Address, field: str, compiled: Compiled, probe: Probe) -> Iterator[Diagnostic]:
    node = compiled.graph.nodes[address]
    secrets = [f.name for f in node.fields.values() if f.secret]
    if not secrets or not probe.driver(node.driver, str(address)).offers("rotate"):
        why = f"its driver {node.driver} gives no new values" if secrets else "it has no secret outputs"
        yield Diagnostic("cannot-rotate", f"{address} cannot be rotated: {why}", address=str(address))
    elif field not in (ROTATE_ALL, *secrets):
        message = f"{address} has no secret output '{field}'"
        hint = did_you_mean(field, secrets, noun="secret outputs")
        yield Diagnostic("unknown-output", message, address=str(address), hint=hint)
