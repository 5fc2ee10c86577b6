"""Every form of a moment that Korean pages state."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processing.dates import SEOUL, moments, parse_moment

NAIVE = st.datetimes(datetime(1990, 1, 1), datetime(2089, 1, 1))  # noqa: DTZ001 (hypothesis wants naive bounds)
FORMS = [
    ("입력 2024.07.29 07:01", "2024-07-29T07:01:00+09:00", "minute", True),
    ("2024.01.22. 오후 11:01", "2024-01-22T23:01:00+09:00", "minute", True),
    ("등록 2026-03-04 오전 8:30:04", "2026-03-04T08:30:04+09:00", "second", True),
    ("2026-03-04 오전 12:05", "2026-03-04T00:05:00+09:00", "minute", True),
    ("2026-03-04 오후 12:05", "2026-03-04T12:05:00+09:00", "minute", True),
    ("승인 2016.03.16 21:14", "2016-03-16T21:14:00+09:00", "minute", True),
    ("2024. 5. 13. 12:52", "2024-05-13T12:52:00+09:00", "minute", True),
    ("송고시간 2022-09-07 20:49", "2022-09-07T20:49:00+09:00", "minute", True),
    ("2026/09/07 15:34 송고", "2026-09-07T15:34:00+09:00", "minute", True),
    ("24-07-29 07:01", "2024-07-29T07:01:00+09:00", "minute", True),
    ("2025-05-15T20:00:52.000+0900", "2025-05-15T20:00:52+09:00", "second", False),
    ("20240513125214", "2024-05-13T12:52:14+09:00", "second", True),
    ("20240513", "2024-05-13T00:00:00+09:00", "day", True),
    ("2022-09-14 16:04:03", "2022-09-14T16:04:03+09:00", "second", True),
    ("2023-04-20T04:24:13Z", "2023-04-20T13:24:13+09:00", "second", False),
    ("2016-09-17T11:35+09:00", "2016-09-17T11:35:00+09:00", "minute", False),
    ("2026년 3월 4일 수요일 오후 2시 5분", "2026-03-04T14:05:00+09:00", "minute", True),
    ("2023년 04월 07일 18시 36분", "2023-04-07T18:36:00+09:00", "minute", True),
    ("2026-05-10 [21:13:51]", "2026-05-10T21:13:51+09:00", "second", True),
    ("2023.04.07 (08:26)", "2023-04-07T08:26:00+09:00", "minute", True),
    ("기사입력 :[ 2018-08-25 15:24 ]", "2018-08-25T15:24:00+09:00", "minute", True),
    ("2024.07.29(월) 17:03", "2024-07-29T17:03:00+09:00", "minute", True),
    ("Wed, 29 Jul 2024 07:01:00 +0900", "2024-07-29T07:01:00+09:00", "second", False),
    ("2026년 3월 1일", "2026-03-01T00:00:00+09:00", "day", True),
    ("2024.01.17 오전 10시", "2024-01-17T10:00:00+09:00", "minute", True),
    ("1690000000", "2023-07-22T13:26:40+09:00", "second", False),
    ("Published : Oct. 3, 2026 4:20 p.m.", "2026-10-03T16:20:00+09:00", "minute", True),
    ("Oct 3, 2026 at 12:20 AM", "2026-10-03T00:20:00+09:00", "minute", True),
    ("Updated 3rd October 2026 - 16:20", "2026-10-03T16:20:00+09:00", "minute", True),
    ("September 30, 2026", "2026-09-30T00:00:00+09:00", "day", True),
    ("2026/10/03 [토] @ 16:20", "2026-10-03T16:20:00+09:00", "minute", True),
    ("Sat, 03 Oct 26 16:20:11 +0900", "2026-10-03T16:20:11+09:00", "second", False),
    ("2023-04-20T04:24:13-05:00", "2023-04-20T18:24:13+09:00", "second", False),
]


@pytest.mark.parametrize(("text", "iso", "precision", "assumed"), FORMS)
def test_a_form(text, iso, precision, assumed):
    moment = parse_moment(text)
    assert (moment.at.isoformat(), moment.precision, moment.zone_assumed) == (
        iso,
        precision,
        assumed,
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "02-398-8585",
        "1.2.3",
        "2024-13-01",
        "2024-02-30",
        "27 09 2026",
        "오후 3:07",
        "99999999999999",
        "없음",
        # A long s is an "s" without regard to case, and in the name of no month.
        "3 \u017fep 2026 16:20",
        "\u017fep 3, 2026",
        "16:20, \u017fep 3, 2026",
    ],
)
def test_no_moment(text):
    assert parse_moment(text) is None


@given(st.dates(datetime(1990, 1, 1).date(), datetime(2089, 1, 1).date()), st.integers(0, 23))  # noqa: DTZ001
def test_an_english_stamp_is_found_where_it_stands(day, hour):
    stamp = f"{day:%B} {day.day}, {day.year} {hour % 12 or 12}:05 {'a.m.' if hour < 12 else 'p.m.'}"
    text = f"Posted : {stamp} | 조회 12"
    [(start, end, moment)] = moments(text)
    assert text[start:end].strip() == stamp
    assert (moment.at.date(), moment.at.hour, moment.at.minute) == (day, hour, 5)


def test_all_moments_of_a_text_in_order():
    found = moments("입력 2024.07.29 07:01 | 수정 2024.07.29 오후 1:20 | 전화 02-000-0000")
    assert [moment.at.hour for _, _, moment in found] == [7, 13]


@given(
    NAIVE,
    st.sampled_from(
        [
            "%Y-%m-%d %H:%M:%S",
            "%Y.%m.%d. %H:%M:%S",
            "%Y/%m/%d %H:%M:%S",
            "%Y년 %m월 %d일 %H시 %M분 %S초",
            "%Y%m%d%H%M%S",
        ]
    ),
)
def test_what_is_printed_is_read_back(naive, form):
    moment = parse_moment(naive.strftime(form))
    assert moment.at == naive.replace(microsecond=0, tzinfo=SEOUL)


@given(NAIVE, st.integers(-12, 14))
def test_an_offset_is_kept(naive, hours):
    sign = "-" if hours < 0 else "+"
    text = f"{naive:%Y-%m-%dT%H:%M:%S}{sign}{abs(hours):02}:00"
    assert parse_moment(text).at == (naive.replace(microsecond=0) - timedelta(hours=hours)).replace(
        tzinfo=UTC
    )


@given(st.text(max_size=60))
def test_any_text_is_a_moment_or_none(text):
    moment = parse_moment(text)
    assert moment is None or moment.at.tzinfo is not None


@pytest.mark.parametrize(
    "text",
    ["Fri, 31 Dec 9999 23:59:59 GMT", "9999-12-31T23:59:59-12:00", "Mon, 1 Jan 0001 00:00 +1400"],
)
def test_a_moment_beyond_what_a_zone_can_shift_is_none_or_another_and_never_an_error(
    text: str,
) -> None:
    found = parse_moment(text)
    assert found is None or found.at.year < 9999
