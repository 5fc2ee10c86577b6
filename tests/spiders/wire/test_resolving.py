"""Which addresses may be asked."""

from dataclasses import dataclass
from typing import Any

import pytest
from twisted.internet.address import IPv4Address

from spiders.wire.transport import PublicResolver, is_public, refused


@pytest.mark.parametrize(
    "address",
    [
        "64:ff9b:1::a00:1",
        "64:ff9b:1:2::808:808",
        *(
            "127.0.0.1",
            "127.8.8.8",
            "10.0.0.1",
            "172.16.5.4",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
        ),
        *("255.255.255.255", "224.0.0.1", "198.18.0.1", "192.0.2.7", "240.0.0.1"),
        *("::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12::1", "ff02::1", "2001:db8::1"),
        *(
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::127.0.0.1",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "64:ff9b::a9fe:a9fe",
        ),
    ],
)
def test_what_is_not_public_is_not_asked(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "211.249.220.24", "2606:4700::1111", "::ffff:8.8.8.8"]
)
def test_what_is_public_is_asked(address: str) -> None:
    assert is_public(address)


@dataclass
class Answers:
    """A system resolver whose answers change from one question to the next, and a receiver of addresses."""

    answers: list[list[str]]

    def __post_init__(self) -> None:
        self.got: list[str] = []
        self.done = 0

    @property
    def nameResolver(self) -> "Answers":  # noqa: N802 - Twisted's interface
        return self

    def resolveHostName(self, receiver: Any, _name: str, port: int, *_: Any) -> Any:  # noqa: N802 - as above
        receiver.resolutionBegan(self)
        for address in self.answers.pop(0):
            receiver.addressResolved(IPv4Address("TCP", address, port))
        receiver.resolutionComplete()
        return receiver

    def resolutionBegan(self, _: Any) -> None: ...  # noqa: N802 - as above

    def addressResolved(self, address: Any) -> None:  # noqa: N802 - as above
        self.got.append(address.host)

    def resolutionComplete(self) -> None:  # noqa: N802 - as above
        self.done += 1


def test_of_several_addresses_only_the_public_ones_are_handed_on() -> None:
    system = Answers([["10.0.0.1", "8.8.8.8", "127.0.0.1"]])
    PublicResolver(system).resolveHostName(system, "mixed.example", 80)
    assert (system.got, system.done) == (["8.8.8.8"], 1)


def test_a_name_that_answers_differently_the_second_time_is_checked_again() -> None:
    system = Answers([["8.8.8.8"], ["169.254.169.254"]])
    resolver = PublicResolver(system)
    resolver.resolveHostName(system, "rebound.example", 80)
    resolver.resolveHostName(system, "rebound.example", 80)
    assert (system.got, system.done) == (["8.8.8.8"], 2)
    assert refused("rebound.example") == "169.254.169.254"


def test_only_the_press_is_this_machine_and_only_by_its_own_names() -> None:
    system = Answers([["127.0.0.1"], ["127.0.0.1"]])
    resolver = PublicResolver(system, press=True)
    resolver.resolveHostName(system, "onsaem.press.test", 8801)
    assert system.got == ["127.0.0.1"]
    resolver.resolveHostName(system, "onsaempress.test", 8801)
    assert system.got == ["127.0.0.1"]
    PublicResolver(system).resolveHostName(system, "onsaem.press.test", 8801)
    assert system.got == ["127.0.0.1"]
