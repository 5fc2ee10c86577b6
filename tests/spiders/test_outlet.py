"""A declaration that contradicts itself fails on import, with the cure in the message."""

import re
from datetime import date
from typing import Any

import pytest

from processing.errors import DeclarationError
from processing.rules import Rules
from spiders.outlet import Feed, Outlet

SOUND: dict[str, Any] = {
    "name": "saebyeok",
    "title": "새벽일보",
    "home": "https://www.saebyeok.example/",
    "sources": (Feed("https://rss.saebyeok.example/all.xml"),),
    "article": re.compile(r"/news/(?P<id>\d+)"),
}


def test_a_sound_declaration_is_a_value() -> None:
    outlet = Outlet(**SOUND)
    assert outlet == Outlet(**SOUND)
    assert hash(outlet) == hash(Outlet(**SOUND))
    assert outlet.allowed_hosts == {
        "www.saebyeok.example",
        "saebyeok.example",
        "rss.saebyeok.example",
    }
    with pytest.raises(AttributeError):
        outlet.name = "other"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("wrong", "cure"),
    [
        ({"name": "Saebyeok"}, "lower-case"),
        ({"name": "../etc"}, "lower-case"),
        ({"home": "ftp://saebyeok.example/"}, "http or https"),
        ({"article": re.compile(r"/news/\d+")}, r"\(\?P<id>"),
        ({"older": (re.compile(r"/old/\d+"),)}, r"\(\?P<id>"),
        ({"canonical": "https://www.saebyeok.example/{section}/{id}"}, "section"),
        ({"sources": ()}, "paused="),
        ({"daily": (10, 2)}, "low <= high"),
        ({"daily": (-1, 2)}, "low <= high"),
        ({"rules": ()}, "generic reader"),
        ({"rules": (Rules(), Rules(until=date(2026, 1, 1)))}, "last of `rules`"),
        ({"budget": 0}, "at least 1"),
    ],
)
def test_a_contradiction_names_outlet_and_cure(wrong: dict[str, Any], cure: str) -> None:
    with pytest.raises(DeclarationError, match=cure) as raised:
        Outlet(**SOUND | wrong)
    assert str(wrong.get("name", "saebyeok")) in str(raised.value)


def test_an_outlet_without_source_may_be_paused() -> None:
    assert Outlet(**SOUND | {"sources": (), "paused": "no source is known"}).paused


def test_the_key_is_read_from_present_and_older_forms() -> None:
    outlet = Outlet(**SOUND | {"older": (re.compile(r"\?no=(?P<id>\d+)"),)})
    assert outlet.article_key("https://www.saebyeok.example/news/12") == "12"
    assert outlet.article_key("https://www.saebyeok.example/?no=34") == "34"
    assert outlet.article_key("https://www.saebyeok.example/about") is None
