"""Rights as data, and what the configured policy makes of them."""

import json
from datetime import UTC, datetime

import pytest

from processing.reading.extract import extract
from processing.reading.rights import RightsPolicy
from processing.records import Page, Rights
from tests.processing.reading.layouts import LAYOUTS
from tests.processing.reading.stories import Story

MARKUP = LAYOUTS["ndsoft"](Story())


def rights(
    head: str = "", body: str = "", *, policy: RightsPolicy | None = None, **fields
) -> Rights:
    markup = MARKUP.replace("</head>", head + "</head>").replace("<footer>", body + "<footer>")
    page = Page(
        url="https://www.handeul.test/news/7?a=b",
        fetched_at=datetime(2026, 3, 22, tzinfo=UTC),
        body=markup.encode(),
        **fields,
    )
    return extract(page, policy=policy or RightsPolicy()).rights


def test_a_page_that_says_nothing_is_exportable():
    found = rights(robots="allowed")
    assert (found.exportable, found.why, found.robots) == (True, None, "allowed")


@pytest.mark.parametrize("word", ["noarchive", "NOARCHIVE, nofollow", "none"])
def test_noarchive_keeps_the_body_inside(word):
    for found in (
        rights(f'<meta name="robots" content="{word}">'),
        rights(headers=(("x-robots-tag", word),)),
    ):
        assert not found.exportable
        assert found.why.startswith("noarchive")


@pytest.mark.parametrize("word", ["index, follow", "noindex", "max-image-preview:large"])
def test_other_words_do_not(word):
    found = rights(f'<meta name="robots" content="{word}">')
    assert (found.meta_robots, found.exportable) == (word, True)


TDMREP = json.dumps(
    [
        {"location": "/video/*", "tdm-reservation": 0},
        {"location": "/news/*", "tdm-reservation": 1, "tdm-policy": "https://a.test/p"},
    ]
)


@pytest.mark.parametrize(
    "stated",
    [
        {"headers": (("TDM-Reservation", "1"), ("tdm-policy", "https://a.test/p"))},
        {
            "head": '<meta name="tdm-reservation" content="1"><meta name="tdm-policy" content="https://a.test/p">'
        },
        {"hints": {"tdmrep": TDMREP}},
    ],
)
def test_a_reservation_in_its_three_places(stated):
    found = rights(**stated)
    assert (found.tdm_reservation, found.tdm_policy, found.exportable) == (
        True,
        "https://a.test/p",
        False,
    )
    assert found.why.startswith("tdm-reservation")
    assert rights(**stated, policy=RightsPolicy(tdm=False)).exportable


def test_the_header_goes_before_the_file():
    assert (
        rights(headers=(("tdm-reservation", "0"),), hints={"tdmrep": TDMREP}).tdm_reservation
        is False
    )


@pytest.mark.parametrize(
    "broken", ["{", "[]", "7", '[{"location": 7}]', '[{"tdm-reservation": 1}]']
)
def test_a_broken_file_says_nothing(broken):
    assert rights(hints={"tdmrep": broken}).tdm_reservation is None


@pytest.mark.parametrize(
    ("mark", "licence"),
    [
        ('<img alt="공공누리 제1유형: 출처표시" src="a.png">', "KOGL-1"),
        ('<a href="https://www.kogl.or.kr/info/licenseType4.do"><img src="b.png"></a>', "KOGL-4"),
        (
            '<a rel="license" href="https://creativecommons.org/licenses/by-nc-nd/4.0/">CC</a>',
            "CC-BY-NC-ND",
        ),
        ('<img alt="공공기관 누리집" src="a.png">', None),
    ],
)
def test_licence_marks(mark, licence):
    assert rights(body=mark).licence == licence


def test_an_ai_clause_is_data():
    clause = "<p>무단전재, 복사, 배포, AI 학습 및 활용 등을 금합니다.</p>"
    markup = MARKUP.replace('<div class="ad-template">', clause + '<div class="ad-template">')
    article = extract(
        Page(
            url="https://www.handeul.test/news/7",
            fetched_at=datetime(2026, 3, 22, tzinfo=UTC),
            body=markup.encode(),
        )
    )
    assert article.rights.ai_notice == clause[3:-4]
    assert article.text == Story().text


@pytest.mark.parametrize(
    "head",
    [
        '<script type="application/ld+json">{"@type":"NewsArticle","isAccessibleForFree":"False"}</script>',
        '<meta property="article:content_tier" content="locked">',
    ],
)
def test_premium_marks(head):
    assert rights(head).premium
