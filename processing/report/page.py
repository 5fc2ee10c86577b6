"""The report page: one HTML file that needs no script, no network and no server.

A content security policy allows the page its own style sheet and nothing else, so that an archived
title that slipped through as markup could still load or run nothing. Two radio buttons choose the
language, in CSS.

The outlets of a report page: one row each, which opens to its sources and rejections.

What a report page names one by one, and how it writes moments and sizes.
"""

import base64
import hashlib
from collections.abc import Mapping
from datetime import date, datetime
from importlib.resources import files

from processing.dates import SEOUL
from processing.report.days import (
    ALL,
    Changed,
    DayReport,
    Finding,
    Gap,
    OutletDay,
    Reprinted,
    SourceDay,
)
from processing.report.html import (
    Html,
    both,
    element,
    joined,
    link,
    share,
    stated,
    stranger,
    volume,
    weeks,
)
from processing.report.words import ENDS, REASONS, korean

_GOOD_STATUS = {200, 304}


def outlets(report: DayReport) -> Html:
    """Return the section; outlets that need an answer come first, then by volume."""
    alarmed = {finding.outlet for finding in report.findings if finding.level == "alarm"}
    rows = sorted(
        report.outlets, key=lambda row: (row.outlet not in alarmed, -row.articles, row.outlet)
    )
    never = element(
        "p",
        both("아직 수집한 적 없는 매체", "Declared and never crawled"),
        f": {len(report.never)}",
        class_="beside",
    )
    return element(
        "section",
        element("h2", both("매체", "Outlets")),
        element(
            "div", *(_row(row, alarmed=row.outlet in alarmed) for row in rows), class_="outlets"
        ),
        never if report.never else "",
    )


def _row(row: OutletDay, *, alarmed: bool) -> Html:
    cells = (
        (
            "기사",
            "articles",
            joined(element("b", f"{row.articles:,}"), volume(row.articles, row.daily, row.usual)),
        ),
        ("4주", "four weeks", weeks(row.history)),
        ("완전성", "complete", stated(row.measured)),
        ("빠짐", "gaps", f"{row.gaps:,}"),
        ("유실 추정", "suspected", f"{row.suspected:,}"),
        ("재게재", "reprints", f"{row.reprints:,}"),
        ("고침", "edits", f"{row.edits:,}"),
        ("제외", "rejected", f"{sum(row.rejections.values()):,}"),
    )
    name = element(
        "div",
        element("strong", row.title),
        element("code", row.outlet),
        _end(row),
        class_="name",
    )
    figures = (
        element("div", element("dt", both(korean, english)), element("dd", value))
        for korean, english, value in cells
    )
    summary = element("summary", name, element("dl", *figures))
    return element("details", summary, _inside(row), class_="alarmed" if alarmed else None)


def _end(row: OutletDay) -> Html:
    if row.paused:
        return element("span", both("쉼", "paused"), class_="pill")
    if row.end is None:
        return element("span", both("실행 없음", "no run"), class_="pill alarm")
    bad = row.end in {"unhealthy", "failed", "interrupted"}
    return element(
        "span", both(ENDS[row.end], row.end), class_="pill alarm" if bad else "pill good"
    )


def _inside(row: OutletDay) -> Html:
    """Return what a closed row hides: how its sources answered, why pages were rejected, where its pages lie."""
    low, high = row.daily
    facts = [
        both(f"평소 {low}~{high}건", f"normally {low} to {high}"),
        both(f"실행 {row.runs}회", f"{row.runs} runs"),
    ]
    if row.usual is not None:
        facts.append(both(f"같은 요일 보통 {row.usual:g}건", f"this weekday usually {row.usual:g}"))
    facts += _measured(row)
    if row.why:
        facts.append(stranger(row.why))
    if row.paused:
        facts.append(stranger(row.paused))
    facts += [reason(name, count) for name, count in row.rejections.items()]
    return element(
        "div",
        element("ul", *(element("li", item) for item in facts), class_="facts"),
        element("ul", *(_source(source) for source in row.sources), class_="sources")
        if row.sources
        else "",
        element("ul", *(element("li", element("code", key)) for key in row.keys), class_="keys")
        if row.keys
        else "",
        class_="inside",
    )


_EVIDENCE = {
    "overflow": ("출처가 이전 응답과 이어지지 않음", "answers share nothing"),
    "numbers": ("기사 번호의 빈자리", "holes in its numbers"),
    "second-source": ("둘째 출처와의 차이", "a second source"),
    "unwatched": ("응답이 없던 구간", "not watched"),
}
_SPANS = 5
"""Spans of one outlet that the page names."""


