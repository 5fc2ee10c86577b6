"""What stands around a body: the visible text before and after it, and the times in that text."""

from datetime import UTC, datetime, timedelta

import pytest
from lxml import html

from processing.reading.body import Around, around
from processing.reading.metadata import Head
from processing.reading.times import Stated, VisibleTimes, settle, visible

FETCHED = datetime(2026, 11, 20, 3, tzinfo=UTC)
SHOWN = VisibleTimes([], [], [])


def stated(text: str, after: str = "") -> dict[str, list[str]]:
    """Return the minutes of the moments shown, by how they are labelled."""
    shown = visible(Around(text, after))
    return {
        name: [f"{moment.at:%d}" for moment in moments]
        for name, moments in shown._asdict().items()
        if moments
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("입력 2026.11.07 10:00", {"published": ["07"]}),
        ("최종수정 2026.11.07 10:00", {"modified": ["07"]}),
        ("2026.11.07 10:00 송고", {"published": ["07"]}),
        ("2026.11.07 10:00 수정", {"modified": ["07"]}),
        ("2026.11.07 10:00 수정 2026.11.08 10:00", {"unlabelled": ["07"], "modified": ["08"]}),
        (
            "2026.11.07 10:00 입력 | 2026.11.08 10:00 수정",
            {"published": ["07"], "modified": ["08"]},
        ),
        ("최초 2026.11.07 10:00 최종 2026.11.08 10:00", {"published": ["07"], "modified": ["08"]}),
        ("방송일시 2026.11.07 10:00", {"published": ["07"]}),
        # A label before a time is that one's.
        (
            "2026.11.09 (월) | | 입력시간 : 2026.11.07 10:00",
            {"published": ["07"], "unlabelled": ["09"]},
        ),
        ("2026.11.07 10:00", {"unlabelled": ["07"]}),
        ("2026.11.07 | 2026.11.08 10:00", {"unlabelled": ["08", "07"]}),
    ],
)
def test_a_moment_is_what_its_label_says(text: str, expected: dict[str, list[str]]) -> None:
    assert stated(text) == expected


@pytest.mark.parametrize(("distance", "near"), [(700, True), (701, False)])
def test_a_moment_without_a_label_counts_near_the_body_alone(distance: int, near: bool) -> None:  # noqa: FBT001 - a table
    moment = "2026.11.07 10:00"
    text = moment + "글" * (distance - len(moment))
    assert stated(text) == ({"unlabelled": ["07"]} if near else {})
    # Behind the body nothing but a byline may part it from a time, and a day says too little.
    assert (
        stated("", f"| {moment} |")
        == stated("", f"표가람 기자 | {moment}")
        == {"unlabelled": ["07"]}
    )
    assert stated("", f"다른 기사 | {moment}") == stated("", moment[:10]) == {}
    assert stated(f"입력 {moment} " + "글" * 900) == {"published": ["07"]}


def test_a_moment_after_the_body_counts_where_it_is_labelled_and_near() -> None:
    labelled = "입력 2026.11.07 10:00"
    assert stated("", labelled) == {"published": ["07"]}
    assert stated("", "글" * (700 - len(labelled)) + labelled) == {"published": ["07"]}
    assert stated("", "글" * 700 + labelled) == {}


@pytest.mark.parametrize(("minutes", "known"), [(15, True), (16, False)])
def test_clocks_of_outlets_may_run_a_quarter_of_an_hour_ahead(minutes: int, known: bool) -> None:  # noqa: FBT001 - a table
    moment = (FETCHED + timedelta(minutes=minutes)).isoformat()
    head = Head(meta={"article:published_time": [moment]})
    found = settle(head, SHOWN, Stated(), fetched_at=FETCHED, url="https://a.example/1")
    assert (
        found.published is not None and found.published.at == FETCHED + timedelta(minutes=minutes)
    ) is known


def test_who_states_a_time_first_is_believed() -> None:
    day = "2026-11-{:02}T10:00:00+09:00"
    head = Head(
        meta={"article:published_time": [day.format(8)], "article:modified_time": [day.format(15)]},
        article={"datePublished": day.format(9), "dateModified": day.format(16)},
    )
    shown = visible(Around("입력 2026.11.11 10:00 2026.11.12 10:00", ""))
    everything = Stated(
        declared=[day.format(7)],
        attributes=[("published", day.format(10))],
        inside=["2026.11.13 10:00"],
    )

    def first(head: Head, shown: VisibleTimes, elsewhere: Stated) -> tuple[str, str]:
        url = "https://a.example/20261114/1"
        published = settle(head, shown, elsewhere, fetched_at=FETCHED, url=url).published
        assert published
        return f"{published.at:%d}", published.source

    bare = Head()
    assert first(head, shown, everything) == ("07", "text")
    assert first(head, shown, everything._replace(declared=[])) == ("08", "meta")
    assert first(Head(article=head.article), shown, Stated()) == ("09", "json-ld")
    assert first(bare, shown, everything._replace(declared=[])) == ("10", "meta")
    assert first(bare, shown, Stated()) == ("11", "text")
    assert first(bare, shown._replace(published=[]), Stated(inside=everything.inside)) == (
        "12",
        "text",
    )
    assert first(bare, SHOWN, Stated(inside=everything.inside)) == ("13", "text")
    assert first(bare, SHOWN, Stated()) == ("14", "url")


def test_the_text_around_a_body_is_parted_by_blocks() -> None:
    root = html.fromstring(
        "<div><h1>제목</h1><p>입력 <b>어제</b></p><script>x</script><p style='display:none'>숨은 말</p>"
        "<article>본문</article><p>아래</p>끝</div>"
    )
    found = around(root, root.find("article"))
    assert found.before == "| | 제목 | | 입력 어제 | |"
    assert found.after == "| | 아래 | 끝"
    assert around(root, None).before == "| | 제목 | | 입력 어제 | | | 본문 | | 아래 | 끝"
    assert around(root, None).after == ""


def test_much_text_is_cut_to_what_is_nearest_to_the_body() -> None:
    root = html.fromstring(
        f"<div><p>{'가' * 7000}</p><article>본문</article><p>{'나' * 3000}</p></div>"
    )
    found = around(root, root.find("article"))
    assert (len(found.before), len(found.after)) == (6000, 700)
    assert len(around(root, None).before) > 10_000


def test_children_of_a_body_may_stand_outside_its_text() -> None:
    root = html.fromstring("<div><p>머리</p><p>본문</p><p>꼬리</p></div>")
    head, _, tail = root
    found = around(root, root, frozenset({head, tail}))
    assert found.before == "| | 머리 |"
    assert "꼬리" in found.after
    assert "본문" not in f"{found.before}{found.after}"


@pytest.mark.parametrize(("letters", "counts"), [(60, True), (61, False)])
def test_a_day_far_above_the_headline_is_todays(letters: int, counts: bool) -> None:  # noqa: FBT001 - a table
    for moment, is_day in (("2026.11.07", True), ("2026.11.07 10:00", False)):
        around = Around(f"{moment}{'가' * letters}묵은 물길 ", "")
        shown = visible(around, "묵은 물길").unlabelled
        assert bool(shown) is (counts or not is_day)
        assert visible(around, "다른 제목").unlabelled, "no headline, no above"
