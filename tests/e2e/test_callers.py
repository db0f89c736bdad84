"""The shop's own server, where callers behave badly: its log is what people read with `bakehouse logs`."""

import socket
import struct
import subprocess
import sys

import pytest

from house_tree import ROOT

pytestmark = pytest.mark.slow

SERVER = """
import sys
from http.server import ThreadingHTTPServer
from handler import Handler
class Watched(Handler):
    def finish(self):
        super().finish()
        print("finished", flush=True)
server = ThreadingHTTPServer(("127.0.0.1", 0), Watched)
print(server.server_port, flush=True)
server.serve_forever()
"""
RESET = struct.pack("ii", 1, 0)
"""SO_LINGER: a close that resets the connection."""


def test_a_caller_that_goes_away_leaves_no_traceback_in_the_log() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", SERVER], cwd=ROOT / "examples/shop/services/web", text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as server:  # fmt: skip
        assert server.stdout
        assert server.stderr
        port = int(server.stdout.readline())
        with socket.create_connection(("127.0.0.1", port)) as caller:
            caller.sendall(b"GET / HT")
            caller.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        assert server.stdout.readline() == "finished\n"
        server.terminate()
        assert server.stderr.read() == ""
