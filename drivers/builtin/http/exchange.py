"""One signed request and its answer, line by line, within the deadline of one call."""

from __future__ import annotations

import queue
import ssl
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import urlsplit

import httpx

from ...sdk import Cancelled, Context, Fault, PermanentFault, TransientFault
from ..remote.protocol import LONGEST_LINE, NotOffered, Reply, Request, parse, scrubbed
from .models import HttpConnection
from .signing import signed

WHO = "the service"
_STEP = 0.05
_CONNECT_SECONDS = 10.0
_MOST_SECONDS = 3600.0
_MOST_BYTES = 64 * 1024 * 1024

_Heard = bytes | Fault | None
"""A line, what ended the exchange too early, or its end."""


@dataclass(frozen=True)
class Exchange:
    """One request to a service. ``secrets`` are the clear texts that it holds, sought in all that is answered."""

    context: Context
    connection: HttpConnection
    path: str
    secrets: tuple[str, ...] = field(repr=False)

    def hold(self, request: Request) -> Reply:
        """The answer, a result or a proposal; raises the fault that was answered, or one that says how it failed.

        :class:`NotOffered` where the service does not know the operation.
        """
        answer: Reply | None = None
        for line in self._lines(request):
            if answer is not None:
                raise PermanentFault(f"{WHO} goes on after its answer")
            reply = parse(line, WHO)
            if reply.fault is not None:
                raise reply.fault.fault(self.scrubbed)
            if reply.progress is not None:
                self.context.progress(self.scrubbed(reply.progress))
            else:
                answer = reply
        if answer is None:
            raise TransientFault(f"{WHO} ended without an answer")
        return answer

    def scrubbed(self, text: str) -> str:
        """The text without the secrets of the request and the connection's key."""
        return scrubbed(text, (*self.secrets, self.connection.key_secret.get_secret_value()))

    def _lines(self, request: Request) -> Iterator[bytes]:
        """The lines of the answer as they come; raises a fault where it is none, takes too long, or says too much.

        The request runs in a thread of its own: what waits for a silent service cannot look whether it is to stop.
        """
        heard: queue.Queue[_Heard] = queue.Queue()
        threading.Thread(target=self._post, args=(request, heard), daemon=True).start()
        while True:
            try:
                said = heard.get(timeout=_STEP)
            except queue.Empty:
                if self.context.cancelled:
                    raise Cancelled(f"the request to {WHO} was given up") from None
                if self.context.seconds_left <= 0:
                    raise TransientFault(f"{self._place} did not answer in time") from None
                continue
            if said is None:
                return
            if not isinstance(said, bytes):
                raise said
            yield said

    @property
    def _place(self) -> str:
        return f"{WHO} at {self.connection.url}"

    def _post(self, request: Request, heard: queue.Queue[_Heard]) -> None:
        try:
            for line in self._asked(request):
                heard.put(line)
            heard.put(None)
        except Fault as fault:
            heard.put(fault)
        except httpx.TimeoutException:
            heard.put(TransientFault(f"{self._place} did not answer in time"))
        except httpx.HTTPError as error:
            heard.put(self._unreached(error))

    def _asked(self, request: Request) -> Iterator[bytes]:
        url = "/".join(part for part in (self.connection.url, self.path, request.operation) if part)
        body = request.line()
        key = self.connection.key_secret.get_secret_value().encode()
        headers = signed(key, self.connection.key_id, urlsplit(url).path, body, int(time.time()))
        headers |= {"Content-Type": "application/json", "Accept": "application/x-ndjson"}
        limit = httpx.Timeout(min(self.context.seconds_left, _MOST_SECONDS), connect=_CONNECT_SECONDS)
        with (
            httpx.Client(timeout=limit, verify=self._trusted()) as client,
            client.stream("POST", url, content=body, headers=headers) as response,
        ):
            self._check(response)
            yield from _split(response)

    def _trusted(self) -> ssl.SSLContext:
        try:
            return ssl.create_default_context(cadata=self.connection.ca)
        except ssl.SSLError:
            raise PermanentFault(
                "the certificates in ca of the connection cannot be read", hint="give them as PEM text"
            ) from None

    def _check(self, response: httpx.Response) -> None:
        status = response.status_code
        said = f"{self._place} answers {status} {response.reason_phrase}".rstrip()
        if status == HTTPStatus.OK:
            return
        if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
            raise PermanentFault(
                said,
                hint="check key_id and key_secret of the connection, and the clocks of both machines",
            )
        if status == HTTPStatus.TOO_MANY_REQUESTS or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            if status == HTTPStatus.NOT_IMPLEMENTED:
                raise NotOffered(said, hint=f"{WHO} does not offer this operation")
            raise TransientFault(said, retry_after=_seconds(response.headers.get("Retry-After")))
        if response.is_redirect:
            raise PermanentFault(said, hint="name its final address: a signed request is not sent on")
        raise PermanentFault(said, hint="check url of the connection and path of the inputs")

    def _unreached(self, error: httpx.HTTPError) -> Fault:
        said = str(error) or type(error).__name__
        if "CERTIFICATE_VERIFY_FAILED" in said:
            return PermanentFault(
                f"{self._place} is not trusted: its certificate cannot be verified",
                hint="give ca in the connection, or a certificate that this machine trusts",
            )
        return TransientFault(
            f"{self._place} cannot be reached: {said}",
            retry_after=1.0,
            hint="check url of the connection, and that the service runs",
        )


def _split(response: httpx.Response) -> Iterator[bytes]:
    """The lines of a body, none longer than the protocol allows."""
    rest, size = b"", 0
    for piece in response.iter_bytes():
        size += len(piece)
        *whole, rest = (rest + piece).split(b"\n")
        if size > _MOST_BYTES or any(len(line) > LONGEST_LINE for line in (*whole, rest)):
            raise PermanentFault(f"{WHO} says too much: a line may have {LONGEST_LINE} bytes")
        yield from (line for line in whole if line.strip())
    if rest.strip():
        yield rest


def _seconds(header: str | None) -> float | None:
    return float(header) if header is not None and header.isdigit() else None
