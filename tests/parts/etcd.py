"""A real etcd: one member with its data in a temporary folder, as a control plane needs it."""

import contextlib
import urllib.request
from collections.abc import Iterator

from parts.answering import answers
from parts.finding import Program, need
from parts.running import folder, free_port, server

PROGRAM = Program("etcd", "etcd")


@contextlib.contextmanager
def etcd() -> Iterator[str]:
    """The URL of a member that serves clients on loopback."""
    program = str(need(PROGRAM))
    client, peer = (f"http://127.0.0.1:{free_port()}" for _ in range(2))
    with folder("etcd") as place:
        argv = (
            program, f"--data-dir={place}/data", "--unsafe-no-fsync", "--log-level=warn",
            f"--listen-client-urls={client}", f"--advertise-client-urls={client}",
            f"--listen-peer-urls={peer}", f"--initial-advertise-peer-urls={peer}", f"--initial-cluster=default={peer}",
        )  # fmt: skip
        request = urllib.request.Request(f"{client}/health")
        with server(argv, place, lambda: b'"true"' in answers(request), name="etcd"):
            yield client
