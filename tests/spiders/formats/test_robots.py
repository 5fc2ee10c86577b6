"""Groups of robots.txt as RFC 9309 has them, whatever Protego makes of a line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spiders.middlewares.robots import judged

BOTH = ("Sillok", "Scrapy")
URL = "https://a.example/news/1"


@pytest.mark.parametrize(
    ("rules", "banned"),
    [
        ("User-agent: Scrapy/2.11\nDisallow: /", "Scrapy"),
        ("User-agent: Sillok/1.0 (+https://a.example)\nDisallow: /", "Sillok"),
        ("User-agent: Scrapy 2\nDisallow: /", "Scrapy"),
        ("user agent : SCRAPY*\nDisallow: /", "Scrapy"),
        ("User-agent: Scrapy # ours\nDisallow: /", "Scrapy"),
        ("User-agent: *  # all\nDisallow: /", "Sillok and Scrapy"),
        ("User-agent: * bots\nDisallow: /", "Sillok and Scrapy"),
        # a name that ours begins with, or that begins with ours, is another's
        ("User-agent: Scrap\nDisallow: /", None),
        ("User-agent: s\nDisallow: /", None),
        ("User-agent: Scrapybara\nDisallow: /", None),
        ("User-agent: Scrap\nAllow: /\n\nUser-agent: *\nDisallow: /", "Sillok and Scrapy"),
        # other records interfere with no group (§2.2.4)
        ("User-agent: Scrapy\nSitemap: https://a.example/s.xml\nUser-agent: b\nDisallow: /", "Scrapy"),
        ("User-agent: Scrapy\nCrawl-delay: 1\nUser-agent: b\nDisallow: /", "Scrapy"),
        ("User-agent: Scrapy\nNoindex: /x\nUser-agent: b\nDisallow: /", "Scrapy"),
        ("User-agent: Scrapy\n\n\nUser-agent: b\n\nDisallow: /", "Scrapy"),
        ("User-agent: Scrapy\nDisallow:\nUser-agent: b\nDisallow: /", None),
        # groups of one product are one
        ("User-agent: Scrapy\nAllow: /x\n\nUser-agent: b\nDisallow: /\n\nUser-agent: Scrapy\nDisallow: /news", "Scrapy"),
        # a group without a rule is a group
        ("User-agent: *\nDisallow: /\n\nUser-agent: Scrapy\n\nUser-agent: Sillok\n", None),
        ("Disallow: /\nUser-agent: Scrapy\nAllow: /", None),
        ("User-agent: Scrapy\rDisallow: /\r", "Scrapy"),
        ("User-agent: *\nDisallow: /a\u2028Disallow: /\n", None),
        ("User-agent: *\nDisallow: /a\x85Disallow: /\n", None),
        ("User-agent: Scrapy\nDissallow: /\n", "Scrapy"),
        ("User-agent Scrapy\nDisallow /\n", "Scrapy"),
    ],
)  # fmt: skip
def test_a_group_is_whose_the_rfc_says(rules: str, banned: str | None) -> None:
    refusal = judged(200, rules.encode(), BOTH).refusal(URL)
    assert refusal == (f"disallowed for {banned}" if banned else None)


def test_a_delay_is_of_those_that_stand_above_it() -> None:
    rules = b"User-agent: Scrapy\nCrawl-delay: 5\nUser-agent: b\nDisallow: /x\n"
    assert judged(200, rules, BOTH).delay() == 5
    assert judged(200, rules.replace(b"Scrapy", b"c"), BOTH).delay() == 0


@given(
    st.lists(
        st.sampled_from(["User-agent: ", "Disallow: /", "Allow:", "Crawl-delay: 1", "Scrapy", "*", "/", "\n", "\r", "\u2028", ":", "#"]),
        max_size=40,
    ).map("".join)
)  # fmt: skip
def test_no_text_raises_and_a_ban_of_all_bans(text: str) -> None:
    judged(200, text.encode("utf-8", "replace"), BOTH).refusal(URL)
    whole = f"{text}\n\nUser-agent: Sillok\nDisallow: /\n"
    assert (
        judged(200, whole.encode("utf-8", "replace"), ("Sillok",)).refusal(URL) or "Allow" in text
    )
