"""Names resolve to public addresses or to nothing.

The addresses that pass are the ones that Twisted connects to, so a name that answers differently
the second time (rebinding) gains nothing. Redirects, IPv6, mapped and embedded IPv4 come through
here like everything else.

Whether it is the outlet that answers: certificates are verified (RFC 5280, RFC 9525); Scrapy by
itself does not.

An outlet's `tls` declares an exception. Its hosts are looked at in the same way, and what is wrong
is known and written down, but it does not end the connection.

The wire: Scrapy's handler, which knows whom it talks to and ends a download when the crawl is told
to stop.

A task kill is SIGTERM and five seconds later SIGKILL; a slow page must not be what the sealing
waits for.
"""

import asyncio
import logging
import zlib
from collections.abc import Mapping, Sequence
from functools import cached_property
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any, Self
from urllib.parse import urlsplit

from OpenSSL import SSL, crypto
from scrapy.core.downloader.handlers import http11
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.crawler import Crawler
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadFailedError,
    ResponseDataLossError,
)
from scrapy.http import Request, Response
from scrapy.utils.httpobj import urlparse_cached
from service_identity import CertificateError, VerificationError
from service_identity.hazmat import DNS_ID, IPAddress_ID, verify_service_identity
from service_identity.pyopenssl import extract_patterns
from twisted.internet.abstract import isIPAddress, isIPv6Address
from twisted.internet.address import IPv4Address as TcpAddress
from twisted.internet.base import ReactorBase
from twisted.internet.interfaces import (
    IAddress,
    IHostnameResolver,
    IHostResolution,
    IOpenSSLClientConnectionCreator,
    IResolutionReceiver,
)
from twisted.internet.ssl import CertificateOptions, platformTrust
from twisted.web import _newclient
from twisted.web.iweb import IPolicyForHTTPS
from zope.interface import implementer  # type: ignore[import-untyped]

from processing.records import Why
from spiders.crawling.run import run_of
from spiders.crawling.visit import Refusal, TooLargeError

log = logging.getLogger(__name__)

_PRESS = ".press.test"
_NAT64 = IPv6Network("64:ff9b::/96")
# RFC 8215: a network translates these to IPv4 addresses of its own choice; Python 3.11 calls them
# global.
_LOCAL_NAT64 = IPv6Network("64:ff9b:1::/48")
MAX_HEADERS = 256 << 10
"""Bytes of the headers of one answer.

They are archived with the page and count in memory many times over.
"""
_CHUNK = 1 << 16
_UNPACKED = 24 << 20
"""Bytes to which a packed body is unpacked in search of its end: a page may have 20 MiB."""
_refused: dict[str, str] = {}
_resolved: dict[str, str] = {}
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
"""OpenSSL's commonest verdicts on a chain (X509_STORE_CTX_get_error(3)), to end a sentence."""


def is_public(address: str) -> bool:
    """Return whether `address`, and any IPv4 address embedded in it, is globally reachable."""
    parsed = ip_address(address.partition("%")[0])
    return (
        parsed.is_global
        and not parsed.is_multicast
        and parsed not in _LOCAL_NAT64
        and all(inner.is_global for inner in _embedded(parsed))
    )


def refused(host: str) -> str | None:
    """Return the address that `host` was refused for, or None."""
    return _refused.get(host)


def address_of(host: str) -> str:
    """Return the address that `host` resolved to last, or its name where it has none.

    Hosts of the sample press have none: all are this machine, and each stands for a server.
    """
    return _resolved.get(host, host)


def _embedded(address: IPv4Address | IPv6Address) -> list[IPv4Address]:
    if isinstance(address, IPv4Address):
        return []
    found = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    if address in _NAT64 or int(address) >> 32 == 0:
        found.append(IPv4Address(int(address) & 0xFFFFFFFF))
    return [inner for inner in found if inner is not None]


class _HeadersTooLargeError(_newclient.ParseError):
    """The headers of an answer go on beyond `MAX_HEADERS`."""


# Scrapy has no setting for it.
class _LimitedHeaders(http11._LenientHTTPClientParser):  # noqa: SLF001
    """Breaks off an answer whose headers go on beyond `MAX_HEADERS`.

    Twisted limits the length of a line, not their number.
    """

    _received = 0

    def lineReceived(self, line: bytes) -> None:  # noqa: N802 - Twisted's interface
        self._received += len(line) + 2
        if self._received > MAX_HEADERS:
            excess = "more headers than the limit"
            raise _HeadersTooLargeError(excess, line[:100])  # type: ignore[no-untyped-call]
        super().lineReceived(line)


# Scrapy looks its parser up in its module for each request.
http11._LenientHTTPClientParser = _LimitedHeaders  # type: ignore[misc]  # noqa: SLF001


@implementer(IHostResolution)
class _Resolution:
    def __init__(self, name: str) -> None:
        self.name = name

    def cancel(self) -> None:
        """Nothing is under way."""


