"""Driver ``dns``: records of a zone that takes dynamic updates (RFC 2136), signed by a TSIG key."""

from .driver import Dns
from .models import DnsConnection, DnsInputs, DnsOutputs

__all__ = ["Dns", "DnsConnection", "DnsInputs", "DnsOutputs"]
