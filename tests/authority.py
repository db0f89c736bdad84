"""A certificate authority of a test's own, and certificates of servers that it signs."""

import datetime
import ipaddress
from dataclasses import dataclass, field
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

_HOUR = datetime.timedelta(hours=1)
_SIGNS = x509.KeyUsage(
    digital_signature=True,
    content_commitment=False,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=True,
    crl_sign=True,
    encipher_only=False,
    decipher_only=False,
)


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)])


@dataclass(frozen=True)
class Authority:
    """Signs for an hour. Nobody trusts it who is not given :meth:`root`."""

    name: str
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def root(self, path: Path) -> Path:
        """Write the certificate that must be trusted."""
        limits = x509.BasicConstraints(ca=True, path_length=0)
        made = self._builder(_name(self.name), self.key).add_extension(limits, critical=True)
        made = made.add_extension(_SIGNS, critical=True)
        path.write_bytes(made.sign(self.key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
        return path

    def server(self, address: str, certificate: Path, key: Path) -> None:
        """Write the certificate of a server at an address, and its key (0600)."""
        own = ec.generate_private_key(ec.SECP256R1())
        where = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))])
        made = self._builder(_name(address), own).add_extension(where, critical=False)
        certificate.write_bytes(made.sign(self.key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
        key.touch(mode=0o600)
        key.write_bytes(
            own.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )

    def _builder(self, subject: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
        now, number = datetime.datetime.now(datetime.UTC), x509.random_serial_number()
        builder = x509.CertificateBuilder(_name(self.name), subject, key.public_key(), number)
        # Python 3.13 is strict: it wants to be told whose key this is, and which one signed it.
        itself = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
        signer = x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key())
        named = builder.add_extension(itself, critical=False).add_extension(signer, critical=False)
        return named.not_valid_before(now - _HOUR).not_valid_after(now + _HOUR)
