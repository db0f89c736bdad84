"""A real Redis server for tests: its data in a temporary folder, on a free loopback port."""

import contextlib
import secrets
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from parts.finding import Program, need
from parts.running import folder, free_port, server

REDIS = Program("redis-server", how="install Debian's redis-server")


@dataclass(frozen=True)
class RedisServer:
    """A running server, the password of its user ``default``, its folder and process id.

    Its users are kept in ``users.acl`` of the folder, or in ``redis.conf`` where there is no such file.
    """

    host: str
    port: int
    password: str = field(repr=False)
    folder: Path
    pid: int

    def client(self, **more: Any) -> Any:
        """A client that tries nothing twice."""
        place: dict[str, Any] = {"host": self.host, "port": self.port, "retry": Retry(NoBackoff(), 0)}
        return Redis(**place, decode_responses=True, protocol=2, **more)


@contextlib.contextmanager
def redis(*, acl_file: bool = False, settings: str = "") -> Iterator[RedisServer]:
    """A server that ends, and whose folder is removed, with the block; ``settings`` are lines of its configuration."""
    program, password, port = str(need(REDIS)), secrets.token_urlsafe(12), free_port()
    with folder("redis") as place:
        rules = f"user default on >{password} ~* &* +@all\n"
        users = place / "users.acl"
        for path, text in (
            (place / "redis.conf", f"aclfile {users}\n" if acl_file else rules),
            (users, rules if acl_file else ""),
        ):
            path.touch(mode=0o600)
            path.write_text(text)
        with (place / "redis.conf").open("a", encoding="utf-8") as file:
            file.write(
                f"port {port}\nbind 127.0.0.1\ndir {place}\npidfile {place}/pid\nsave ''\n{settings}\n"
            )
        with server((program, f"{place}/redis.conf"), place, lambda: _answers(port), name="redis-server"):
            yield RedisServer("127.0.0.1", port, password, place, int((place / "pid").read_text()))


def _answers(port: int) -> bool:
    """Whether it says anything: without a password that is a refusal."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=5) as asking:
        asking.sendall(b"PING\r\n")
        return len(asking.recv(5)) == 5
    return False
