"""A real RabbitMQ server for tests, with its management API: its data in a temporary folder, on free loopback ports.

It has a port mapper (epmd) of its own, which ends with it, and finds no other node. For root it runs as `rabbitmq` or
`nobody`.
"""

import base64
import contextlib
import json
import os
import pwd
import secrets
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pika

from parts.answering import answers
from parts.finding import Program, need
from parts.running import folder, free_port, server

HOW = "install Debian's rabbitmq-server"
RABBITMQ = Program("rabbitmq-server", how=HOW, folders=("/usr/sbin",))
EPMD = Program("epmd", how=HOW)
_BEHIND_WRAPPER = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
"""What Debian's own start script runs, as a user and in folders that are fixed."""


@dataclass(frozen=True)
class RabbitServer:
    """A running server and its administrator. ``port`` speaks AMQP, ``management`` is where its API is.

    ``folder`` and the port of ``epmd`` are named by the command lines of its processes.
    """

    host: str
    port: int
    management: str
    username: str
    password: str = field(repr=False)
    folder: Path
    epmd: int

    def api(self, path: str, body: object = None, method: str | None = None) -> bytes:
        """What the API tells the administrator; nothing when it says no."""
        return answers(self._request(path, body, method))

    def client(self, vhost: str, username: str, password: str) -> Any:
        """A connection of that user to that virtual host; raises what the library raises where it is not let in."""
        login = pika.PlainCredentials(username, password)
        return pika.BlockingConnection(pika.ConnectionParameters(self.host, self.port, vhost, login))

    def _request(self, path: str, body: object, method: str | None) -> urllib.request.Request:
        data = None if body is None else json.dumps(body).encode()
        login = base64.b64encode(f"{self.username}:{self.password}".encode()).decode()
        headers = {"Authorization": f"Basic {login}", "Content-Type": "application/json"}
        return urllib.request.Request(f"{self.management}/api/{path}", data, headers, method=method)


@contextlib.contextmanager
def rabbitmq() -> Iterator[RabbitServer]:
    """A server that ends, and whose folder is removed, with the block."""
    found, epmd, user = need(RABBITMQ), str(need(EPMD)), _plain_user()
    program = str(_BEHIND_WRAPPER if _BEHIND_WRAPPER.exists() else found)
    ports = {name: free_port() for name in ("amqp", "management", "nodes", "epmd")}
    password = secrets.token_urlsafe(12)
    with folder("rabbit") as place:
        management = f"http://127.0.0.1:{ports['management']}"
        running = RabbitServer(
            "127.0.0.1", ports["amqp"], management, "admin", password, place, ports["epmd"]
        )
        for name, text in (
            ("rabbitmq.conf", _settings(ports, password)),
            ("plugins", "[rabbitmq_management]."),
        ):
            (place / name).touch(mode=0o600)
            (place / name).write_text(text)
        for path in (place, *place.iterdir()):
            if user is not None:
                os.chown(path, *user)
        mapper = {"ERL_EPMD_PORT": str(ports["epmd"])}
        variables = {**mapper, **_variables(place, ports)}
        argv = (epmd, "-port", str(ports["epmd"]), "-address", "127.0.0.1")
        with (
            server(argv, place, lambda: True, name="epmd", user=user, variables=mapper),
            server(
                (program,), place, lambda: bool(running.api("vhosts")),
                name="rabbitmq", seconds=180.0, user=user, variables=variables,
            ),
        ):  # fmt: skip
            yield running


def _settings(ports: Mapping[str, int], password: str) -> str:
    return (
        f"listeners.tcp.1 = 127.0.0.1:{ports['amqp']}\n"
        f"management.tcp.ip = 127.0.0.1\nmanagement.tcp.port = {ports['management']}\n"
        f"default_user = admin\ndefault_pass = {password}\n"
        "log.file = false\nlog.console = true\nlog.console.level = warning\n"
    )


def _variables(place: Path, ports: Mapping[str, int]) -> dict[str, str]:
    """RUNNING_UNDER_SYSTEMD makes the start script become the server, instead of waiting for it."""
    return {
        "RUNNING_UNDER_SYSTEMD": "true",
        "RABBITMQ_NODENAME": f"bkh{ports['amqp']}@localhost",
        "RABBITMQ_DIST_PORT": str(ports["nodes"]),
        "RABBITMQ_CONF_ENV_FILE": os.devnull,
        "RABBITMQ_CONFIG_FILE": f"{place}/rabbitmq.conf",
        "RABBITMQ_ENABLED_PLUGINS_FILE": f"{place}/plugins",
        "RABBITMQ_MNESIA_BASE": f"{place}/data",
        "RABBITMQ_LOG_BASE": f"{place}/log",
        "RABBITMQ_FEATURE_FLAGS_FILE": f"{place}/features",
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1} +S 1:1 +sbwt none",
    }


def _plain_user() -> tuple[int, int] | None:
    """Whom the server runs as, where that is not who runs the tests."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    user = pwd.getpwnam("rabbitmq" if "rabbitmq" in names else "nobody")
    return user.pw_uid, user.pw_gid
