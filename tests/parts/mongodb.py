"""A real server for tests that speaks MongoDB's protocol and has users with roles: SecantusDB, in a temporary folder.

MongoDB's own server is in no package registry. FerretDB, which `parts.ferretdb` starts, has users without roles.
"""

import contextlib
import secrets
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pymongo import MongoClient

from parts.finding import Program, need
from parts.mongo_protocol import MongoServer
from parts.running import folder, free_port, server

SECANTUS = Program("secantusd-py", how="`make parts` installs it", folders=(str(Path(sys.prefix) / "bin"),))


@contextlib.contextmanager
def mongodb(*, tls: Mapping[str, Path] | None = None) -> Iterator[MongoServer]:
    """A server that ends, and whose folder is removed, with the block.

    ``tls`` holds the files ``cert`` and ``key``: with them it speaks nothing but TLS.
    """
    program, password = str(need(SECANTUS)), secrets.token_urlsafe(12)
    with folder("mongodb") as place:
        first = MongoServer("127.0.0.1", free_port(), password, place)
        with server(_argv(program, first), place, first.answers, name="secantusd"):
            client: MongoClient[dict[str, Any]]
            with MongoClient(first.host, first.port) as client:
                client.admin.command("createUser", "admin", pwd=password, roles=["root"])
        running = MongoServer("127.0.0.1", free_port(), password, place)
        more = tuple(part for name, path in (tls or {}).items() for part in (f"--tls-{name}-file", str(path)))
        argv = (*_argv(program, running), "--auth", *more)
        with server(argv, place, lambda: running.answers(tls=bool(tls)), name="secantusd", grace=0):
            yield running


def _argv(program: str, running: MongoServer) -> tuple[str, ...]:
    place = ("--host", running.host, "--port", str(running.port), "--storage-path", f"{running.folder}/data")
    return (program, *place, "--standalone")
