"""A real DNS server: Knot with one zone that takes RFC 2136 updates signed by a TSIG key.

Not bind9, which Debian's AppArmor profile keeps from reading a temporary folder.
"""

import base64
import contextlib
import secrets
import socket
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from parts.finding import Program, need
from parts.running import folder, free_port, server

KNOT = Program("knotd", how="install Debian's knot", folders=("/usr/sbin",))
ALGORITHM = "hmac-sha256"


@dataclass(frozen=True)
class DnsServer:
    """A server with authority over ``zone``; updates and transfers of it must be signed by the key."""

    host: str
    port: int
    zone: str
    key_name: str
    secret: str = field(repr=False)
    algorithm: str = ALGORITHM


@contextlib.contextmanager
def dns(zone: str = "parts.test") -> Iterator[DnsServer]:
    """A server on loopback, by UDP and TCP, whose zone has only its own SOA, NS and address."""
    program = str(need(KNOT))
    running = DnsServer(
        "127.0.0.1", free_port(), zone, "updates", base64.b64encode(secrets.token_bytes(32)).decode()
    )
    with folder("dns") as place:
        settings = place / "knot.conf"
        settings.touch(mode=0o600)
        settings.write_text(_settings(running, place))
        (place / f"{zone}.zone").write_text(_zone(zone))
        argv = (program, "-c", str(settings))
        with server(argv, place, lambda: _has_zone(running), name="knotd"):
            yield running


def _settings(running: DnsServer, place: Path) -> str:
    return f"""
server:
  rundir: "{place}"
  listen: "{running.host}@{running.port}"
  udp-workers: 1
  tcp-workers: 1
  background-workers: 1
database:
  storage: "{place}"
  journal-db-max-size: 16M
log:
  - target: stderr
    any: notice
key:
  - id: {running.key_name}
    algorithm: {running.algorithm}
    secret: {running.secret}
acl:
  - id: signed
    key: {running.key_name}
    action: [update, transfer]
zone:
  - domain: {running.zone}
    storage: "{place}"
    file: "{running.zone}.zone"
    acl: signed
"""


def _zone(zone: str) -> str:
    return f"""$ORIGIN {zone}.
$TTL 60
@ SOA ns hostmaster 1 3600 600 86400 60
@ NS ns
ns A 127.0.0.1
"""


def _has_zone(running: DnsServer) -> bool:
    """Whether it answers with authority for the SOA: RFC 1035, asked by hand so that no client is needed to wait."""
    name = b"".join(bytes([len(label)]) + label.encode() for label in running.zone.split(".")) + b"\0"
    question = struct.pack("!HHHHHH", 1, 0, 1, 0, 0, 0) + name + struct.pack("!HH", 6, 1)
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.settimeout(1)
        asking.connect((running.host, running.port))
        asking.send(question)
        header = struct.unpack("!HHHHHH", asking.recv(512)[:12])
        authoritative, code, answers = bool(header[1] & 0x0400), header[1] & 0xF, header[3]
        return authoritative and code == 0 and answers > 0
    return False
