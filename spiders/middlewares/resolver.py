"""Names resolve to public addresses or to nothing.

The addresses that pass are the ones that Twisted connects to, so a name that answers differently the second time
(rebinding) gains nothing. Redirects, IPv6, mapped and embedded IPv4 come through here like everything else.
"""

import logging
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any, Self
from urllib.parse import urlsplit

from twisted.internet.address import IPv4Address as TcpAddress
from twisted.internet.base import ReactorBase
from twisted.internet.interfaces import IAddress, IHostnameResolver, IHostResolution, IResolutionReceiver
from zope.interface import implementer  # type: ignore[import-untyped]

from spiders.outlets import outlets

log = logging.getLogger(__name__)

_PRESS = ".press.test"
_NAT64 = IPv6Network("64:ff9b::/96")
_refused: dict[str, str] = {}


def is_public(address: str) -> bool:
    """Return whether `address` may be asked: globally reachable, and no IPv4 address hidden in it that is not."""
    found = ip_address(address.partition("%")[0])
    return found.is_global and not found.is_multicast and all(inner.is_global for inner in _embedded(found))


def refused(host: str) -> str | None:
    """Return the address that `host` was refused for, or None."""
    return _refused.get(host)


def _embedded(address: IPv4Address | IPv6Address) -> list[IPv4Address]:
    if isinstance(address, IPv4Address):
        return []
    found = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    if address in _NAT64 or int(address) >> 32 == 0:
        found.append(IPv4Address(int(address) & 0xFFFFFFFF))
    return [inner for inner in found if inner is not None]


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

    def resolutionBegan(self, resolutionInProgress: Any) -> None:  # noqa: N802, N803 - Twisted's interface
        self._receiver.resolutionBegan(resolutionInProgress)

    def addressResolved(self, address: Any) -> None:  # noqa: N802 - Twisted's interface
        if is_public(address.host):
            self._receiver.addressResolved(address)
            return
        _refused[self._host] = address.host
        log.warning("%s resolves to %s, which is not public: not asked", self._host, address.host)

    def resolutionComplete(self) -> None:  # noqa: N802 - Twisted's interface
        self._receiver.resolutionComplete()


@implementer(IHostnameResolver)
class PublicResolver:
    """The reactor's resolver with the check; where the sample press runs, its own names are this machine."""

    def __init__(self, reactor: Any, press: frozenset[str] = frozenset()) -> None:
        self._reactor = reactor
        self._system = reactor.nameResolver
        self._press = press

    @classmethod
    def from_crawler(cls, crawler: Any, reactor: ReactorBase) -> Self:
        configured = crawler.settings.getint("SILLOK_PRESS")
        return cls(reactor, press_hosts() if configured else frozenset())

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
        if hostName in self._press:
            resolutionReceiver.resolutionBegan(_Resolution(hostName))
            resolutionReceiver.addressResolved(TcpAddress("TCP", "127.0.0.1", portNumber))
            resolutionReceiver.resolutionComplete()
            return resolutionReceiver
        checked = _Checked(resolutionReceiver, hostName)
        return self._system.resolveHostName(checked, hostName, portNumber, addressTypes, transportSemantics)


def press_hosts() -> frozenset[str]:
    """Return the hosts of the sample press: names under .press.test that its outlets declare."""
    named = {host for outlet in outlets().values() for host in outlet.allowed_hosts}
    homes = {urlsplit(outlet.home).hostname or "" for outlet in outlets().values()}
    return frozenset(host for host in named | homes if host.endswith(_PRESS))
