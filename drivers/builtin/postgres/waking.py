"""Wakes the environment's own server when its databases are to be dropped.

Every other call comes after the server's own node, which starts it; a delete comes before that node, and after a reboot
nobody has started it yet.
"""

from __future__ import annotations

import time

from ...sdk import Context, Fault, TransientFault
from ..local.ports import HOST
from ..local.runfile import read_run_file
from ..local.supervisor import Supervisor
from .models import PostgresConnection
from .session import session

_SECONDS = 30.0
_STEP = 0.1


def woken(context: Context, server: PostgresConnection) -> bool:
    """Start the supervised program of this environment that has the server's port, if it does not run.

    True when there was one and it answers by now; raises what the server says if it does not come to.
    """
    name = _sleeping(context, server)
    if name is None:
        return False
    context.progress("starting the PostgreSQL server, which does not run")
    Supervisor(context.workspace).start(name)
    limit = time.monotonic() + min(_SECONDS, context.seconds_left)
    while True:
        try:
            with session(context, server):
                return True
        except TransientFault:
            context.cancelled.check()
            if time.monotonic() > limit:
                raise
        context.cancelled.wait(_STEP)


def _sleeping(context: Context, server: PostgresConnection) -> str | None:
    if server.host != HOST:
        return None
    supervisor = Supervisor(context.workspace)
    for name in supervisor.names():
        try:
            run = read_run_file(supervisor.folder(name) / "run.json")
        except Fault:
            continue
        if f"port={server.port}" in run.argv and supervisor.process(name) is None:
            return name
    return None
