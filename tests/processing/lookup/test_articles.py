"""Articles by outlet, day, words and id: which are found, in which order, and what cannot be asked."""

import unicodedata
from datetime import date, timedelta
from typing import Any

import pytest

from processing.archive.catalogue import Catalogue
from processing.archive.publish import publish
from processing.errors import CorruptRecordError, MissingError, UsageError
from processing.lookup.articles import (
    Wanted,
    _changed,
    _span,
    checked,
    edits,
    folded,
    newest,
    search,
    timeline,
    versions,
)
from processing.records import Stamp, article_id
from processing.settings import Settings
from processing.store.file_store import FileStore
from tests.processing.newsroom import FACTS, NOON, Crawl, article

HOUR = timedelta(hours=1)
TEXT = f"{'가' * 40}정부는 NASA와 함께 다리를 놓았다. {'나' * 80}"
PLAIN = "들판에 비가 온다. 강가에는 안개가 끼었다."


def day(of: int) -> dict[str, Stamp]:
    return {"published": Stamp(at=NOON + (of - 20) * 24 * HOUR, source="meta")}


def numbered(outlet: str, number: int) -> str:
    return f"http://{outlet}.press.test/news/{number}"


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    root = tmp_path_factory.mktemp("articles")
    store = FileStore(root / "archive")
    moved = article("hanbit", 7, text=PLAIN, **day(16))
    rows = [
        article("hanbit", 1, **day(19)),
        article(
            "hanbit", 1, at=NOON + HOUR, text=f"{article('hanbit', 1).text} 고쳤다.", **day(19)
        ),
        article("hanbit", 2, text=PLAIN, published=None),
        article("hanbit", 3, text=PLAIN, kind="photo", **day(18)),
        article("hanbit", 5, text=TEXT, **day(18)),
        moved.model_copy(update={"fetched_url": numbered("hanbit", 5)}),
        moved.model_copy(update={"fetched_at": NOON + HOUR, "published": None}),
    ]
    Crawl(articles=rows).land(store)
    copy = article("narae", 4, at=NOON + 2 * HOUR, text=article("hanbit", 1).text, **day(20))
    Crawl(outlet="narae", articles=[copy]).land(store)
    options = Settings(cache=root / "cache", heads=root / "heads")
    given = {"code_version": "1", "lock_sha256": "0" * 64, "outlets": FACTS, "options": options}
    publish(store, now=NOON + 3 * HOUR, **given)
    return Catalogue(store, root / "cache")


def numbers(rows: Any) -> list[int]:
    return [int(row["url"].rpartition("/")[2]) for row in rows]


def test_articles_are_listed_newest_first_by_what_is_wanted(catalogue: Catalogue) -> None:
    third = sorted((3, 5), key=lambda number: article_id(numbered("hanbit", number)))
    for wanted, expected in (
        ({}, [4, 1, *third, 7, 2]),
        ({"outlet": "narae"}, [4]),
        ({"since": date(2026, 11, 19)}, [4, 1]),
        ({"until": date(2026, 11, 18)}, [*third, 7]),
        ({"since": date(2026, 11, 18), "until": date(2026, 11, 18)}, third),
        ({"kind": "photo"}, [3]),
        ({"edited": True}, [1]),
        ({"limit": 2}, [4, 1]),
        ({"original": True}, [4, 1, 5, 7]),  # 2 and 3 are reprints
        ({"outlet": "narae", "kind": "photo"}, []),
    ):
        assert numbers(newest(catalogue, Wanted(**wanted))) == expected, wanted
    found = {row["url"]: row for row in newest(catalogue, Wanted())}
    assert found[numbered("hanbit", 1)]["versions"] == 2
    assert found[numbered("hanbit", 2)]["versions"] == 1
    assert Wanted().limit == 50


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["정부"], [5]),
        (["nasa"], [5]),
        (["NASA", "다리"], [5]),
        (["NASA", "안개"], []),
        ([unicodedata.normalize("NFD", "정부")], [5]),
        (["안개가"], None),
    ],
)
def test_an_article_has_every_word_that_is_searched(
    catalogue: Catalogue, words: list[str], found: list[int] | None
) -> None:
    rows = list(search(catalogue, words, Wanted(outlet="hanbit")))
    if found is None:
        assert {*numbers(rows)} == {2, 3, 7}
    else:
        assert numbers(rows) == found
    assert all(
        words[0].lower() in unicodedata.normalize("NFD", row["excerpt"]).lower()
        or unicodedata.normalize("NFC", words[0]).lower() in row["excerpt"].lower()
        for row in rows
    )


