"""Driver ``embedded-amqp``: a RabbitMQ server of the environment's own, with its management API."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from pydantic import BaseModel, SecretStr

from ....graph.values import Value
from ...sdk import secret, stable
from ..amqp.models import PORT_VARIABLE, READY_SECONDS
from ..amqp.verifier import ALGORITHM, verifier
from ..local.ports import HOST
from .server import EmbeddedServer, NoInputs, Start

_USER = "bakehouse"
_MANAGEMENT = "management"
_WRAPPER = Path("/usr/sbin/rabbitmq-server")
_BEHIND_WRAPPER = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
"""What the start script of packages runs; that one itself insists on one user and on folders of the machine's own server."""

_NODE = "bakehouse@localhost"
_ERLANG = (
    f"-sname {_NODE} -start_epmd false -dist_listen false -erl_epmd_port 1"
    " -kernel inet_dist_use_interface {127,0,0,1} +S 2:2 +sbwt none +sbwtdcpu none +sbwtdio none"
)
"""A node that no other can reach, so it needs no port mapper (epmd): the port is one that RabbitMQ asks for and nobody uses.
Two schedulers that sleep while there is nothing to do."""


class EmbeddedAmqpOutputs(BaseModel):
    """How to connect as the server's administrator. An update changes none of it; a rotation gives another password."""

    host: str = stable()
    port: int = stable()
    management: str = stable()
    username: str = stable()
    password: SecretStr = secret(stable=True)


class EmbeddedAmqp(EmbeddedServer[NoInputs, EmbeddedAmqpOutputs]):
    """Its administrator's password is known to it by a digest only, which it reads each time that it starts."""

    name: ClassVar[str] = "embedded-amqp"
    summary: ClassVar[str] = "a RabbitMQ server of the environment's own, on this machine"
    timeout: ClassVar[float] = 240.0
    ready_seconds: ClassVar[float] = READY_SECONDS
    program: ClassVar[str] = "rabbitmq-server"
    install: ClassVar[str] = "install RabbitMQ 3.10 or newer, such as Debian's rabbitmq-server"
    what: ClassVar[str] = "the RabbitMQ server"
    account: ClassVar[str | None] = "rabbitmq"
    more_ports: ClassVar[tuple[str, ...]] = (_MANAGEMENT,)
    folders: ClassVar[tuple[str, ...]] = (str(_WRAPPER.parent),)
    Inputs = NoInputs
    Outputs = EmbeddedAmqpOutputs

    def located(self) -> str | None:
        """The server's own start script, also where a package has put another one before it."""
        found = super().located()
        return str(_BEHIND_WRAPPER) if found == str(_WRAPPER) and _BEHIND_WRAPPER.is_file() else found

    def start(self, inputs: NoInputs, root: Path, data: Path, ports: Mapping[str, int], secret: str) -> Start:
        """With folders and files of its own for everything, so that nothing of the machine's own server is read."""
        base = data.parent
        port = str(ports[self.program])
        settings = {
            "rabbitmq.conf": _settings(base, port, str(ports[_MANAGEMENT])),
            "advanced.config": "[].\n",
            "plugins": "[rabbitmq_management].\n",
            "definitions.json": _definitions(secret),
        }
        return Start((), environment=_variables(base, data, port), settings=settings)

    def shown(self, planned: Mapping[str, Any], port: Value) -> list[Value]:
        """There are none: files and variables say it all."""
        return []

    def made(self, inputs: NoInputs, ports: Mapping[str, int]) -> Mapping[str, Any]:
        """Where it listens, where its API is, and its administrator."""
        api = f"http://{HOST}:{ports[_MANAGEMENT]}"
        return {"host": HOST, "port": ports[self.program], "management": api, "username": _USER}


def _settings(base: Path, port: str, management: str) -> str:
    return (
        f"listeners.tcp.1 = {HOST}:{port}\n"
        f"management.tcp.ip = {HOST}\nmanagement.tcp.port = {management}\n"
        f"load_definitions = {base}/definitions.json\n"
        "log.file = false\nlog.console = true\n"
    )


def _definitions(secret: str) -> str:
    """Its only user. The salt is made of the password, so that equal ones are equal texts."""
    salt = hashlib.sha256(b"salt" + secret.encode()).digest()[:4]
    user = {
        "name": _USER,
        "password_hash": verifier(secret, salt),
        "hashing_algorithm": ALGORITHM,
        "tags": "administrator",
    }
    return json.dumps({"users": [user], "vhosts": [], "permissions": []}, indent=2) + "\n"


def _variables(base: Path, data: Path, port: str) -> dict[str, Value]:
    """RUNNING_UNDER_SYSTEMD makes the start script become the server, instead of waiting for it."""
    return {
        "HOME": str(data),
        "RUNNING_UNDER_SYSTEMD": "true",
        PORT_VARIABLE: port,
        "RABBITMQ_NODENAME": _NODE,
        "RABBITMQ_CONF_ENV_FILE": os.devnull,
        "RABBITMQ_CONFIG_FILE": f"{base}/rabbitmq.conf",
        "RABBITMQ_CONFIG_FILES": f"{base}/conf.d/*.conf",
        "RABBITMQ_ADVANCED_CONFIG_FILE": f"{base}/advanced.config",
        "RABBITMQ_ENABLED_PLUGINS_FILE": f"{base}/plugins",
        "RABBITMQ_MNESIA_BASE": f"{data}/mnesia",
        "RABBITMQ_LOG_BASE": f"{data}/log",
        "RABBITMQ_LOG": "info,-color",
        "RABBITMQ_FEATURE_FLAGS_FILE": f"{data}/features",
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": _ERLANG,
    }