def _measured(row: OutletDay) -> list[Html]:
    """Return how the completeness was found: its bounds, and the spans in which something is lost."""
    measured = row.measured
    if measured is None:
        return []
    lines = []
    if measured.low is not None and measured.high is not None:
        bounds = f"{share(measured.low)}–{share(measured.high)}"
        lines.append(both(f"완전성 범위 {bounds}", f"completeness within {bounds}"))
    for sign in measured.evidence[:_SPANS]:
        korean, english = _EVIDENCE[sign.kind]
        span = (
            f" {moment(sign.since)}–{moment(sign.until)[-5:]}" if sign.since and sign.until else ""
        )
        count = f" ≈{sign.count:.0f}" if sign.count else ""
        url = f" {sign.url}" if sign.url else ""
        lines.append(
            both(stranger(f"{korean}{span}{count}{url}"), stranger(f"{english}{span}{count}{url}"))
        )
    return lines


def reason(name: str, count: int) -> Html:
    """Return how many pages were rejected for one reason."""
    return element(
        "span", both(f"{REASONS.get(name, name)} {count}", f"{name} {count}"), class_="reason"
    )


def _source(source: SourceDay) -> Html:
    bad = source.problem or (source.status is not None and source.status not in _GOOD_STATUS)
    status = source.problem or ("–" if source.status is None else str(source.status))
    links = both(
        f"링크 {source.links}, 새로 {source.new}", f"{source.links} links, {source.new} new"
    )
    return element(
        "li",
        element("span", stranger(status), class_="pill alarm" if bad else "pill good"),
        element("code", stranger(source.url)),
        element("span", links, class_="beside"),
    )


_CHANGES = {
    "edit": ("고침", "edited"),
    "silent": ("시각 없이 고침", "edited silently"),
    "gone": ("내림", "taken down"),
}


def stories(report: DayReport) -> Html:
    """Return the lists; one without entries is left out."""
    return joined(_reprinted(report), _changed(report), _missing(report))


def titles_of(report: DayReport) -> dict[str, str]:
    return {row.outlet: row.title for row in report.outlets}


def _list(korean: str, english: str, rows: list[Html]) -> Html:
    if not rows:
        return Html("")
    return element(
        "section", element("h2", both(korean, english)), element("ol", *rows, class_="stories")
    )


def _reprinted(report: DayReport) -> Html:
    return _list(
        "많이 재게재된 기사",
        "Most reprinted",
        [_copied(story, titles_of(report)) for story in report.stories.reprinted],
    )


def _copied(story: Reprinted, titles: Mapping[str, str]) -> Html:
    by = ", ".join(titles.get(name, name) for name in story.by)
    outlets = stranger(f"{titles.get(story.outlet, story.outlet)} → {by}")
    return element(
        "li",
        element("p", link(story.url, stranger(story.title)), class_="title"),
        element("p", outlets, class_="beside"),
        element("span", both(f"{story.reprints}번", f"{story.reprints}×"), class_="count"),
    )


def _changed(report: DayReport) -> Html:
    return _list("바뀐 기사", "Changed", [_change(story) for story in report.stories.changed])


