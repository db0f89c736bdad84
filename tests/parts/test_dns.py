"""A real DNS server is there for tests; only who has the key changes its zone."""

import dns.message
import dns.query
import dns.rcode
import dns.rdatatype
import dns.tsigkeyring
import dns.update
import pytest

from parts.dns import DnsServer
from parts.dns import dns as server

pytestmark = pytest.mark.slow


def _add(running: DnsServer, secret: str | None) -> dns.rcode.Rcode:
    keys = None if secret is None else dns.tsigkeyring.from_text({running.key_name: secret})
    update = dns.update.UpdateMessage(running.zone, keyring=keys, keyalgorithm=running.algorithm)
    update.add("www", 60, "A", "192.0.2.1")
    return dns.query.tcp(update, running.host, port=running.port, timeout=10).rcode()


def _addresses(running: DnsServer) -> list[str]:
    question = dns.message.make_query(f"www.{running.zone}", dns.rdatatype.A)
    answer = dns.query.udp(question, running.host, port=running.port, timeout=10)
    return [item.to_text() for found in answer.answer for item in found]


def test_a_signed_update_is_answered_from_then_on() -> None:
    with server() as running:
        assert _addresses(running) == []
        assert _add(running, running.secret) is dns.rcode.NOERROR
        assert _addresses(running) == ["192.0.2.1"]


def test_an_update_that_nobody_signed_is_refused() -> None:
    with server() as running:
        assert _add(running, None) is not dns.rcode.NOERROR
        assert _addresses(running) == []
