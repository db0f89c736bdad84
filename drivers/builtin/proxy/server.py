"""The proxy program: HTTP/1.1 by host and path on 127.0.0.1, one request a connection.

Run as ``python -m`` this module with ``--port`` and ``--routes``. It reads the route files again whenever their
folder changes and ends on SIGTERM.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import logging
import os
import signal
import sys
from pathlib import Path

from .exchange import Exchange
from .head import LIMIT
from .table import Table

HOST = "127.0.0.1"
_LOG = logging.getLogger("bakehouse.proxy")
_BACKLOG = 256


class ProxyServer:
    """Listens until :meth:`stop`; at the end, running exchanges are given up."""

    def __init__(self, port: int, table: Table) -> None:
        self._port = port
        self._table = table
        self._stopping = asyncio.Event()
        self._running: set[asyncio.Task[None]] = set()

    def stop(self) -> None:
        """Take no new connection and end."""
        self._stopping.set()

    async def serve(self) -> None:
        """Serve; raises OSError when the port is taken."""
        server = await asyncio.start_server(
            self._accepted, HOST, self._port, limit=LIMIT, backlog=_BACKLOG, reuse_address=True
        )
        _LOG.info("listening on http://%s:%d", HOST, self._port)
        async with server:
            await self._stopping.wait()
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    def _accepted(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.get_running_loop().create_task(self._handle(reader, writer))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await Exchange(reader, writer, self._table, self._port).run()
        except (OSError, EOFError, ValueError, TimeoutError):
            writer.transport.abort()
        finally:
            writer.close()
            with contextlib.suppress(OSError, TimeoutError):
                await asyncio.wait_for(writer.wait_closed(), 10)


async def _main(port: int, routes: Path) -> None:
    server = ProxyServer(port, Table(routes))
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, server.stop)
    await server.serve()


def main() -> int:
    """The program; the exit code is 1 when the port cannot be had."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--routes", type=Path, required=True)
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    try:
        asyncio.run(_main(arguments.port, arguments.routes))
    except OSError as error:
        _LOG.error("cannot listen on %s:%d: %s", HOST, arguments.port, os.strerror(error.errno or 0))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
