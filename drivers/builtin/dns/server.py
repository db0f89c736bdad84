"""The exchange with a name server: questions and updates over TCP, signed where there is a key, every error as a fault."""

from __future__ import annotations

import socket
from collections.abc import Iterable
from typing import Any

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.query
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.tsig
from dns.message import Message
from dns.update import UpdateMessage
from msgspec import Struct

from ...sdk import Context, Fault, PermanentFault, TransientFault
from .models import DnsConnection
from .record import Answer, Record

_SECONDS = 10.0
_REFUSALS = {
    "REFUSED": "let this key, or this address, change the zone (BIND: update-policy or allow-update; Knot: acl)",
    "NOTAUTH": "name the server that is primary for the zone, and a key that it knows",
    "NOTZONE": "give the zone that the server has, not one above or below it",
    "NOTIMP": "the server takes no dynamic updates (RFC 2136)",
    "FORMERR": None,
}


class NameServer(Struct, frozen=True):
    """The server of a connection, within the deadline of one call."""

    connection: DnsConnection
    context: Context

    def change(self, zone: str) -> UpdateMessage:
        """An empty update of ``zone``, to be filled and sent."""
        return UpdateMessage(f"{zone}.", **self._signing())

    def send(self, update: UpdateMessage, zone: str) -> str:
        """The server's answer: NOERROR, or which prerequisite did not hold. Raises a fault for anything else."""
        said = self._code(self._exchange(update))
        if said in ("NOERROR", "YXDOMAIN", "YXRRSET", "NXDOMAIN", "NXRRSET"):
            return said
        raise self._refused(said, f"does not change the zone {zone}")

    def ask(self, record: Record, name: str, kinds: Iterable[str]) -> dict[str, Answer]:
        """What the zone has at ``name`` (relative to it), by type; types that are not there are left out."""
        full = dns.name.from_text(name, dns.name.from_text(f"{record.zone}."))
        found: dict[str, Answer] = {}
        for kind in kinds:
            query = dns.message.make_query(full, kind)
            query.flags &= ~dns.flags.RD
            if keys := self._signing():
                query.use_tsig(**keys)
            answer = self._exchange(query)
            said = self._code(answer)
            if said not in ("NOERROR", "NXDOMAIN"):
                raise self._refused(said, f"does not answer about the zone {record.zone}")
            rows: Any = answer.get_rrset(
                answer.answer, full, dns.rdataclass.IN, dns.rdatatype.from_text(kind)
            )
            if rows is not None:
                found[kind] = Answer(tuple(sorted(_text(row) for row in rows)), rows.ttl)
        return found

    @property
    def place(self) -> str:
        """Host and port, for people."""
        return f"the name server at {self.connection.host}:{self.connection.port}"

    def _signing(self) -> dict[str, Any]:
        connection = self.connection
        if connection.key_name is None or connection.key_secret is None:
            return {}
        try:
            key = dns.tsig.Key(
                connection.key_name, connection.key_secret.get_secret_value(), connection.key_algorithm
            )
        except ValueError:
            raise PermanentFault(
                f"the secret of the TSIG key {connection.key_name} is no base64 text",
                hint="give it as the server's key file has it",
            ) from None
        return {"keyring": key}

    def _exchange(self, message: Message) -> Message:
        self.context.cancelled.check()
        seconds = max(0.5, min(_SECONDS, self.context.seconds_left))
        try:
            answer = self._answer(message, seconds)
        except dns.tsig.PeerBadTime:
            raise PermanentFault(
                f"{self.place} refuses the signature: its clock and this machine's differ",
                hint="set the clocks; TSIG allows five minutes",
            ) from None
        except (dns.tsig.PeerError, dns.tsig.BadSignature, dns.tsig.BadAlgorithm, dns.message.UnknownTSIGKey):
            raise PermanentFault(
                f"{self.place} refuses the TSIG key {self.connection.key_name}",
                hint="check key_name, key_algorithm and key_secret of the connection",
            ) from None
        except dns.exception.FormError:
            raise PermanentFault(
                f"{self.place} gives an answer that is not signed as it should be",
                hint="it may not be primary for the zone, or not know the key of the connection",
            ) from None
        except (OSError, EOFError, dns.exception.Timeout) as error:
            reason = getattr(error, "strerror", None) or "no answer in time"
            raise TransientFault(
                f"{self.place} cannot be reached: {reason}",
                retry_after=1.0,
                hint="check host and port of the connection, and that it answers over TCP",
            ) from None
        except dns.exception.DNSException as error:
            raise TransientFault(f"{self.place} gives no proper answer: {error}") from None
        return answer

    def _answer(self, message: Message, seconds: float) -> Message:
        """The answer of the first of the host's addresses at which anybody listens."""
        place = (self.connection.host, self.connection.port)
        with socket.create_connection(place, timeout=seconds) as connected:
            connected.setblocking(False)
            answer: Message = dns.query.tcp(message, self.connection.host, timeout=seconds, sock=connected)
        return answer

    @staticmethod
    def _code(answer: Message) -> str:
        return str(dns.rcode.to_text(answer.rcode()))

    def _refused(self, said: str, what: str) -> Fault:
        message = f"{self.place} {what}: {said}"
        if said in _REFUSALS:
            return PermanentFault(message, hint=_REFUSALS[said])
        return TransientFault(message, retry_after=1.0)


def _text(row: Any) -> str:
    strings = getattr(row, "strings", None)
    return str(row).rstrip(".") if strings is None else b"".join(strings).decode(errors="replace")
