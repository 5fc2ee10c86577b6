"""Whether it is the outlet that answers: certificates are verified (RFC 5280, RFC 9525); Scrapy by itself does not.

An outlet's `tls` declares an exception. Its hosts are looked at in the same way, and what is wrong is known and written
down, but it does not end the connection.
"""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from OpenSSL import SSL, crypto
from service_identity import CertificateError, VerificationError
from service_identity.hazmat import DNS_ID, IPAddress_ID, verify_service_identity
from service_identity.pyopenssl import extract_patterns
from twisted.internet.abstract import isIPAddress, isIPv6Address
from twisted.internet.interfaces import IOpenSSLClientConnectionCreator
from twisted.internet.ssl import CertificateOptions, platformTrust
from twisted.web.iweb import IPolicyForHTTPS
from zope.interface import implementer  # type: ignore[import-untyped]

VERIFIED = "verified"
_FAULTS: Mapping[int, str] = {
    9: "is not valid yet",
    10: "has expired",
    18: "is signed by itself",
    19: "is signed by an authority of its own",
    20: "is signed by nobody whom this machine knows, or its chain lacks an intermediate",
    21: "came without the chain that would prove it",
    23: "was revoked",
}
"""What OpenSSL's commonest verdicts on a chain mean (X509_STORE_CTX_get_error(3)), as the end of a sentence."""


@implementer(IPolicyForHTTPS)
class Certificates:
    """Makes the TLS connections of a crawl; with `tolerant` it lets those pass whose certificate is wrong."""

    def __init__(self, *, tolerant: bool) -> None:
        self._tolerant = tolerant
        self._faults: dict[tuple[str, int], str | None] = {}

    @cached_property
    def _context(self) -> SSL.Context:
        """What all connections share, made with the first: it reads some hundred authorities of this machine."""
        known = platformTrust()  # type: ignore[no-untyped-call]  # Twisted has no types for it
        context = CertificateOptions(trustRoot=known).getContext()
        context.set_options(SSL.OP_LEGACY_SERVER_CONNECT)  # old servers without RFC 5746, as Scrapy does
        return context

    def creatorForNetloc(self, hostname: bytes, port: int) -> Any:  # noqa: N802 - Twisted's interface
        return _Creator(self, hostname.decode("ascii"), port)

    def fault(self, host: str, port: int) -> str | None:
        """Return what was wrong with the certificate that was shown last, as the end of a sentence, or None."""
        return self._faults.get((host, port))

    def all_good(self) -> bool:
        """Return whether certificates were shown and nothing was wrong with any: no exception is needed."""
        return bool(self._faults) and not any(self._faults.values())

    def connection(self, host: str, port: int) -> SSL.Connection:
        """Return a connection that will look at the certificate that it is shown."""
        self._faults[host, port] = None
        made = SSL.Connection(self._context, None)
        literal = isIPAddress(host) or isIPv6Address(host)
        if not literal:  # an address is never sent as a name (RFC 6066 §3)
            made.set_tlsext_host_name(host.encode("ascii"))
        identity = IPAddress_ID(host) if literal else DNS_ID(host)

        def verify(_: SSL.Connection, certificate: crypto.X509, code: int, depth: int, good: int) -> bool:
            fault = None if good else _FAULTS.get(code, f"does not verify (OpenSSL's error {code})")
            if good and depth == 0:
                fault = misnamed(certificate, identity)
            self._faults[host, port] = self._faults[host, port] or fault
            return fault is None or self._tolerant

        made.set_verify(SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT, verify)
        return made


@implementer(IOpenSSLClientConnectionCreator)
class _Creator:
    def __init__(self, certificates: Certificates, host: str, port: int) -> None:
        self._certificates = certificates
        self._asked = host, port

    def clientConnectionForTLS(self, tlsProtocol: Any) -> SSL.Connection:  # noqa: N802, N803, ARG002 - Twisted's
        return self._certificates.connection(*self._asked)


def misnamed(certificate: crypto.X509, identity: DNS_ID | IPAddress_ID) -> str | None:
    """Return for whom else a certificate is, as the end of a sentence, or None where it is for `identity`.

    What does not parse names nobody: OpenSSL is calling, and no error may come out of here.
    """
    try:
        verify_service_identity(extract_patterns(certificate), [identity], [])
    except VerificationError:
        return f"is for {_names(certificate)}"
    except (CertificateError, ValueError):
        return "names nobody"
    return None


def _names(certificate: crypto.X509) -> str:
    """Return the first names of a certificate; they are a stranger's words."""
    patterns = [getattr(one, "pattern", b"") for one in extract_patterns(certificate)]
    names = [name.decode("latin-1") if isinstance(name, bytes) else str(name) for name in patterns[:3]]
    return ", ".join(names)[:200] or "nobody"
