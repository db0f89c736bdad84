"""Connections to a server, with every error turned into a fault."""

from __future__ import annotations

import contextlib
from collections.abc import Generator
from typing import Any

from msgspec import Struct

from ...sdk import Context, PermanentFault
from .faults import fault
from .models import RedisConnection

_ANSWER_SECONDS = 10.0
"""The longest wait for one answer: no command of ours works long."""
_LEAST_VERSION = 7


class Session(Struct, frozen=True):
    """One open connection."""

    client: Any

    def run(self, *words: str) -> Any:
        """What the server answers to a command."""
        return self.client.execute_command(*words)

    def together(self, *commands: tuple[str, ...]) -> bool:
        """Run all or, where a key that is watched has changed, none; whether they ran."""
        self.run("MULTI")
        for command in commands:
            self.run(*command)
        answers = self.run("EXEC")
        for answer in answers or ():
            if isinstance(answer, Exception):
                raise answer
        return answers is not None


@contextlib.contextmanager
def session(context: Context, server: RedisConnection) -> Generator[Session, None, None]:
    """A connection that ends with the block. Raises our faults, also for what fails inside the block."""
    library = _library()
    where = f"Redis at {server.host}:{server.port}"
    patience = min(max(1.0, context.seconds_left), _ANSWER_SECONDS)
    client = library.Redis(
        host=server.host,
        port=server.port,
        username=server.username if server.password else None,
        password=server.password.get_secret_value() if server.password else None,
        ssl=server.tls,
        socket_connect_timeout=patience,
        socket_timeout=patience,
        retry=library.retry.Retry(library.backoff.NoBackoff(), 0),
        client_name="bakehouse",
        decode_responses=True,
        encoding_errors="surrogateescape",
        protocol=2,
    )
    try:
        with client.client() as one:
            opened = Session(one)
            _check(opened)
            yield opened
    except (library.RedisError, OSError) as error:
        raise fault(error, where) from None
    finally:
        client.close()


def _check(opened: Session) -> None:
    said = {**opened.run("INFO", "server"), **opened.run("INFO", "cluster")}
    if int(str(said["redis_version"]).partition(".")[0]) < _LEAST_VERSION:
        raise PermanentFault(f"the server is Redis {said['redis_version']}, and must be 7 or newer")
    if said.get("cluster_enabled"):
        raise PermanentFault(
            "the server is a node of a cluster, where each node has users of its own",
            hint="give a server that is no node of a cluster",
        )


def _library() -> Any:
    try:
        import redis
    except ImportError:
        raise PermanentFault(
            "the package redis is not installed", hint="pip install 'bakehouse[redis]'"
        ) from None
    return redis