def test_an_excerpt_begins_thirty_letters_before_the_first_word(catalogue: Catalogue) -> None:
    (row,) = search(catalogue, ["정부"], Wanted())
    assert row["excerpt"] == TEXT[10:100]
    assert {row["excerpt"] for row in search(catalogue, ["들판"], Wanted())} == {PLAIN}
    with pytest.raises(UsageError, match="at least one word"):
        search(catalogue, [], Wanted())


def test_an_article_is_asked_for_by_id_version_or_address(catalogue: Catalogue) -> None:
    url = numbered("hanbit", 1)
    identity = article_id(url)
    every = [row["version_id"] for row in versions(catalogue, identity)]
    assert len(every) == 2
    assert every[0] == article("hanbit", 1).version_id, "the oldest first"
    for asked in (identity[:6], identity[:6].upper(), every[1], url):
        assert [row["version_id"] for row in versions(catalogue, asked)] == every, asked
    with pytest.raises(UsageError, match="too short"):
        versions(catalogue, identity[:5])
    with pytest.raises(MissingError, match="holds no article"):
        versions(catalogue, "0" * 16)
    with pytest.raises(UsageError, match="fits 2 articles"):
        versions(catalogue, numbered("hanbit", 5))
    assert len(versions(catalogue, numbered("hanbit", 2))) == 1, "of no day"


def test_a_row_that_is_not_what_its_version_says_is_refused(catalogue: Catalogue) -> None:
    (row,) = versions(catalogue, article_id(numbered("hanbit", 3)))
    assert checked(row) is row
    with pytest.raises(CorruptRecordError, match="not the title and text"):
        checked({**row, "text": "다른 글"})


def test_a_copy_s_cluster_is_told_in_the_order_of_time(catalogue: Catalogue) -> None:
    copy, original = (article_id(numbered(*of)) for of in (("hanbit", 1), ("narae", 4)))
    found = timeline(catalogue, copy.upper())
    assert [row["version_id"].partition("-")[0] for row in found] == [copy, copy, original]
    assert [found[0][name] for name in ("removed", "added", "retitled")] == [0, 0, True]
    assert [found[1][name] for name in ("removed", "added", "retitled")] == [0, 1, False]
    assert [found[2][name] for name in ("removed", "added", "retitled")] == [None] * 3
    with pytest.raises(MissingError, match="no cluster"):
        timeline(catalogue, "0" * 16)
    row = folded(catalogue, article("hanbit", 3, text=PLAIN).version_id)
    assert row is not None
    assert folded(catalogue, "0" * 16) is None


def test_what_changed_is_counted_in_words() -> None:
    old, new = (
        {"title": "가", "text": "하나 둘 셋 넷"},
        {"title": "나", "text": "하나 둘 다섯 여섯 넷"},
    )
    assert _changed(old, new) == {"removed": 1, "added": 2, "retitled": True}
    assert _changed(old, old) == {"removed": 0, "added": 0, "retitled": False}


@pytest.mark.parametrize("most", [4, 5, 5000])
def test_long_texts_are_compared_by_paragraphs(most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Five words and the blanks between them are nine pieces."""
    monkeypatch.setattr("processing.lookup.articles._LONGEST", 2 * most - 1)
    found = [(edit.kind, edit.text) for edit in edits("하나 둘 셋\n넷", "하나 둘 셋\n넷 다섯")]
    by_paragraph = [("kept", "하나 둘 셋\n"), ("removed", "넷"), ("added", "넷 다섯")]
    by_word = [("kept", "하나 둘 셋\n넷"), ("added", " 다섯")]
    assert found == (by_paragraph if most == 4 else by_word)


def test_days_of_which_none_is_known_span_nothing() -> None:
    days = [date(2026, 11, 20), None, date(2026, 11, 18)]
    assert _span(days) == (date(2026, 11, 18), date(2026, 11, 20))
    assert _span([None]) == _span([]) == (date.min, date.min)
