"""A certificate authority for a test: it signs what an outlet ought to show, and what it ought not."""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Signed:
    """A certificate, its key, and what a server sends behind it."""

    certificate: x509.Certificate
    key: EllipticCurvePrivateKey
    chain: tuple[x509.Certificate, ...] = ()

    def __add__(self, other: "Signed") -> "Signed":
        return Signed(self.certificate, self.key, (other.certificate, *other.chain))

    def digest(self) -> str:
        return self.certificate.fingerprint(SHA256()).hex(":").upper()


def signed(
    name: str,
    by: Signed | None = None,
    *,
    authority: bool = False,
    since: timedelta = -DAY,
    until: timedelta = DAY,
) -> Signed:
    """Return a certificate for the host `name`, or of an authority of that name; without `by` it signs itself."""
    key = generate_private_key(SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)  # noqa: TID251 - certificates hold by the real clock
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(by.certificate.subject if by else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + since)
        .not_valid_after(now + until)
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
    )
    if not authority:
        made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
    return Signed(made.sign(by.key if by else key, SHA256()), key)


def server(folder: Path, by_name: Mapping[str, Signed]) -> ssl.SSLContext:
    """Return what a server needs that shows each host's own certificate; the first is for whoever names none."""
    contexts = {name: _context(folder / f"{name}.pem", one) for name, one in by_name.items()}
    first = next(iter(contexts.values()))

    def choose(
        connection: ssl.SSLObject | ssl.SSLSocket, name: str | None, _: ssl.SSLContext
    ) -> None:
        connection.context = contexts.get(name or "", first)

    first.sni_callback = choose
    return first


def trusted(folder: Path, *authorities: Signed) -> dict[str, str]:
    """Return the environment of a machine that knows these authorities and no others."""
    path = folder / "authorities.pem"
    path.write_bytes(b"".join(one.certificate.public_bytes(Encoding.PEM) for one in authorities))
    return {"SSL_CERT_FILE": str(path)}


def _context(path: Path, one: Signed) -> ssl.SSLContext:
    key = one.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    chain = [each.public_bytes(Encoding.PEM) for each in (one.certificate, *one.chain)]
    path.write_bytes(b"".join([key, *chain]))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context
