"""Statements of one page weighed against each other and the fetch."""

from datetime import UTC, datetime, timedelta

import pytest

from processing.dates import SEOUL
from processing.reading.body import Around
from processing.reading.metadata import Head
from processing.reading.times import Stated, VisibleTimes, settle, visible

FETCHED = datetime(2026, 3, 22, 3, 0, tzinfo=UTC)
NOTHING = VisibleTimes([], [], [])


def settled(
    meta=None,
    *,
    ld=None,
    shown=NOTHING,
    elsewhere=None,
    url="https://www.handeul.test/news/7",
    fetched=FETCHED,
):
    head = Head(meta={name: [value] for name, value in (meta or {}).items()}, article=ld or {})
    return settle(head, shown, elsewhere or Stated(), fetched_at=fetched, url=url)


def test_the_declared_time_goes_first():
    times = settled(
        {"article:published_time": "2026-03-21T14:05:33+09:00"},
        shown=visible(Around("입력 2026.03.21 14:05 |", "")),
    )
    assert (times.published.at.isoformat(), times.published.source) == (
        "2026-03-21T14:05:33+09:00",
        "meta",
    )


def test_utc_labelled_as_seoul_time_is_told_by_what_is_shown():
    times = settled(
        {
            "dd:published_time": "2026-03-21T04:24:13+09:00",
            "dd:modified_time": "2026-03-21T07:18:06+09:00",
        },
        shown=visible(Around("송고시간 2026-03-21 13:24:13 |", "")),
    )
    assert times.published.at.isoformat() == "2026-03-21T13:24:13+09:00"
    assert times.published.zone_assumed
    assert times.modified.at.isoformat() == "2026-03-21T16:18:06+09:00"


def test_seoul_time_labelled_as_utc_lies_in_the_future_and_is_moved():
    times = settled({"article:published_time": "2026-03-22T11:50:00Z"})
    assert times.published.at.isoformat() == "2026-03-22T11:50:00+09:00"


@pytest.mark.parametrize("stated", ["2026-03-25T10:00:00+09:00", "2099-01-01"])
def test_the_future_does_not_count(stated):
    times = settled({"article:published_time": stated, "article:modified_time": stated})
    assert times.published is None
    assert times.modified is None


def test_no_statement_is_no_time():
    assert settled() == (None, None)


def test_a_day_is_refined_by_a_time_of_that_day():
    times = settled(
        {"date": "2026-03-21"}, shown=visible(Around("입력 2026.03.21 오후 2:05 |", ""))
    )
    assert (times.published.at.hour, times.published.precision) == (14, "minute")


def test_the_url_is_the_last_resort():
    published = settled(url="https://www.handeul.test/2026/03/20/7.html").published
    assert (published.at.date().isoformat(), published.source, published.precision) == (
        "2026-03-20",
        "url",
        "day",
    )


def test_json_ld_attributes_scripts_and_rules():
    assert settled(ld={"datePublished": "2026-03-21 08:26:22"}).published.source == "json-ld"
    assert (
        settled(
            elsewhere=Stated(attributes=[("published", "2026-03-21 14:05:33")])
        ).published.at.second
        == 33
    )
    assert (
        settled(
            elsewhere=Stated(script=["2026.03.21 18:40"], script_changed=["2026.03.21 18:49"])
        ).modified.at.minute
        == 49
    )
    assert (
        settled(
            {"date": "2026-03-20"}, elsewhere=Stated(declared=["2026.03.21 07:00"])
        ).published.at.day
        == 21
    )


@pytest.mark.parametrize(
    "changed", ["2026-03-20T10:00:00+09:00", "2026-03-25T10:00:00+09:00", "2099-01-01"]
)
def test_a_change_before_publication_or_after_the_fetch_does_not_count(changed):
    times = settled(
        {
            "article:published_time": "2026-03-21T14:05:33+09:00",
            "article:modified_time": changed,
        }
    )
    assert times.published is not None
    assert times.modified is None


def test_labels_tell_publication_from_change():
    shown = visible(
        Around(
            "기사등록 2026-03-21 14:05 | 최종수정 2026-03-21 15:10 | 2026-03-21 13:00 |",
            "2026/03/21 16:00 송고",
        )
    )
    assert [moment.at.hour for moment in shown.published] == [14, 16]
    assert [moment.at.hour for moment in shown.modified] == [15]
    assert [moment.at.hour for moment in shown.unlabelled] == [13]


def test_an_early_morning_in_seoul_is_not_the_future_on_a_utc_machine():
    at = datetime(2026, 3, 22, 0, 30, tzinfo=SEOUL)
    times = settled({"article:published_time": at.isoformat()}, fetched=at + timedelta(minutes=5))
    assert times.published.at == at


def test_a_label_may_stand_after_its_stamp():
    shown = visible(Around("2026.03.21 14:05 입력 / 2026.03.21 15:10 수정", ""))
    assert [moment.at.hour for moment in shown.published] == [14]
    assert [moment.at.hour for moment in shown.modified] == [15]


def test_a_label_between_two_stamps_is_the_second_ones():
    shown = visible(Around("2026.03.21 14:05 수정 2026.03.21 15:10", ""))
    assert [moment.at.hour for moment in shown.unlabelled] == [14]
    assert [moment.at.hour for moment in shown.modified] == [15]
