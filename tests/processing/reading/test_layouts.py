"""Pages of every family, read without any rule of an outlet."""

from datetime import UTC, datetime

import pytest

from processing.reading.extract import extract
from processing.records import Article, Kind, Page
from tests.processing.reading.layouts import LAYOUTS, URLS
from tests.processing.reading.stories import MOUNTAIN, SHIP, Story

FETCHED = datetime(2026, 3, 22, 3, 0, tzinfo=UTC)
STORY = Story()
SECONDS = {"ndsoft", "arc", "next_data", "json_ld", "wordpress", "article14", "naver", "daum"}
NAMELESS = {"korea_kr"}


def read(layout: str, story: Story = STORY, charset: str = "utf-8") -> Article:
    url = URLS.get(layout, "https://www.handeul.test/news/articleView.html?idxno=7")
    found = extract(Page(url=url, fetched_at=FETCHED, body=LAYOUTS[layout](story).encode(charset)))
    assert isinstance(found, Article), found
    return found


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_article_and_nothing_else(layout):
    assert read(layout).text == STORY.text


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize(
    "story", [Story(paragraphs=SHIP), Story(paragraphs=(*MOUNTAIN, *SHIP))], ids=["short", "long"]
)
def test_shorter_and_longer_articles(layout, story):
    assert read(layout, story).text == story.text


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_headline_without_the_site(layout):
    assert read(layout).title == STORY.title


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_time_to_the_precision_the_page_states(layout):
    published = read(layout).published
    length = 19 if layout in SECONDS else 10 if layout == "korea_kr" else 16
    assert published.at.isoformat()[:length] == STORY.published[:length]
    assert published.at.utcoffset().total_seconds() == 9 * 3600


@pytest.mark.parametrize("layout", sorted(set(LAYOUTS) - NAMELESS))
def test_the_author_once(layout):
    assert [author.name for author in read(layout).authors] == [STORY.author]


@pytest.mark.parametrize(
    "layout", sorted(set(LAYOUTS) - {"next_data", "json_ld", "korea_kr", "gnuboard"})
)
def test_the_caption_is_kept_as_a_caption(layout):
    assert any(STORY.caption[2:20] in caption for caption in read(layout).captions)


@pytest.mark.parametrize(
    "layout", ["ndsoft", "gnuboard", "arc", "flight", "next_data", "article14", "naver", "daum"]
)
def test_the_decks(layout):
    assert read(layout).subtitle == STORY.decks


def test_a_government_page_is_a_press_release_with_its_licence():
    article = read("korea_kr")
    assert (article.kind, article.rights.licence) == (Kind.PRESS_RELEASE, "KOGL-4")


@pytest.mark.parametrize(
    ("layout", "url"),
    [("naver", "https://www.handeul.co.kr/news/7"), ("gnuboard", "https://www.handeul.co.kr/")],
)
def test_a_copy_names_its_origin(layout, url):
    origin = read(layout).origin
    assert (origin.outlet, origin.url) == (STORY.outlet, url)


def test_the_page_declares_one_charset_and_sends_another():
    assert (
        read("tables", charset="utf-8").text == read("tables", charset="cp949").text == STORY.text
    )


@pytest.mark.parametrize("layout", LAYOUTS)
def test_trafilatura_made_the_text(layout):
    assert read(layout).extractor == "trafilatura"
