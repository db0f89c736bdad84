"""A zone as somebody else sees and changes it: by transfer, and by updates that heed no marker."""

from dataclasses import dataclass
from typing import Any

import dns.name
import dns.query
import dns.tsig
import dns.update
import dns.xfr
import dns.zone

from parts.dns import DnsServer

_OF_THE_ZONE = frozenset({"@", "ns"})


@dataclass(frozen=True)
class ZoneEditor:
    """The zone of a test's server."""

    server: DnsServer

    @property
    def name(self) -> str:
        """The zone's name."""
        return self.server.zone

    def names(self) -> frozenset[str]:
        """All names below the zone that hold something, but for those that came with it."""
        return frozenset(str(name) for name in self._zone().nodes) - _OF_THE_ZONE

    def records(self) -> list[str]:
        """All that these names hold, each as a line."""
        nodes = self._zone().nodes.items()
        held = [f"{name} {data}" for name, node in nodes if str(name) not in _OF_THE_ZONE for data in node]
        return sorted(held)

    def replace(self, name: str, kind: str, value: str) -> None:
        """Have this there, whatever was."""
        update = self._update()
        update.delete(name)
        update.add(name, 300, kind, value)
        self._send(update)

    def clear(self) -> None:
        """Remove everything that did not come with the zone."""
        update = self._update()
        for name in self.names():
            update.delete(name)
        self._send(update)

    def _zone(self) -> dns.zone.Zone:
        zone = dns.zone.Zone(dns.name.from_text(self.name))
        query, _ = dns.xfr.make_query(zone, keyring=self._key())
        dns.query.inbound_xfr(self.server.host, zone, query, port=self.server.port)
        return zone

    def _update(self) -> dns.update.UpdateMessage:
        return dns.update.UpdateMessage(f"{self.name}.", keyring=self._key())

    def _key(self) -> Any:
        return dns.tsig.Key(self.server.key_name, self.server.secret, self.server.algorithm)

    def _send(self, update: dns.update.UpdateMessage) -> None:
        answer = dns.query.tcp(update, self.server.host, port=self.server.port, timeout=10)
        assert answer.rcode() == 0, answer
