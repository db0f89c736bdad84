"""Whether services stand: what the engine says of their containers, and what those that do not stand have printed."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping
from typing import Any

from ....context import Context
from ....faults import Fault, PermanentFault
from ....secrets import scrub
from .engine import Engine

_SECONDS = 2.0
"""A container that ends at once is started again by the engine, ever later: for most of this time it is seen at rest."""

_PAUSE = 0.4
_LINES = 5
_LONGEST = 1000
_GONE = "gone"


def amiss(containers: Collection[Mapping[str, Any]], services: Collection[str]) -> dict[str, str]:
    """The state of each service that does not stand.

    A container stands that runs, and is healthy where it has a check, or that ended well.
    """
    found = {str(c.get("Service")): _state(c) for c in containers if not _stands(c)}
    found |= dict.fromkeys(set(services) - {str(c.get("Service")) for c in containers}, _GONE)
    return dict(sorted(found.items()))


def look_on(context: Context, engine: Engine, services: Collection[str], *, after: str) -> None:
    """Look on for a moment; raises :class:`PermanentFault` where a service did not stand all the time.

    ``after`` is the command of Compose that started them.
    Compose waits only until containers were started, and may say that all is well when its time for that is over.
    """
    limit = time.monotonic() + _SECONDS
    while True:
        containers = engine.containers(sorted(services))
        found = amiss(containers, services)
        if found:
            raise PermanentFault(f"compose-failed: {after} failed: {_told(engine, found)}")
        checked = {str(c.get("Service")) for c in containers if c.get("Health")}
        if checked.issuperset(services) or time.monotonic() > limit:
            return
        context.cancelled.wait(_PAUSE)
        context.cancelled.check()


def explained(engine: Engine, fault: PermanentFault, services: Collection[str]) -> PermanentFault:
    """The fault of a start that failed, and what is to be said of services that were started and do not stand."""
    try:
        states = amiss(engine.containers(sorted(services)), ())
    except Fault:
        return fault
    states = {name: state for name, state in states.items() if state != "created"}
    return PermanentFault(f"{fault.message}; {_told(engine, states)}", hint=fault.hint) if states else fault


def _told(engine: Engine, states: Mapping[str, str]) -> str:
    """What is amiss, and the last lines of those services, without secrets."""
    told = "; ".join(f"the service {name} is {state}" for name, state in states.items())
    printing = sorted(name for name, state in states.items() if state != _GONE)
    words = ("logs", "--no-color", "--no-log-prefix", f"--tail={_LINES}")
    try:
        lines = engine.compose(*words, services=printing) if printing else b""
    except Fault:
        return told
    said = " ".join(scrub(lines.decode(errors="replace"), engine.secrets.values()).split())
    return f"{told}; last printed: {said[-_LONGEST:]}" if said else told


def _stands(container: Mapping[str, Any]) -> bool:
    state, code = container.get("State"), container.get("ExitCode")
    healthy = container.get("Health") in ("", None, "healthy")
    return (state == "running" and healthy) or (state == "exited" and code == 0)


def _state(container: Mapping[str, Any]) -> str:
    state, code = f"{container.get('State')}", container.get("ExitCode")
    if state == "running":
        return "not healthy yet" if container.get("Health") == "starting" else f"{container.get('Health')}"
    return f"{state} with exit code {code}" if code else state
