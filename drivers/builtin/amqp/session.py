"""Requests to the management API, with every error turned into a fault."""

from __future__ import annotations

import contextlib
import ssl
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from ...sdk import Context, PermanentFault, TransientFault
from .faults import not_the_api, refused, unreached
from .models import AmqpConnection

_ANSWER_SECONDS = 60.0
"""The longest wait for one answer: a virtual host takes seconds on a busy server."""
_CONNECT_SECONDS = 10.0


@dataclass(frozen=True)
class Session:
    """Requests to one server as its administrator."""

    client: Any = field(repr=False)
    server: str
    context: Context

    def get(self, *path: str) -> Any:
        """What the server has there; None where there is nothing."""
        answer = self._send("GET", path)
        if answer.status_code == HTTPStatus.NOT_FOUND:
            if not _is_of_the_api(answer):
                raise refused(answer, self.server)
            return None
        return self._content(answer)

    def put(self, *path: str, body: Mapping[str, Any]) -> bool:
        """Make or change what is there; whether the server says that there was nothing before."""
        answer = self._send("PUT", path, body)
        self._content(answer)
        return bool(answer.status_code == HTTPStatus.CREATED)

    def declare(self, *path: str, body: Mapping[str, Any]) -> bool:
        """Make what is there, or find it equal; False where something else is there, which is left alone."""
        answer = self._send("PUT", path, body)
        if answer.status_code == HTTPStatus.BAD_REQUEST and b"inequivalent arg" in answer.content:
            return False
        self._content(answer)
        return True

    def delete(self, *path: str) -> None:
        """Remove what is there; nothing where it is gone."""
        answer = self._send("DELETE", path)
        if answer.status_code != HTTPStatus.NOT_FOUND:
            self._content(answer)

    def _send(self, method: str, path: tuple[str, ...], body: Mapping[str, Any] | None = None) -> Any:
        self.context.cancelled.check()
        if self.context.seconds_left <= 0:
            raise TransientFault(f"{self.server} was not asked in time")
        steps = "/".join(quote(step, safe="") for step in path)
        return self.client.request(
            method, f"/api/{steps}", json=body, timeout=min(self.context.seconds_left, _ANSWER_SECONDS)
        )

    def _content(self, answer: Any) -> Any:
        if not answer.is_success:
            raise refused(answer, self.server)
        if not answer.content:
            return None
        try:
            return answer.json()
        except ValueError:
            raise not_the_api(self.server) from None


def _is_of_the_api(answer: Any) -> bool:
    """Whether it is the API that knows nothing of a name, and not some server that has no such page."""
    return b'"Object Not Found"' in answer.content


@contextlib.contextmanager
def session(context: Context, server: AmqpConnection) -> Generator[Session, None, None]:
    """Requests that end with the block. Raises our faults, also for what fails inside the block."""
    httpx = _library()
    where = f"RabbitMQ at {server.api}"
    password = server.password.get_secret_value()
    try:
        with httpx.Client(
            base_url=server.api,
            auth=(server.username, password),
            timeout=httpx.Timeout(_ANSWER_SECONDS, connect=_CONNECT_SECONDS),
            verify=_trusted(server),
        ) as client:
            yield Session(client, where, context)
    except httpx.HTTPError as error:
        raise unreached(error, where) from None


def _trusted(server: AmqpConnection) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cadata=server.ca)
    except ssl.SSLError:
        raise PermanentFault("the certificates in ca cannot be read", hint="give them as PEM text") from None


def _library() -> Any:
    try:
        import httpx
    except ImportError:
        raise PermanentFault(
            "driver amqp needs the package httpx", hint="pip install 'bakehouse[amqp]'"
        ) from None
    return httpx
