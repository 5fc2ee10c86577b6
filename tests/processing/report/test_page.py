"""The report page: nothing archived becomes markup, nothing is loaded, every word is there in two languages."""

import base64
import hashlib
import re
from datetime import UTC, date, datetime
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processing.completeness.meter import Completeness, LossEvidence, Trust
from processing.records import End, Reason
from processing.report.days import Changed, Count, DayReport, Gap, Promise, Reprinted, Stories
from processing.report.html import both, element, link, share, stranger, text, volume, weeks
from processing.report.judging import judge
from processing.report.page import render, size
from processing.report.words import ENDS, REASONS, korean
from tests.processing.report.test_judging import run

AT = datetime(2026, 3, 2, 3, tzinfo=UTC)
ATTACKS = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "' onmouseover='alert(1)",
    "</title><script>alert(1)</script>",
    "<!--",
    "]]>",
    "\x00\x1b[31m\ud800",
    "&lt;b&gt;",
)


class Seen(HTMLParser):
    """What a browser would make of the page, as far as safety goes."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.links: list[str] = []
        self.words: list[str] = []
        self.open: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [
            value or "" for name, value in attrs if name in {"href", "src", "action", "srcset"}
        ]
        if tag not in {"meta", "input", "br"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def report(hostile: str = "너울호 첫 운항") -> DayReport:
    url = f"https://gaon.example/{hostile}"
    stories = Stories(
        reprinted=(
            Reprinted(
                article_id="a" * 16,
                outlet="gaon",
                title=hostile,
                url=url,
                reprints=2,
                by=(hostile,),
            ),
        ),
        changed=(
            Changed(
                article_id="a" * 16,
                outlet="gaon",
                title=hostile,
                url="javascript:alert(1)",
                at=AT,
                kind="silent",
            ),
        ),
        missing=(Gap(outlet="gaon", url=hostile, since=AT, why="failed", detail=hostile),),
    )
    count = Count(
        runs=(run(1, {hostile: 3}, end=End.FAILED, why=hostile),),
        gaps=1,
        announced=2,
        archived=1,
        keys=(hostile,),
        weekday=(30, 31),
        history=(None, 3, 0, 1),
    )
    promise = Promise(name="gaon", title=hostile, daily=(10, 40))
    return judge(
        date(2026, 3, 2),
        {"gaon": promise},
        {"gaon": count},
        now=AT,
        store=hostile,
        manifest=1,
        stories=stories,
        measured={"gaon": measured(hostile)},
    )


def measured(hostile: str) -> Completeness:
    signs = (
        LossEvidence(kind="overflow", url=hostile, since=AT, until=AT, count=3.4),
        LossEvidence(kind="numbers", count=3),
    )
    return Completeness(
        outlet="gaon",
        day="2026-03-02",
        archived=1,
        gaps=1,
        suspected=3,
        share=0.2,
        low=0.1,
        high=0.3,
        trust=Trust.MEASURED,
        evidence=signs,
    )


def test_the_page_shows_what_is_suspected_with_bounds_and_spans() -> None:
    page = render(report("https://gaon.example/rss"))
    for words in (
        "20.0%",
        "10.0%–30.0%",
        "유실 추정",
        "answers share nothing",
        "holes in its numbers",
    ):
        assert words in page


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_stays_text(attack: str) -> None:
    plain, attacked = Seen(render(report())), Seen(render(report(attack)))
    assert attacked.tags == plain.tags
    assert attacked.attributes == plain.attributes
    assert attacked.open == []
    assert not any(name.startswith("on") or name == "style" for name in attacked.attributes)
    assert all(link_.startswith("https://gaon.example/") for link_ in attacked.links)
    render(report(attack)).encode()  # a lone surrogate would stop the writing of the file


@given(st.text(max_size=40))
def test_no_text_becomes_markup(value: str) -> None:
    seen = Seen(f"<p>{text(value)}</p>" + element("a", value, title=value))
    assert seen.tags == {"p", "a"}
    assert seen.attributes == {"title"}
    assert seen.open == []


def test_the_page_may_load_its_own_style_and_nothing_else() -> None:
    page = render(report())
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)
    assert style
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)
    assert policy
    assert policy[1].replace("&#x27;", "'") == (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )
    assert "url(" not in style[1]
    assert "@import" not in style[1]
    assert "</style" not in style[1].lower()
    assert Seen(page).tags.isdisjoint(
        {"script", "img", "iframe", "object", "embed", "link", "base", "form"}
    )


def test_every_phrase_is_there_in_both_languages() -> None:
    page = render(report())
    assert page.count('<span lang="ko">') == page.count('<span lang="en">') > 20


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_page_opens_in_a_language(language: str) -> None:
    assert re.findall(
        r'<input[^>]*id="(\w+)"[^>]* checked>', render(report(), language=language)
    ) == [language]


def test_a_quiet_day_has_no_empty_lists() -> None:
    quiet = judge(date(2026, 3, 2), {}, {}, now=AT, store="file:x", manifest=0)
    page = render(quiet)
    assert "이상 없음" in page
    assert "살펴볼 일" not in page
    assert Seen(page).open == []


def test_only_addresses_of_pages_are_linked() -> None:
    assert "<a" not in link("javascript:alert(1)", "x")
    assert "<a" not in link("data:text/html,x", "x")
    assert "<a" not in link("http://[broken", "x")
    assert 'rel="noopener noreferrer nofollow"' in link("http://a.example/", "x")


def test_a_strangers_words_cannot_turn_their_neighbours() -> None:
    assert stranger("\u202egnp") == "<bdi>\u202egnp</bdi>"
    assert both("가", "a") == '<span lang="ko">가</span><span lang="en">a</span>'


def test_a_share_is_cut_not_rounded() -> None:
    assert [share(value) for value in (None, 0.0, 0.9997, 0.5, 1.0)] == [
        "–",
        "0.0%",
        "99.9%",
        "50.0%",
        "100%",
    ]


def test_sizes_are_read_by_people() -> None:
    assert [size(count) for count in (0, 999, 1000, 29_100_000, 3 * 10**12)] == [
        "0 B",
        "999 B",
        "1.0 kB",
        "29.1 MB",
        "3.0 TB",
    ]


@given(st.lists(st.none() | st.integers(0, 10**6), max_size=28))
def test_weeks_draw_a_mark_a_day_inside_the_picture(history: list[int | None]) -> None:
    drawn = weeks(history)
    assert drawn.count("<rect") == len(history)
    assert all(0 < float(height) <= 24 for height in re.findall(r'height="([\d.]+)" rx', drawn))


@given(
    st.integers(0, 10**6),
    st.integers(0, 10**5),
    st.integers(0, 10**5),
    st.none() | st.floats(0, 10**6),
)
def test_a_volume_bar_stays_inside_the_picture(
    articles: int, low: int, more: int, usual: float | None
) -> None:
    drawn = volume(articles, (low, low + more), usual)
    for x, width in re.findall(r'<rect[^>]* x="([\d.]+)"[^>]* width="([\d.]+)"', drawn):
        assert float(x) + float(width) <= 121.5
    assert ("low" in drawn) == (articles < low)


@pytest.mark.parametrize("end", End)
def test_an_end_is_told_in_korean(end: End) -> None:
    what, cure = korean("ended", {"end": end, "why": "x"}, "gaon")
    assert end not in what
    assert "scrapy crawl gaon" in cure
    assert set(ENDS) == set(End)
    assert set(REASONS) == set(Reason)
