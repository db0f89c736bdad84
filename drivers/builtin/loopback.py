"""Whether a host is this machine: only there a password may travel without TLS."""

from __future__ import annotations

import ipaddress


def is_here(host: str) -> bool:
    """Whether what is sent to ``host`` never leaves this machine, by its name or address alone."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
