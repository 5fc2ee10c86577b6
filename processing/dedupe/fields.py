"""Finds the fields of a document in the columns of a table, and reads its cells.

Columns go by their usual names, those of BIGKinds' exports among them. Identifiers are text: what a
table holds as a number with decimals has lost digits already, and is refused.
"""

import math
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Final

from processing.dates import SEOUL, parse_moment
from processing.errors import UsageError

_EXCEL_DAY: Final = datetime(1899, 12, 30)  # noqa: DTZ001 - days of Excel have no zone
_EXCEL_DAYS: Final = range(20_000, 80_000)
_SECONDS: Final = range(10**8, 10**10)
_THOUSAND: Final = 1_000
_MILLISECONDS: Final = 13
_TOLD: Final = 40
_MOST_TOLD: Final = 30
"""Characters of a column's name, and names, that a message has."""
# What spreadsheets make of an id: ="01100101.2026", which keeps it, and 1.1E+06, which does not.
_FORMULA = re.compile(r'="([^"]*)"')
_EXPONENT = re.compile(r"\d(?:\.\d+)?E\+\d{1,2}")
# The first Korean newspaper is of 1883. Exports state 0001-01-01 or 9999-12-31 where a date is
# unknown, and no window of days fits around those.
_YEARS: Final = range(1883, 2101)

NAMES: Final[Mapping[str, Sequence[str]]] = {
    "id": ("id", "뉴스식별자", "기사id", "기사식별자", "식별자", "docid", "documentid", "newsid", "articleid", "번호"),
    "text": ("text", "본문", "기사본문", "body", "content", "contents", "articlebody", "내용", "기사내용", "전문"),
    "title": ("title", "제목", "기사제목", "headline", "헤드라인"),
    "outlet": ("outlet", "언론사", "매체", "매체명", "신문사", "언론사명", "press", "media", "publisher", "provider", "source"),
    "outlet_class": ("outletclass",),
    "url": ("url", "원문url", "기사url", "link", "href", "원문", "링크"),
    "published_at": (
        "publishedat", "일자", "발행일", "발행일시", "게재일", "등록일", "작성일", "날짜", "일시", "입력일", "published",
        "publisheddate", "pubdate", "publicationdate", "date", "datetime", "time",
    ),
    "fetched_at": ("fetchedat", "수집일", "수집일시", "수집시각", "collectedat", "crawledat", "scrapedat"),
    "agency": ("agency", "통신사"),
    "origin_url": ("originurl",),
    "article_id": (),
}  # fmt: skip
"""What the columns of a table are called, without blanks, marks and case.

The first that is there is taken.
"""


class BadRowError(ValueError):
    """What is wrong with one row."""


def chosen_columns(
    header: Sequence[str], chosen: Mapping[str, str] | None, needed: Sequence[str] = ("id", "text")
) -> dict[str, str]:
    """Return which column is what.

    Raises UsageError where one that is `needed` or `chosen` is not there.
    """
    plain: dict[str, str] = {}
    for column in header:
        plain.setdefault(_plain(column), column)
    columns: dict[str, str] = {}
    for name, others in NAMES.items():
        if name in header:
            columns[name] = name
        else:
            known = next((plain[each] for each in others if each in plain), None)
            columns |= {} if known is None else {name: known}
    for name, column in (chosen or {}).items():
        if name not in NAMES:
            raise UsageError(f"--columns knows no field {name!r}; there are {', '.join(NAMES)}")
        if needed and column not in header:
            raise UsageError(
                f"--columns: there is no column {column!r}; there are {_listed(header)}"
            )
        columns[name] = column
    _check_needed(columns, header, needed)
    if len({*header}) < len(header):
        twice = [column for column in columns.values() if [*header].count(column) > 1]
        if twice:
            raise UsageError(f"two columns are called {twice[0]!r}; rename one of them")
    return columns


def _check_needed(columns: Mapping[str, str], header: Sequence[str], needed: Sequence[str]) -> None:
    # An article that a crawl or an export wrote is named by its `version_id`.
    named = {*columns, "id"} if "version_id" in header else {*columns}
    if missing := [name for name in needed if name not in named]:
        raise UsageError(
            f"no column is the {' or the '.join(missing)}: "
            f"name it as --columns {missing[0]}=COLUMN; "
            f"there are {_listed(header)}"
        )


