"""A real FerretDB over SQLite for tests: it speaks MongoDB's protocol and has users, but no roles."""

import contextlib
import secrets
from collections.abc import Iterator

from parts.finding import Program, need
from parts.mongo_protocol import MongoServer
from parts.running import folder, free_port, server

FERRETDB = Program("ferretdb", "ferretdb")


@contextlib.contextmanager
def ferretdb() -> Iterator[MongoServer]:
    """A server that ends, and whose folder is removed, with the block; it reports to nobody."""
    program = str(need(FERRETDB))
    with folder("ferretdb") as place:
        (place / "data").mkdir()
        running = MongoServer("127.0.0.1", free_port(), secrets.token_urlsafe(12), place)
        argv = (
            program, "--handler=sqlite", f"--sqlite-url=file:{place}/data/", f"--state-dir={place}",
            f"--listen-addr={running.host}:{running.port}", "--debug-addr=-", "--telemetry=disable",
            "--test-enable-new-auth", "--setup-database=admin", f"--setup-username={running.username}",
        )  # fmt: skip
        password = {"FERRETDB_SETUP_PASSWORD": running.password}
        with server(argv, place, running.answers, name="ferretdb", variables=password):
            yield running
