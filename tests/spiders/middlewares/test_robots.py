"""What a robots.txt lets us do (RFC 9309)."""

import pytest

from spiders.middlewares.robots import LARGEST, judged

BOTH = ("Sillok", "Scrapy")
URL = "https://a.example/news/1"


@pytest.mark.parametrize(
    ("status", "allowed"),
    [(404, True), (403, True), (410, True), (429, False), (500, False), (503, False), (302, False)],
)
def test_a_status_without_rules_allows_or_refuses_everything(status: int, *, allowed: bool) -> None:
    verdicts = judged(status, b"User-agent: *\nDisallow: /\n", BOTH)
    assert (verdicts.refusal(URL) is None) is allowed


@pytest.mark.parametrize(
    ("rules", "refusal"),
    [
        ("User-agent: *\nDisallow: /news/\n", "disallowed for Sillok and Scrapy"),
        ("User-agent: Scrapy\nDisallow: /\n", "disallowed for Scrapy"),
        (
            "User-agent: sillok\nDisallow: /news\n\nUser-agent: *\nAllow: /\n",
            "disallowed for Sillok",
        ),
        ("User-agent: *\nDisallow: /\n\nUser-agent: Sillok\nAllow: /\n", "disallowed for Scrapy"),
        ("User-agent: *\nDisallow: /news/\nAllow: /news/1$\n", None),
        ("User-agent: *\nDisallow: /*?print=\n", None),
        ("<html><body>soft 404</body></html>", None),
        ("", None),
        ("\ufeffUser-agent: *\nDisallow: /\n", "disallowed for Sillok and Scrapy"),
    ],
)
def test_the_stricter_of_our_token_and_scrapy_wins(rules: str, refusal: str | None) -> None:
    assert judged(200, rules.encode(), BOTH).refusal(URL) == refusal


def test_recorded_consent_leaves_our_own_token_to_be_judged() -> None:
    rules = b"User-agent: Scrapy\nDisallow: /\n\nUser-agent: Sillok\nDisallow: /private/\n"
    verdicts = judged(200, rules, ("Sillok",))
    assert verdicts.refusal(URL) is None
    assert verdicts.refusal("https://a.example/private/1") == "disallowed for Sillok"


@pytest.mark.parametrize(
    ("rules", "delay"),
    [
        ("User-agent: *\nCrawl-delay: 7\n", 7),
        ("User-agent: Scrapy\nCrawl-delay: 9\n\nUser-agent: *\nCrawl-delay: 2\n", 9),
        ("User-agent: *\nRequest-rate: 1/30\n", 30),
        ("User-agent: *\nCrawl-delay: soon\n", 0),
        ("User-agent: Other\nCrawl-delay: 7\n", 0),
    ],
)
def test_the_longest_delay_that_is_asked_for_holds(rules: str, delay: float) -> None:
    assert judged(200, rules.encode(), BOTH).delay() == delay


def test_rules_in_the_first_500_kib_hold_and_the_rest_is_not_read() -> None:
    filler = b"#" * 99 + b"\n"
    early = b"User-agent: *\nDisallow: /news\n" + filler * 10_000
    late = filler * (LARGEST // 100 + 1) + b"User-agent: *\nDisallow: /news\n"
    assert judged(200, early, BOTH).refusal(URL)
    assert judged(200, late, BOTH).refusal(URL) is None
