"""Workloads for tests of the local target, and a bench that leaves nothing of them."""

import contextlib
import sys
from collections.abc import Generator, Mapping
from pathlib import Path
from typing import Any

from bakehouse.drivers.builtin.local.supervisor import Supervisor
from bakehouse.drivers.builtin.workload.driver import Workload
from bakehouse.drivers.conformance import Bench, Held
from local_target import eventually, processes_of

SHOW = "import json, os, time; print(json.dumps(dict(os.environ)), flush=True); time.sleep(600)"
SLEEP = "import time; time.sleep(600)"
LISTEN = """
import http.server, os
handler = http.server.SimpleHTTPRequestHandler
http.server.HTTPServer(("127.0.0.1", int(os.environ["PORT"])), handler).serve_forever()
"""


def python(code: str, **more: Any) -> dict[str, Any]:
    return {"command": [sys.executable, "-c"], "args": [code], **more}


def inputs(
    containers: Mapping[str, Any], ports: Mapping[str, int] | None = None, **more: Any
) -> dict[str, Any]:
    """A workload; ``ports`` are actual numbers by name, declared as 1000, 1001, …"""
    service = {name: {"port": 1000 + n} for n, name in enumerate(ports or {})}
    workload = {"name": "web", "folder": ".", "metadata": {"name": "web"}, "service": {"ports": service}}
    reached = {
        "host": "127.0.0.1",
        "ports": {**(ports or {}), **{str(service[n]["port"]): p for n, p in (ports or {}).items()}},
    }
    endpoint = reached if ports else None
    return {
        "target": "process",
        "workload": {**workload, "containers": containers},
        "endpoint": endpoint,
        **more,
    }


def pid(bench: Bench, held: Held, container: str = "main") -> int:
    found = Supervisor(bench.workspace).process(held.private["programs"][container])
    assert found
    return found.pid


@contextlib.contextmanager
def workload_bench(folder: Path) -> Generator[Bench]:
    """A bench of the driver `workload`; no process and no folder is left."""
    with Bench(Workload(), folder) as bench:
        yield bench
        bench.delete(Held({}, {}, {}, bench.uid))
        assert eventually(lambda: not processes_of(folder)), processes_of(folder)
        assert not bench.workspace.runtime.exists()
