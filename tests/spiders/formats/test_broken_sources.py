"""Each form of damage: what is taken, what is not, and what is said."""

import sys
from types import FrameType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spiders.formats.discover import links
from spiders.outlet import Feed, Listing, Sitemap, Source
from tests.spiders.formats.broken_sources import BROKEN, HOME, Broken

SOURCES: dict[str, Source] = {
    "feed": Feed(f"{HOME}/feed"),
    "sitemap": Sitemap(f"{HOME}/sitemap.xml"),
}


@pytest.mark.parametrize("broken", BROKEN, ids=lambda one: one.name)
def test_what_may_be_taken_is_taken_and_what_is_wrong_is_said(broken: Broken) -> None:
    source = SOURCES[broken.kind]
    listed = links(source, broken.body, base_url=source.url)
    assert [link.url for link in listed.links] == broken.urls
    assert [str(one.fault) for one in listed.findings] == list(broken.faults)
    assert [child.url for child in listed.children] == [
        f"{HOME}/news/{number}" for number in broken.children
    ]
    if broken.titles:
        assert tuple(link.title for link in listed.links) == broken.titles
    assert listed.whole == (not {"cut", "too-long"} & set(broken.faults)) or not listed.links


def test_every_form_is_another() -> None:
    assert (
        len({one.name for one in BROKEN}) == len({one.body for one in BROKEN}) == len(BROKEN) >= 60
    )


@pytest.mark.parametrize("broken", BROKEN, ids=lambda one: one.name)
def test_wherever_a_document_breaks_off_no_address_is_invented(broken: Broken) -> None:
    source = SOURCES[broken.kind]
    if broken.body.lstrip(b"\xef\xbb\xbf").startswith(b"http"):
        pytest.skip("text has no mark by which a cut address could be told from a whole one")
    known = {*broken.urls, "https://feeds.example/~r/1", f"{HOME}/news/2222", f"{HOME}/?p=2"}
    for end in range(0, min(len(broken.body), 2000), 7):
        for link in links(source, broken.body[:end], base_url=source.url).links:
            assert link.url in known, (end, link.url)


@given(
    broken=st.sampled_from(BROKEN),
    other=st.sampled_from(BROKEN),
    cuts=st.tuples(*[st.floats(0, 1)] * 4),
    flips=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), max_size=4),
)
@settings(max_examples=400)
def test_no_mutation_of_a_document_raises(
    broken: Broken, other: Broken, cuts: tuple[float, ...], flips: list[tuple[float, int]]
) -> None:
    first, second = broken.body[:20_000], other.body[:20_000]
    a, b = sorted(int(cut * len(first)) for cut in cuts[:2])
    c, d = sorted(int(cut * len(second)) for cut in cuts[2:])
    mixed = bytearray(first[:a] + second[c:d] + first[b:])
    for place, byte in flips if mixed else ():
        mixed[int(place * (len(mixed) - 1))] = byte
    for source in (*SOURCES.values(), Listing(f"{HOME}/list")):
        for link in links(source, bytes(mixed), base_url=source.url).links:
            assert link.url.startswith(("http://", "https://"))
            f"{link.url}{link.title}{link.text}".encode()


GROWING = {
    "open entries": "<rss><item><title>a < b",
    "open containers": "<rss><item><source><link>",
    "closed containers": "<rss><item>" + "<source>x</source>",
    "sections in sections": "<rss><item><title><![CDATA[ <![CDATA[",
    "comments": "<rss><item>< <!-- <!--",
    "long names": "<rss><item><" + "a" * 40,
    "quotes": "<rss><item><link a=\"'",
    "references": "<rss><item><title>a < &#55357;&#1;&",
    "declarations": '<!DOCTYPE r [<!ENTITY a "',
    "JSON": '[{"',
}


@pytest.mark.parametrize("name", GROWING)
def test_the_cost_of_a_document_grows_with_its_length(name: str) -> None:
    """Twice the length takes about twice the instructions: counted, because time is another on each machine."""
    costs = [_steps(GROWING[name] * count) for count in (400, 800, 1600)]
    assert costs[2] <= 2.6 * costs[1] + 2000, costs


def _steps(text: str) -> int:
    """Return how many lines of Python run while `text` is read; what C does in one of them is linear by its form."""
    steps = 0

    def count(_: FrameType, event: str, __: object) -> object:
        nonlocal steps
        steps += event == "line"
        return count

    before = sys.gettrace()
    sys.settrace(count)
    try:
        links(SOURCES["feed"], text.encode(), base_url=HOME)
    finally:
        sys.settrace(before)
    return steps
