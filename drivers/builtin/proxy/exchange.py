"""One request and its answer: read, routed, passed on, answered, ended."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from urllib.parse import urlsplit

from . import page
from .body import pass_on, pipe, request_length, response_length
from .head import LIMIT, BadHead, Fields, Head, compose, read_head
from .table import Rule, Table

_LOG = logging.getLogger("bakehouse.proxy")
_HEAD_SECONDS = 30.0
_CONNECT_SECONDS = 5.0
_ANSWER_SECONDS = 300.0
_FORWARDED = frozenset((b"x-forwarded-for", b"x-forwarded-host", b"x-forwarded-proto"))


class Exchange:
    """Carries one client connection through one request. OSError, EOFError and ValueError mean that a side is gone."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, table: Table, port: int
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._table = table
        self._port = port

    async def run(self) -> None:
        """Serve the request; the caller closes the connection."""
        try:
            head = await asyncio.wait_for(read_head(self._reader), _HEAD_SECONDS)
            if head is None:
                return
            host, path = _asked(head)
            rule = self._table.find(host, path)
        except TimeoutError:
            await self._say(408, page.plain(408))
            return
        except BadHead as bad:
            await self._say(bad.status, page.plain(bad.status))
            return
        _LOG.info("%s %s%s", head.start[0].decode(), host, path)
        if rule is None:
            await self._say(404, page.not_found(host, path, self._table.rules(), self._port), head)
        else:
            await self._pass(rule, head)

    async def _pass(self, rule: Rule, head: Head) -> None:
        try:
            length = request_length(head)
            connecting = asyncio.open_connection(rule.upstream, rule.port, limit=LIMIT)
            reader, writer = await asyncio.wait_for(connecting, _CONNECT_SECONDS)
        except BadHead as bad:
            await self._say(bad.status, page.plain(bad.status), head)
            return
        except (OSError, TimeoutError):
            await self._say(502, page.unreachable(rule), head)
            return
        try:
            writer.write(compose(_relative(head), self._forwarded(head)))
            sending = asyncio.create_task(pass_on(self._reader, writer, length))
            try:
                await self._answer(rule, head, reader, writer)
            finally:
                sending.cancel()
                await asyncio.gather(sending, return_exceptions=True)
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def _answer(
        self, rule: Rule, asked: Head, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Pass the answer on. Nothing was sent to the client before the first head, so a failure until then is a page."""
        try:
            head, status = await self._final_head(reader)
        except TimeoutError:
            await self._say(504, page.plain(504), asked)
            return
        except (OSError, EOFError, BadHead):
            await self._say(502, page.unreachable(rule), asked)
            return
        if status == 101 and asked.upgrades:
            extra = ((b"Connection", b"Upgrade"), (b"Upgrade", head.get(b"upgrade") or b""))
            self._writer.write(compose(head.start, head.without_hops() + extra))
            await self._both_ways(reader, writer)
        else:
            self._writer.write(compose(head.start, (*head.without_hops(), (b"Connection", b"close"))))
            await pass_on(reader, self._writer, response_length(head, status, asked.start[0]))
            await self._writer.drain()

    async def _final_head(self, reader: asyncio.StreamReader) -> tuple[Head, int]:
        """The head that answers; interim ones are passed on at once."""
        while True:
            head = await asyncio.wait_for(read_head(reader), _ANSWER_SECONDS)
            if head is None:
                raise EOFError
            if not head.start[1].isdigit() or len(head.start[1]) != 3:
                raise BadHead(502)
            status = int(head.start[1])
            if status == 101 or status >= 200:
                response_length(head, status, b"GET")
                return head, status
            self._writer.write(compose(head.start, head.without_hops()))

    async def _both_ways(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """After an upgrade: bytes in both directions until one side ends."""
        ways = [
            asyncio.create_task(pipe(reader, self._writer, None)),
            asyncio.create_task(pipe(self._reader, writer, None)),
        ]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)

    def _forwarded(self, head: Head) -> Fields:
        peer = self._writer.get_extra_info("peername")
        client = str(peer[0]).encode() if peer else b"unknown"
        before = head.get(b"x-forwarded-for")
        kept = tuple((key, value) for key, value in head.without_hops() if key.lower() not in _FORWARDED)
        added: Fields = (
            (b"X-Forwarded-For", client if before is None else before + b", " + client),
            (b"X-Forwarded-Host", head.get(b"host") or b""),
            (b"X-Forwarded-Proto", b"http"),
        )
        if head.upgrades:
            return (*kept, *added, (b"Connection", b"Upgrade"), (b"Upgrade", head.get(b"upgrade") or b""))
        return (*kept, *added, (b"Connection", b"close"))

    async def _say(self, status: int, document: bytes, asked: Head | None = None) -> None:
        """Answer by ourselves; a body that still comes in is read for a moment, so that the answer is not lost."""
        with_body = asked is None or asked.start[0] != b"HEAD"
        self._writer.write(page.answer(status, document, with_body=with_body))
        await self._writer.drain()
        if self._writer.can_write_eof():
            self._writer.write_eof()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._drain(), 1.0)

    async def _drain(self) -> None:
        while await self._reader.read(LIMIT):
            pass


def _asked(head: Head) -> tuple[str, str]:
    """The host (lower case, without port) and the path (without query) that a request is for; raises :class:`BadHead`."""
    method, target, version = head.start
    if version not in (b"HTTP/1.0", b"HTTP/1.1"):
        raise BadHead(505 if version.startswith(b"HTTP/") else 400)
    if method == b"CONNECT":
        raise BadHead(405)
    hosts = [value for key, value in head.fields if key.lower() == b"host"]
    if len(hosts) != 1:
        raise BadHead(400)
    path, host = target, hosts[0]
    if b"://" in target.split(b"?", 1)[0] and not target.startswith(b"/"):
        if urlsplit(target).netloc.lower() != host.lower():
            raise BadHead(400)
        path = _origin(target)
    return _name(host), path.split(b"?", 1)[0].decode("latin-1") or "/"


def _name(host: bytes) -> str:
    text = host.decode("latin-1").lower()
    if text.startswith("["):
        return text.partition("]")[0] + "]"
    return text.partition(":")[0].rstrip(".")


def _origin(target: bytes) -> bytes:
    rest = target.split(b"://", 1)[1]
    slash = rest.find(b"/")
    return rest[slash:] if slash >= 0 else b"/"


def _relative(head: Head) -> tuple[bytes, bytes, bytes]:
    method, target, version = head.start
    return (method, target if target.startswith(b"/") or target == b"*" else _origin(target), version)
