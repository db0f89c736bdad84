"""What the driver takes and gives."""

from __future__ import annotations

import ipaddress
import re
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

from ...sdk import immutable, secret, stable

_STEP = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_HOST = rf"^{_STEP}(?:\.{_STEP})*\.?$"
_NAME = rf"^(?:@|\*|(?:\*\.)?{_STEP}(?:\.{_STEP})*)$"
_LONGEST = 200
_TEXT_BYTES = 255

RecordType = Literal["A", "AAAA", "CNAME", "TXT"]
KeyAlgorithm = Literal["hmac-sha256", "hmac-sha384", "hmac-sha512", "hmac-sha224"]


class DnsConnection(BaseModel):
    """A server that is primary for the zones, and the TSIG key that it lets change them.

    Without a key the server must allow changes from this machine's address.
    """

    model_config = ConfigDict(extra="forbid")

    host: str = immutable()
    port: int = immutable(53, ge=1, le=65535)
    key_name: str | None = None
    key_algorithm: KeyAlgorithm = "hmac-sha256"
    key_secret: SecretStr | None = secret(None)

    @model_validator(mode="after")
    def _whole_key(self) -> Self:
        if (self.key_name is None) != (self.key_secret is None):
            raise ValueError("a TSIG key has both key_name and key_secret")
        return self


class DnsInputs(BaseModel):
    """``name`` is one label or several joined by dots, below ``zone``: ``@`` is the zone's own name, ``*`` any.

    ``ttl`` is in seconds. Another ``type`` or other ``values`` replace the record in one step.
    """

    model_config = ConfigDict(extra="forbid")

    zone: str = immutable(max_length=_LONGEST, pattern=_HOST)
    name: str = immutable(max_length=_LONGEST, pattern=_NAME)
    type: RecordType = "A"
    values: tuple[str, ...] = Field(min_length=1)
    ttl: int = Field(300, ge=1, le=604800)

    @model_validator(mode="after")
    def _fitting(self) -> Self:
        problems = [p for value in self.values if (p := _amiss(self.type, value))]
        if self.type == "CNAME" and len(self.values) > 1:
            problems.append("a CNAME has one value")
        if problems:
            raise ValueError("; ".join(problems))
        return self


class DnsOutputs(BaseModel):
    """``host`` is the full name without a last dot; the rest is the record as it is in the zone."""

    host: str = stable()
    type: str
    values: tuple[str, ...]
    ttl: int


def _amiss(kind: str, value: str) -> str | None:
    match kind:
        case "A" | "AAAA":
            wanted = 4 if kind == "A" else 6
            try:
                fits = ipaddress.ip_address(value).version == wanted
            except ValueError:
                fits = False
            return None if fits else f"{value!r} is no IPv{wanted} address, as a record of type {kind} holds"
        case "CNAME":
            return None if re.match(_HOST, value) else f"{value!r} is no host name"
        case _:
            short = len(value.encode()) <= _TEXT_BYTES and value.isprintable()
            return None if short else f"a text has at most {_TEXT_BYTES} bytes, all printable"
