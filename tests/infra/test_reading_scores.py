"""The scorer of readings: what counts, what is neutral, what misses a goal."""

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from infra.bench.reading.__main__ import generated, ratio
from infra.bench.reading.pages import DAMAGES, boards, damaged, list_pages
from infra.bench.reading.quality import Score, SetScore, of_layouts
from infra.bench.reading.scores import GOAL, bare, body_f1, missed, score, table, total
from processing.reading.extract import extract
from processing.records import Article, Kind, Page
from tests.processing.reading.layouts import LAYOUTS, URLS
from tests.processing.reading.stories import Story

STORY = Story()
ARTICLE = extract(
    Page(
        url="https://www.handeul.test/news/7",
        fetched_at=datetime(2026, 3, 22, tzinfo=UTC),
        body=LAYOUTS["ndsoft"](STORY).encode(),
    )
)
GOLD = {
    "file": "a.html",
    "title": STORY.title,
    "body": STORY.text,
    "authors": [STORY.author],
    "published_at": STORY.published,
    "published_precision": "second",
    "leaks": ["무단전재"],
    "subtitle": list(STORY.decks),
}


def test_a_reading_that_is_right():
    found = score(GOLD, ARTICLE)
    assert (found.f1, found.leaks, found.facts, found.lost, found.main) == (
        1.0,
        (),
        (True, True, True),
        False,
        True,
    )


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": "다른 제목"}, "title"),
        ({"published_at": "2026-03-21T14:06:00+09:00"}, "time"),
        ({"authors": ["소지안"]}, "authors"),
    ],
)
def test_what_is_wrong_counts(change, field):
    assert getattr(score(GOLD | change, ARTICLE), field) is False


def test_missing_and_leaked_text_lowers_the_figure():
    short = ARTICLE.model_copy(update={"text": STORY.paragraphs[0]})
    long = ARTICLE.model_copy(update={"text": STORY.text + "\n\n무단전재 및 재배포 금지"})
    assert score(GOLD, short).f1 < 0.6
    assert score(GOLD, long).f1 < 1.0
    assert score(GOLD, long).leaks == ("무단전재",)


def test_deck_and_white_space_are_neutral():
    assert isinstance(ARTICLE, Article)
    spaced = ARTICLE.model_copy(
        update={"text": "\n\n".join([*STORY.decks, STORY.text.replace(" ", "  ")])}
    )
    assert score(GOLD, spaced).f1 == 1.0
    assert bare("“가 나”\u200b") == '"가나"'


def test_another_time_that_the_page_states_and_less_precision_count():
    assert score(
        GOLD | {"published_at": "2026-03-20T00:00:00+09:00", "published_alt": [STORY.published]},
        ARTICLE,
    ).time
    assert score(
        GOLD | {"published_at": "2026-03-21T00:00:00+09:00", "published_precision": "day"}, ARTICLE
    ).time
    assert score(GOLD | {"published_at": None}, ARTICLE).time


def test_a_rejection_is_lost():
    rejection = extract(
        Page(url="https://a.test/", fetched_at=datetime(2026, 3, 22, tzinfo=UTC), body=b"")
    )
    found = score(GOLD, rejection)
    assert (found.f1, found.lost, found.facts) == (0.0, True, (False, False, False))


def test_goals():
    figures = total([score(GOLD, ARTICLE)])
    assert missed(figures) == []
    assert missed(replace(figures, f1=0.5, leaky=3)) == ["f1", "leaky"]
    assert table({"declared": figures}).count("\n") == 3
    assert f"{GOAL.f1:.4f}" in table({})


def test_generated_pages_are_articles_and_the_same_each_time():
    pages = list(generated(2))
    assert pages == list(generated(2))
    assert all(isinstance(extract(page), Article) for page in pages)
    assert all(figure > 0 for figure in ratio(pages[:1], rounds=1))


def read_layout(layout, damage):
    text = LAYOUTS[layout](STORY)
    page = Page(
        url=URLS.get(layout, "https://www.handeul.test/news/7"),
        fetched_at=datetime(2026, 3, 22, tzinfo=UTC),
        body=b"",
    )
    return extract(damaged(page, text, damage))


# Without JSON-LD that layout holds no article at all.
@pytest.mark.parametrize(
    ("layout", "damage"),
    [(layout, damage) for layout in LAYOUTS for damage in DAMAGES if layout != "json_ld"],
)
def test_a_damaged_layout_is_read_as_the_whole_one(layout, damage):
    whole, read = read_layout(layout, str), read_layout(layout, DAMAGES[damage])
    assert body_f1({"body": whole.text}, getattr(read, "text", "")) >= 0.96


def test_each_damage_does_what_it_says():
    text = LAYOUTS["ndsoft"](STORY)
    assert 'class="content has-sidebar"' in DAMAGES["has-sidebar"](text)
    assert "</nav>" in text
    assert "</nav>" not in DAMAGES["unclosed nav"](text)
    assert "<nav>" in DAMAGES["unclosed nav"](LAYOUTS["tables"](STORY))
    assert re.search("class=|id=|itemprop=", text)
    assert not re.search(r"\s(class|id|itemprop)=", DAMAGES["no marks"](text))
    assert not re.search("<meta|ld.json", DAMAGES["no meta"](LAYOUTS["json_ld"](STORY)))


def test_no_list_page_is_read_as_an_article():
    pages = list(list_pages())
    assert len({page.body for page in pages}) == 60
    assert [page.url for page in pages if isinstance(extract(page), Article)] == []


def test_press_releases_on_boards_are_read_whole():
    for board in boards():
        read = extract(board.page)
        assert isinstance(read, Article)
        assert (read.title, read.text, read.kind) == (board.title, board.text, Kind.PRESS_RELEASE)
        assert {detail.label for detail in read.details} >= {"등록부서", "담당자", "연락처"}


def test_a_set_tells_which_bad_readings_are_flagged():
    pages = [Score(1.0, 0.9), Score(0.95, 0.4, flagged=True), Score(0.2, 0.9, flagged=True)]
    row = SetScore("set", [*pages, Score(0.6, 0.9, title=False)]).row()
    assert row.split() == [
        "set",
        "4",
        "0.6875",
        "1",
        "75.0%",
        "100.0%",
        "0.7750",
        "1",
        "1",
        "of",
        "2",
        "1",
    ]


def test_layouts_are_a_row_as_made_and_a_row_as_damaged():
    made, damaged_ones = of_layouts()
    assert (len(made.pages), len(damaged_ones.pages)) == (12, 47)
    assert all(page.ours > page.bare or page.bare > 0.9 for page in made.pages)
    # Damages show in what bare Trafilatura makes of the pages: ours should read them alike.
    assert not {page.bare for page in damaged_ones.pages} <= {page.bare for page in made.pages}
    assert all(
        page.title and page.time and page.ours > 0.9 for page in (*made.pages, *damaged_ones.pages)
    )
