"""Probes of a running program: a port that answers, an HTTP request, a command."""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import ssl
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from msgspec import Struct

from .ports import HOST, answers

_SECONDS = 5.0


class PortProbe(Struct, frozen=True):
    """Ready when somebody listens at the port of 127.0.0.1."""

    port: int

    def __call__(self) -> bool:
        return answers(self.port)


@dataclass(frozen=True)
class HttpProbe:
    """Ready when a GET answers with a status from 200 to 399. Certificates are not checked, as it is with kubelets."""

    port: int
    path: str = "/"
    scheme: str = "HTTP"
    headers: Mapping[str, str] = field(default_factory=dict[str, str])

    def __call__(self) -> bool:
        connection = self._connection()
        try:
            connection.request("GET", self.path or "/", headers=dict(self.headers))
            return 200 <= connection.getresponse().status < 400
        except (OSError, http.client.HTTPException, ValueError):
            return False
        finally:
            connection.close()

    def _connection(self) -> http.client.HTTPConnection:
        if self.scheme == "HTTPS":
            unchecked = ssl.create_default_context()
            unchecked.check_hostname, unchecked.verify_mode = False, ssl.CERT_NONE
            return http.client.HTTPSConnection(HOST, self.port, timeout=_SECONDS, context=unchecked)
        return http.client.HTTPConnection(HOST, self.port, timeout=_SECONDS)


@dataclass(frozen=True)
class ExecProbe:
    """Ready when the command ends with 0 within a few seconds; run with the program's environment and folder."""

    command: Sequence[str]
    cwd: str
    environment: Mapping[str, str] = field(repr=False)

    def __call__(self) -> bool:
        quiet = subprocess.DEVNULL
        try:
            process = subprocess.Popen(
                self.command, cwd=self.cwd, env=self.environment, stdin=quiet, stdout=quiet, stderr=quiet,
                start_new_session=True,
            )  # fmt: skip
        except (OSError, ValueError):
            return False
        try:
            return process.wait(_SECONDS) == 0
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            return False


Probe = PortProbe | HttpProbe | ExecProbe