def _change(story: Changed) -> Html:
    return element(
        "li",
        element("p", link(story.url, stranger(story.title)), class_="title"),
        element(
            "p",
            f"{story.outlet} · {moment(story.at)} · ",
            element("code", f"sillok show {story.article_id} --diff"),
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


_DAYS_KO = "월화수목금토일"
_SEAL = "실록"
_Tile = tuple[str, str, str, Html]
"""A figure: its Korean and English names, itself, and what stands under it."""


def render(report: DayReport, *, language: str = "ko") -> str:
    """Return the page; `language` ("ko" or "en") is what it shows first."""
    style = files("processing.report").joinpath("page.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=policy),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="referrer", content="no-referrer"),
        element("meta", name="color-scheme", content="light dark"),
        element("title", f"실록 Sillok · {report.day}"),
        element("style", Html(style)),
    )
    main = element(
        "main",
        _figures(report),
        _findings(report),
        outlets(report),
        stories(report),
    )
    body = element("body", _header(report, language), main, _footer(report))
    return f"<!doctype html>\n{element('html', head, body, lang='ko')}\n"


def _header(report: DayReport, language: str) -> Html:
    day = date.fromisoformat(report.day)
    heading = f"{day.year}년 {day.month}월 {day.day}일 {_DAYS_KO[day.weekday()]}요일"
    unfinished = both("아직 끝나지 않은 하루", "this day is not over yet")
    return element(
        "header",
        element(
            "div",
            element("span", _SEAL, class_="seal", aria_hidden="true"),
            _languages(language),
            class_="bar",
        ),
        element("p", both("하루 보고", "Report of the day"), class_="kicker"),
        element("h1", both(heading, f"{day:%A}, {day.day} {day:%B %Y}")),
        element(
            "p",
            _verdict(report),
            "" if report.complete else element("span", unfinished, class_="pill"),
            class_="verdict",
        ),
    )


def _languages(language: str) -> Html:
    choices = [
        joined(
            element("input", type="radio", name="language", id=code, checked=code == language),
            element("label", label, for_=code),
        )
        for code, label in (("ko", "한국어"), ("en", "English"))
    ]
    return element("fieldset", element("legend", "언어 Language"), *choices, class_="languages")


def _verdict(report: DayReport) -> Html:
    alarms = sum(finding.level == "alarm" for finding in report.findings)
    notices = len(report.findings) - alarms
    if alarms:
        return element(
            "span", both(f"경보 {alarms}건", f"{alarms} to answer today"), class_="pill alarm"
        )
    if notices:
        return element(
            "span",
            both(f"알림 {notices}건", f"{notices} to look at this week"),
            class_="pill notice",
        )
    return element("span", both("이상 없음", "all is well"), class_="pill good")


def _figures(report: DayReport) -> Html:
    tiles = (*_found_tiles(report), *_kept_tiles(report))
    return element(
        "section",
        element("h2", both("한눈에", "At a glance"), class_="hidden"),
        element("dl", *(_tile(*tile) for tile in tiles), class_="tiles"),
    )


def _found_tiles(report: DayReport) -> tuple[_Tile, ...]:
    """Return the tiles of what was announced, archived and missed."""
    totals = report.totals
    return (
        (
            "기사",
            "articles",
            f"{totals.articles:,}",
            both(f"매체 {totals.outlets}곳", f"of {totals.outlets} outlets"),
        ),
        (
            "완전성",
            "completeness",
            whole(report),
            both(
                f"예고 {totals.announced:,}건, 알 수 없는 매체 {totals.unknown}곳",
                f"{totals.announced:,} announced, {totals.unknown} outlets not known",
            ),
        ),
        (
            "빠진 기사",
            "gaps",
            f"{totals.gaps:,}",
            both(
                f"유실 추정 {totals.suspected:,}건",
                f"announced, not archived; {totals.suspected:,} more suspected",
            ),
        ),
    )


def _kept_tiles(report: DayReport) -> tuple[_Tile, ...]:
    """Return the tiles of what was folded, what changed, what was rejected and what the raw pages weigh."""
    totals = report.totals
    return (
        (
            "재게재",
            "reprints",
            f"{totals.reprints:,}",
            both("원문에 묶음", "folded to their originals"),
        ),
        (
            "고친 기사",
            "edits",
            f"{totals.edits:,}",
            both(f"시각 표시 없이 {totals.silent}건", f"{totals.silent} silently"),
        ),
        (
            "내린 기사",
            "taken down",
            f"{totals.deletions:,}",
            both("보관본은 남음", "kept in the archive"),
        ),
        ("제외", "rejections", f"{sum(totals.rejections.values()):,}", _reasons(report)),
        (
            "원본",
            "raw pages",
            size(totals.bytes),
            both(f"요청 {totals.requests:,}회", f"{totals.requests:,} requests"),
        ),
    )


def whole(report: DayReport) -> str:
    """Return the completeness of all outlets; no whole where one of them is not known to be."""
    value = report.totals.completeness
    proven = all(row.measured and row.measured.is_whole for row in report.outlets if row.announced)
    if value != 1 or proven:
        return "?" if value is None else share(value)
    low = min((row.measured.low or 0 for row in report.outlets if row.measured), default=0.0)
    return f"≥{share(low)}" if not report.totals.unknown else "?"


def _tile(korean: str, english: str, figure: str, beside: Html) -> Html:
    return element(
        "div",
        element("dt", both(korean, english)),
        element("dd", figure),
        element("dd", beside, class_="beside"),
    )


def _reasons(report: DayReport) -> Html:
    reasons = joined(*(reason(name, count) for name, count in report.totals.rejections.items()))
    return reasons or both("없음", "none")


def _findings(report: DayReport) -> Html:
    if not report.findings:
        return Html("")
    titles = {ALL: "Sillok", **titles_of(report)}
    rows = [
        _finding(finding, titles.get(finding.outlet, finding.outlet)) for finding in report.findings
    ]
    return element(
        "section",
        element("h2", both("살펴볼 일", "To look at")),
        element("ul", *rows, class_="findings"),
    )


def _finding(finding: Finding, title: str) -> Html:
    level = both("경보", "alarm") if finding.level == "alarm" else both("알림", "notice")
    what, cure = korean(finding.code, finding.values, finding.outlet)
    return element(
        "li",
        element("span", level, class_="level"),
        element(
            "p",
            element("strong", stranger(title)),
            " ",
            both(stranger(what), stranger(finding.what)),
        ),
        element("p", both(cure, finding.cure), class_="cure"),
        class_=finding.level,
    )


def _footer(report: DayReport) -> Html:
    command = f"sillok report --day {report.day}"
    return element(
        "footer",
        element(
            "p",
            element("code", report.store),
            " · manifest ",
            report.manifest,
            " · ",
            moment(report.made_at),
            " KST",
        ),
        element(
            "p",
            both("같은 보고를 터미널에서: ", "The same in a terminal: "),
            element("code", command),
        ),
        element("p", both("기사는 각 매체의 것입니다.", "The articles are their outlets'.")),
    )
