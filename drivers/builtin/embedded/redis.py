"""Driver ``embedded-redis``: a Redis server of the resource's own."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from pydantic import BaseModel, SecretStr

from ....graph.values import Value
from ...sdk import secret, stable
from ..local.ports import HOST
from ..local.runfile import FileToWrite
from .server import EmbeddedServer, NoInputs, Start

_USER = "default"
_SETTINGS = "/redis.conf"


class EmbeddedRedisOutputs(BaseModel):
    """How to connect. An update changes none of it; a rotation gives another password."""

    host: str = stable()
    port: int = stable()
    username: str = stable()
    password: SecretStr = secret(stable=True)


class EmbeddedRedis(EmbeddedServer[NoInputs, EmbeddedRedisOutputs]):
    """It keeps what it holds in a file after each second; its password is known to it by a digest only."""

    name: ClassVar[str] = "embedded-redis"
    summary: ClassVar[str] = "a Redis server of the resource's own, on this machine"
    program: ClassVar[str] = "redis-server"
    install: ClassVar[str] = "install Redis 7 or newer, such as Debian's redis-server"
    what: ClassVar[str] = "the Redis server"
    Inputs = NoInputs
    Outputs = EmbeddedRedisOutputs

    def start(self, inputs: NoInputs, root: Path, data: Path, ports: Mapping[str, int], secret: str) -> Start:
        """Its settings are a file; the folder that it is started in is the one of its data."""
        digest = hashlib.sha256(secret.encode()).hexdigest()
        port = ports[self.program]
        settings = (
            f'bind {HOST}\nport {port}\nsave ""\nappendonly yes\nuser {_USER} on #{digest} ~* &* +@all\n'
        )
        return Start((str(root) + _SETTINGS,), files=(FileToWrite(_SETTINGS, settings, "0600"),))

    def shown(self, planned: Mapping[str, Any], port: Value) -> list[Value]:
        """The file of its settings; its port is in there."""
        return [_SETTINGS.removeprefix("/")]

    def made(self, inputs: NoInputs, ports: Mapping[str, int]) -> Mapping[str, Any]:
        """Where it listens, and its only user."""
        return {"host": HOST, "port": ports[self.program], "username": _USER}
