"""A real object store for tests that speaks S3, over a temporary folder, and the API for its users beside it."""

import contextlib
import functools
import secrets
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import botocore.session
from botocore.config import Config

from parts.finding import Program, need
from parts.running import folder, free_port, server

VERSITYGW = Program("versitygw", "versitygw")


@dataclass(frozen=True)
class Store:
    """A running store, the API for its users, and the key that may do everything. ``data`` holds a folder a bucket."""

    endpoint: str
    iam: str
    access_key_id: str
    secret_key: str = field(repr=False)
    data: Path

    def buckets(self, access_key_id: str | None = None, secret_key: str | None = None) -> Any:
        """A client for buckets, of the administrator where no other key is given."""
        return _client(
            "s3", self.endpoint, access_key_id or self.access_key_id, secret_key or self.secret_key
        )

    def users(self) -> Any:
        """The administrator's client for users."""
        return _client("iam", self.iam, self.access_key_id, self.secret_key)


@functools.cache
def _client(kind: str, url: str, key: str, secret: str) -> Any:
    return botocore.session.get_session().create_client(
        kind,
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id=key,
        aws_secret_access_key=secret,
        config=Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}),
    )


@contextlib.contextmanager
def s3() -> Iterator[Store]:
    """A store that ends, and whose folder is removed, with the block."""
    program, ports, secret = str(need(VERSITYGW)), (free_port(), free_port()), secrets.token_urlsafe(24)
    login = {"ROOT_ACCESS_KEY_ID": "admin", "ROOT_SECRET_ACCESS_KEY": secret}
    with folder("s3") as place:
        for name in ("data", "users", "versions"):
            (place / name).mkdir()
        users = (
            program, "--port", f"127.0.0.1:{ports[1]}", "iam", "--quiet",
            "--dir", f"{place}/users", "--private-ports", f"{place}/s",
        )  # fmt: skip
        buckets = (
            program, "--port", f"127.0.0.1:{ports[0]}", "--quiet", "--iam-cache-disable",
            "--iam-standalone-endpoint", f"{place}/s",
            "posix", "--versioning-dir", f"{place}/versions", f"{place}/data",
        )  # fmt: skip
        with (
            server(users, place, lambda: _listens(ports[1]), name="iam", variables=login),
            server(buckets, place, lambda: _listens(ports[0]), name="versitygw", variables=login),
        ):
            first, second = (f"http://127.0.0.1:{port}" for port in ports)
            yield Store(first, second, "admin", secret, place / "data")


def _listens(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=5):
        return True
    return False