def _listed(header: Sequence[str]) -> str:
    """Return the names of columns as a message has them; what is no table may have a page of text there."""
    names = [str(name).strip() for name in header]
    told = [name if len(name) <= _TOLD else f"{name[:_TOLD]}…" for name in names if name]
    more = f" and {len(told) - _MOST_TOLD} more" if len(told) > _MOST_TOLD else ""
    return ", ".join(told[:_MOST_TOLD]) + more or "no columns at all"


def _plain(column: str) -> str:
    return re.sub(r"[\W_]+", "", str(column)).lower()


def archived(row: Mapping[str, object]) -> dict[str, object]:
    """Return what an article that `scrapy crawl` or `sillok export` wrote is, under the names that are read here."""
    published, origin = row.get("published"), row.get("origin")
    return {
        "id": row["version_id"],
        "article_id": row.get("article_id"),
        "agency": row.get("agency"),
        "published_at": published.get("at") if isinstance(published, dict) else published,
        "origin_url": origin.get("url") if isinstance(origin, dict) else row.get("origin_url"),
    }


def identity(value: object) -> str:
    if isinstance(value, bool) or value is None:
        raise BadRowError("`id` must be a sound string that is not empty")
    if isinstance(value, float | Decimal):
        if not math.isfinite(value) or value != math.floor(value):
            raise BadRowError("`id` is a number with decimals, which loses digits: keep it as text")
        value = int(value)
    text = str(value).strip() if isinstance(value, int) else value
    if isinstance(text, str) and (kept := _FORMULA.fullmatch(text)):
        text = kept[1]
    if isinstance(text, str) and _EXPONENT.fullmatch(text):
        raise BadRowError(f"`id` is written as {text}, which has lost digits: keep it as text")
    if not isinstance(text, str) or not text or _sound(text) != text:
        raise BadRowError("`id` must be a sound string that is not empty")
    return text


def article_text(value: object) -> str:
    if not isinstance(value, str):
        raise BadRowError("`text` must be a string")
    return _sound(value)


def string(said: Mapping[str, object], name: str) -> str:
    value = said[name]
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        raise BadRowError(f"`{name}` must be a string")
    return _sound(value)


def _sound(text: str) -> str:
    """Return `text` without half surrogate pairs, which JSON can say and UTF-8 cannot."""
    return text.encode("utf-8", "replace").decode()


def moment(value: object) -> tuple[datetime | None, bool]:
    """Return the moment that a cell states, in UTC, and whether it states something that is none.

    A stamp without an offset is Seoul time, a day its midnight. Numbers are seconds or milliseconds
    since 1970, days of Excel, or digits such as 20260310. A year in which no newspaper can have
    appeared (0001, 9999) is none.
    """
    try:
        moment = _moment(value)
        if moment is None:
            return None, bool(str(value).strip()) and value is not None
        known = (moment if moment.tzinfo else moment.replace(tzinfo=SEOUL)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None, True
    return (known, False) if known.year in _YEARS else (None, True)


def _moment(value: object) -> datetime | None:
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=SEOUL)
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return _of_number(float(value))
    return _of_text(value.strip()) if isinstance(value, str) else None


def _of_text(text: str) -> datetime | None:
    # As a date of ISO 8601 a number of milliseconds is one of the year 1773.
    if len(text) == _MILLISECONDS and text.isdecimal():
        return _of_number(float(text))
    try:
        return datetime.fromisoformat(text) if text else None
    except ValueError:
        moment = parse_moment(text)
        return moment.at if moment else (_of_number(float(text)) if _is_number(text) else None)


def _is_number(text: str) -> bool:
    return re.fullmatch(r"\d{5,14}(?:\.\d+)?", text) is not None


def _of_number(value: float) -> datetime | None:
    whole = int(value)
    if whole in _EXCEL_DAYS:
        return _EXCEL_DAY + timedelta(days=value)
    if whole in _SECONDS:
        return datetime.fromtimestamp(value, UTC)
    if whole // _THOUSAND in _SECONDS and len(str(whole)) == _MILLISECONDS:
        return datetime.fromtimestamp(value / _THOUSAND, UTC)
    moment = parse_moment(str(whole))
    return moment.at if moment else None