@implementer(IResolutionReceiver)
class _Checked:
    """Hands public addresses on and drops the others."""

    def __init__(self, receiver: Any, host: str) -> None:
        self._receiver = receiver
        self._host = host

    def resolutionBegan(self, resolutionInProgress: Any) -> None:  # noqa: N802, N803
        self._receiver.resolutionBegan(resolutionInProgress)

    def addressResolved(self, address: Any) -> None:  # noqa: N802 - Twisted's interface
        if is_public(address.host):
            _resolved[self._host] = address.host
            self._receiver.addressResolved(address)
            return
        _refused[self._host] = address.host
        log.warning("%s resolves to %s, which is not public: not asked", self._host, address.host)

    def resolutionComplete(self) -> None:  # noqa: N802 - Twisted's interface
        self._receiver.resolutionComplete()


@implementer(IHostnameResolver)
class PublicResolver:
    """The reactor's resolver with the check.

    With `press`, where the sample press runs, the names below .press.test are this machine; nobody
    else can own them (RFC 6761 §6.2).

    `own` is the host and port of the one site on this machine that a person has named to `look`,
    `declare` or `freeze`.
    """

    def __init__(
        self, reactor: Any, *, press: bool = False, own: tuple[str, int] | None = None
    ) -> None:
        self._reactor = reactor
        self._system = reactor.nameResolver
        self._press = press
        self._own = own

    @classmethod
    def from_crawler(cls, crawler: Any, reactor: ReactorBase) -> Self:
        own: tuple[str, int] | None = crawler.settings.get("SILLOK_LOOPBACK")
        return cls(reactor, press=bool(crawler.settings.getint("SILLOK_PRESS")), own=own)

    def install_on_reactor(self) -> None:
        self._reactor.installNameResolver(self)

    def resolveHostName(  # noqa: N802 - Twisted's interface
        self,
        resolutionReceiver: Any,  # noqa: N803 - as above
        hostName: str,  # noqa: N803 - as above
        portNumber: int = 0,  # noqa: N803 - as above
        addressTypes: Sequence[type[IAddress]] | None = None,  # noqa: N803 - as above
        transportSemantics: str = "TCP",  # noqa: N803 - as above
    ) -> Any:
        own = (hostName, portNumber) == self._own
        if own or (self._press and hostName.endswith(_PRESS)):
            address = hostName if own and hostName != "localhost" else "127.0.0.1"
            resolutionReceiver.resolutionBegan(_Resolution(hostName))
            resolutionReceiver.addressResolved(TcpAddress("TCP", address, portNumber))
            resolutionReceiver.resolutionComplete()
            return resolutionReceiver
        checked = _Checked(resolutionReceiver, hostName)
        return self._system.resolveHostName(
            checked, hostName, portNumber, addressTypes, transportSemantics
        )


@implementer(IPolicyForHTTPS)
class Certificates:
    """Makes the TLS connections of a crawl.

    With `tolerant` it lets those pass whose certificate is wrong.
    """

    def __init__(self, *, tolerant: bool) -> None:
        self._tolerant = tolerant
        self._faults: dict[tuple[str, int], str | None] = {}

    @cached_property
    def _context(self) -> SSL.Context:
        """What all connections share."""
        # Made with the first connection: it reads the authorities of this machine, over a hundred.
        # Twisted has no types for it.
        known = platformTrust()  # type: ignore[no-untyped-call]
        context = CertificateOptions(trustRoot=known).getContext()
        # Old servers without RFC 5746, as Scrapy does.
        context.set_options(SSL.OP_LEGACY_SERVER_CONNECT)
        return context

    def creatorForNetloc(self, hostname: bytes, port: int) -> Any:  # noqa: N802
        return _Creator(self, hostname.decode("ascii"), port)

    def fault(self, host: str, port: int) -> str | None:
        """Return what was wrong with the last certificate, as the end of a sentence, or None."""
        return self._faults.get((host, port))

    def all_good(self) -> bool:
        """Return whether certificates were shown and all were good: no exception is needed."""
        return bool(self._faults) and not any(self._faults.values())

    def connection(self, host: str, port: int) -> SSL.Connection:
        """Return a connection that will look at the certificate that it is shown."""
        self._faults[host, port] = None
        made = SSL.Connection(self._context, None)
        literal = isIPAddress(host) or isIPv6Address(host)
        # An address is never sent as a name (RFC 6066 §3).
        if not literal:
            made.set_tlsext_host_name(host.encode("ascii"))
        identity = IPAddress_ID(host) if literal else DNS_ID(host)

        def verify(
            _: SSL.Connection, certificate: crypto.X509, code: int, depth: int, good: int
        ) -> bool:
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

    def clientConnectionForTLS(self, tlsProtocol: Any) -> SSL.Connection:  # noqa: N802, N803, ARG002
        return self._certificates.connection(*self._asked)


