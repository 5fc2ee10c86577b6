"""Each form of damage: what is taken, what is not, and what is said."""

import pytest

from spiders.formats.discover import links
from spiders.outlet import Feed, Sitemap
from tests.spiders.formats.broken_sources import BROKEN, HOME, Broken

SOURCES = {"feed": Feed(f"{HOME}/feed"), "sitemap": Sitemap(f"{HOME}/sitemap.xml")}


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
