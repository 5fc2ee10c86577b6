"""What a report page names one by one, and how it writes moments and sizes."""

from collections.abc import Mapping
from datetime import datetime

from processing.reading.rules import SEOUL
from processing.report.days import Changed, DayReport, Gap, Reprinted
from processing.report.html import Html, both, element, joined, link, stranger

_CHANGES = {"edit": ("고침", "edited"), "silent": ("시각 없이 고침", "edited silently"), "gone": ("내림", "taken down")}


def stories(report: DayReport) -> Html:
    """Return the lists; one without entries is left out."""
    return joined(_reprinted(report), _changed(report), _missing(report))


def titles_of(report: DayReport) -> dict[str, str]:
    return {row.outlet: row.title for row in report.outlets}


def _list(korean: str, english: str, rows: list[Html]) -> Html:
    if not rows:
        return Html("")
    return element("section", element("h2", both(korean, english)), element("ol", *rows, class_="stories"))


def _reprinted(report: DayReport) -> Html:
    return _list(
        "많이 재게재된 기사",
        "Most reprinted",
        [_copied(story, titles_of(report)) for story in report.stories.reprinted],
    )


def _copied(story: Reprinted, titles: Mapping[str, str]) -> Html:
    by = ", ".join(titles.get(name, name) for name in story.by)
    told = stranger(f"{titles.get(story.outlet, story.outlet)} → {by}")
    return element(
        "li",
        element("p", link(story.url, stranger(story.title)), class_="title"),
        element("p", told, class_="beside"),
        element("span", both(f"{story.reprints}번", f"{story.reprints}×"), class_="count"),
    )


def _changed(report: DayReport) -> Html:
    return _list("바뀐 기사", "Changed", [_change(story) for story in report.stories.changed])


def _change(story: Changed) -> Html:
    return element(
        "li",
        element("p", link(story.url, stranger(story.title)), class_="title"),
        element(
            "p", f"{story.outlet} · {moment(story.at)} · ", element("code", f"sillok show {story.article_id} --diff")
        ),
        element("span", both(*_CHANGES[story.kind]), class_=f"count {story.kind}"),
    )


def _missing(report: DayReport) -> Html:
    return _list("빠진 기사", "Gaps", [_gap(gap) for gap in report.stories.missing])


def _gap(gap: Gap) -> Html:
    return element(
        "li",
        element("p", link(gap.url, stranger(gap.url)), class_="title"),
        element("p", f"{gap.outlet} · {moment(gap.since)}", class_="beside"),
        element("span", stranger(" ".join(filter(None, (gap.why, gap.detail)))), class_="count"),
    )


def moment(at: datetime) -> str:
    """Return a moment in Seoul, to the minute."""
    return f"{at.astimezone(SEOUL):%Y-%m-%d %H:%M}"


def size(count: int) -> str:
    """Return bytes as a person reads them."""
    value = float(count)
    for unit in ("B", "kB", "MB", "GB"):
        if value < 1000:  # noqa: PLR2004 - SI prefixes step by a thousand
            return f"{value:.0f} {unit}" if unit == "B" else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:.1f} TB"