def misnamed(certificate: crypto.X509, identity: DNS_ID | IPAddress_ID) -> str | None:
    """Return whose certificate it is, as the end of a sentence; None if it is for `identity`.

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
    patterns = [getattr(stated, "pattern", b"") for stated in extract_patterns(certificate)]
    names = [
        name.decode("latin-1") if isinstance(name, bytes) else str(name) for name in patterns[:3]
    ]
    return ", ".join(names)[:200] or "nobody"


_ASKED_CODINGS = {b"gzip", b"x-gzip", b"deflate", b"identity", b""}
_PLAIN_BEGINNINGS = {b"<", b"{", b"[", b"\xef"}
"""First bytes of pages, feeds and JSON; the last begins the mark of UTF-8."""


def broken_coding(response: Response) -> str | None:
    """Return what is wrong with the packed body of a response, None where it unpacks to its end.

    Scrapy takes what a cut stream holds for the whole page. A body that is not packed at all is
    left to Scrapy, and so is one that is beyond the limit. A coding that was not asked for (RFC
    9110 §12.5.3) is not unpacked: whether it could be depends on what else is installed.
    """
    coding = (response.headers.get(b"Content-Encoding") or b"").strip().lower()
    if not coding or not response.body:
        return None
    if {part.strip() for part in coding.split(b",")} - _ASKED_CODINGS:
        is_plain = response.body.lstrip()[:1] in _PLAIN_BEGINNINGS
        return None if is_plain else f"its {coding[:40].decode('latin-1')} body was not asked for"
    if b"," in coding or coding == b"identity":
        return None
    if coding != b"deflate" and not response.body.startswith(b"\x1f\x8b"):
        return None
    faults = [
        _unpacking_fault(response.body, bits)
        for bits in ((31,) if coding != b"deflate" else (15, -15))
    ]
    return None if None in faults else f"its {coding.decode()} body {faults[0]}"


def _has_large_headers(error: DownloadFailedError) -> bool:
    """Return whether a download failed because its headers were over the limit."""
    # Twisted puts the errors of its parser in a list.
    reasons = getattr(error.__cause__, "reasons", ())
    return any(isinstance(reason.value, _HeadersTooLargeError) for reason in reasons)


def _unpacking_fault(body: bytes, bits: int) -> str | None:
    unpacker, room, left = zlib.decompressobj(wbits=bits), _UNPACKED, body
    try:
        while left and not unpacker.eof and room > 0:
            room -= len(unpacker.decompress(left, _CHUNK))
            left = unpacker.unconsumed_tail
    except zlib.error:
        return "is damaged"
    return None if unpacker.eof or room <= 0 else "breaks off"


class Transport(HTTP11DownloadHandler):
    """Downloads http and https.

    `request.meta["tls"]` says how the host of an https answer was known.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._run = run_of(crawler)
        self._certificates = Certificates(tolerant=bool(self._run.outlet.tls))
        # Zope's interfaces are no types.
        self._contextFactory = self._certificates  # type: ignore[assignment]

    async def download_request(self, request: Request) -> Response:
        self._run.go_on()
        task = asyncio.ensure_future(super().download_request(request))
        self._run.downloads.add(task)
        try:
            response = await task
        except asyncio.CancelledError as error:
            ended = "interrupted" if self._run.stopping else "the crawl's time limit came first"
            raise Refusal(Why.FAILED, ended, counted=False) from error
        except CannotResolveHostError as error:
            self._explain(urlparse_cached(request).hostname or "", error)
            raise
        except DownloadCancelledError as error:
            # Where no length was announced, Scrapy cancels the download without a message.
            limit = f"its body went on beyond {self._default_maxsize} bytes"
            raise TooLargeError(str(error) or limit) from error
        except DownloadFailedError as error:
            if _has_large_headers(error):
                raise TooLargeError(f"more than {MAX_HEADERS} bytes of headers") from error
            self._distrust(request.url, error)
            raise
        finally:
            self._run.downloads.discard(task)
        request.meta["tls"] = self._known(request.url, response)
        fault = broken_coding(response)
        # Tried again like any download that lost data: what is cut is no page.
        if fault:
            raise ResponseDataLossError(fault)
        return response

    async def close(self) -> None:
        """Close what is open; say so where an exception is declared that no host needs any more."""
        if self._run.outlet.tls and self._certificates.all_good():
            log.warning(
                "%s: every certificate is good: its exception can go (`tls`)", self._run.outlet.name
            )
        await super().close()

    def _explain(self, host: str, error: Exception) -> None:
        address = refused(host)
        if address:
            raise Refusal(
                Why.FAILED, f"{host} resolves to {address}, which is not public"
            ) from error

    def _distrust(self, url: str, error: Exception) -> None:
        """Raise Refusal, which is not retried, where a certificate ended the connection."""
        fault = self._fault(url)
        if fault:
            host = urlsplit(url).netloc
            self._run.unverified[host] = f"its certificate {fault}"
            raise Refusal(
                Why.FAILED, f"{host} is not known to be the outlet: its certificate {fault}"
            ) from error

    def _fault(self, url: str) -> str | None:
        parts = urlsplit(url)
        return (
            self._certificates.fault(parts.hostname or "", parts.port or 443)
            if parts.scheme == "https"
            else None
        )

    def _known(self, url: str, response: Response) -> str | None:
        if urlsplit(url).scheme != "https":
            return None
        fault = self._fault(url)
        shown = (
            response.certificate.digest("sha256").decode() if response.certificate else "unknown"
        )
        return f"unverified: its certificate {fault}; SHA-256 {shown}" if fault else VERIFIED
