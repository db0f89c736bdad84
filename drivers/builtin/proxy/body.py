"""Bodies of HTTP/1.1 messages: how long each is, and passing it on exactly so far."""

from __future__ import annotations

import asyncio
from enum import Enum

from .head import BadHead, Head

_CHUNK = 64 * 1024
_IDLE = 600.0


class Framing(Enum):
    """How the end of a body is found, where it is not counted."""

    CHUNKED = "chunked"
    UNTIL_CLOSE = "until close"


Length = int | Framing


def request_length(head: Head) -> Length:
    """The length of a request's body; raises :class:`BadHead` where it could be read in two ways."""
    coding, counted = head.get(b"transfer-encoding"), head.get(b"content-length")
    if coding is not None:
        if counted is not None or coding.strip().lower() != b"chunked":
            raise BadHead(400 if counted is not None else 501)
        return Framing.CHUNKED
    return _number(counted, 400) if counted is not None else 0


def response_length(head: Head, status: int, method: bytes) -> Length:
    """The length of the body of a response to ``method``; raises :class:`BadHead` (502) for nonsense."""
    if method == b"HEAD" or status in (204, 304) or 100 <= status < 200:
        return 0
    coding, counted = head.get(b"transfer-encoding"), head.get(b"content-length")
    if coding is not None:
        return Framing.CHUNKED if coding.strip().lower().endswith(b"chunked") else Framing.UNTIL_CLOSE
    return _number(counted, 502) if counted is not None else Framing.UNTIL_CLOSE


async def pass_on(source: asyncio.StreamReader, target: asyncio.StreamWriter, length: Length) -> None:
    """Copy one body as it is framed. Raises EOFError or OSError when a side ends early, ValueError for bad chunks."""
    if length is Framing.CHUNKED:
        await _chunks(source, target)
    elif length is Framing.UNTIL_CLOSE:
        await pipe(source, target, _IDLE)
    else:
        await _exactly(source, target, length)


async def pipe(source: asyncio.StreamReader, target: asyncio.StreamWriter, idle: float | None) -> None:
    """Copy until the source ends; ``idle`` limits the silence in seconds."""
    while data := await asyncio.wait_for(source.read(_CHUNK), idle):
        target.write(data)
        await target.drain()


async def _exactly(source: asyncio.StreamReader, target: asyncio.StreamWriter, count: int) -> None:
    while count:
        data = await asyncio.wait_for(source.read(min(count, _CHUNK)), _IDLE)
        if not data:
            raise EOFError
        count -= len(data)
        target.write(data)
        await target.drain()


async def _chunks(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    while True:
        line = await _line(source)
        size = int(line.split(b";", 1)[0].strip(), 16)
        if size < 0:
            raise ValueError("negative chunk")
        target.write(line)
        if size == 0:
            break
        await _exactly(source, target, size + 2)
    while (line := await _line(source)) != b"\r\n":
        target.write(line)
    target.write(line)
    await target.drain()


async def _line(source: asyncio.StreamReader) -> bytes:
    try:
        return await asyncio.wait_for(source.readuntil(b"\r\n"), _IDLE)
    except asyncio.LimitOverrunError as error:
        raise ValueError("a line is too long") from error


def _number(text: bytes, status: int) -> int:
    if not text.isdigit() or len(text) > 18:
        raise BadHead(status)
    return int(text)
