"""Imports the whole program, then forks a process for every order that comes, until nobody can order any more."""

import gc
import importlib
import json
import os
import pkgutil
import signal
import socket
import struct
import sys
import tempfile
import time
from typing import Any

import bakehouse

LEFT_OUT = (".conformance", ".benchmarks", ".tests", ".examples", ".docs")


def warm() -> None:
    """Import every module that a command may need."""
    for found in pkgutil.walk_packages(bakehouse.__path__, "bakehouse."):
        if found.name != "bakehouse.__main__" and not any(part in found.name for part in LEFT_OUT):
            importlib.import_module(found.name)


def serve(orders: socket.socket) -> None:
    """Answer orders; in a process of an order this ends with that command's end."""
    while True:
        order, fds, _, _ = socket.recv_fds(orders, 1 << 20, 4)
        if not order:
            return
        if os.fork() == 0:
            orders.close()
            attend(json.loads(order), fds)
        for fd in fds:
            os.close(fd)


def attend(order: dict[str, Any], fds: list[int]) -> None:
    """Fork once more, tell the process's number and, when it has ended, how."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    *streams, told = fds
    pid = os.fork()
    if pid == 0:
        os.close(told)
        become(order, streams)
    os.write(told, struct.pack("i", pid))
    _, status = os.waitpid(pid, 0)
    os.write(told, struct.pack("i", os.waitstatus_to_exitcode(status)))
    os._exit(0)


def become(order: dict[str, Any], streams: list[int]) -> None:
    """Be the command."""
    for number, fd in enumerate(streams):
        os.dup2(fd, number)
        os.close(fd)
    os.chdir(order["folder"])
    os.environ.clear()
    os.environ.update(order["variables"])
    time.tzset()
    tempfile.tempdir = None
    sys.stdin = os.fdopen(0, encoding="utf-8", closefd=False)
    sys.stdout = os.fdopen(1, "w", encoding="utf-8", closefd=False)
    sys.stderr = os.fdopen(2, "w", encoding="utf-8", errors="backslashreplace", buffering=1, closefd=False)
    sys.argv = ["bakehouse", *order["words"]]
    from bakehouse.cli.main import main

    main()


if __name__ == "__main__":
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    warm()
    gc.collect()
    gc.freeze()
    serve(socket.socket(fileno=int(sys.argv[1])))
