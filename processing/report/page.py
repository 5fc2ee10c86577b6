"""The report page: one HTML file that needs no script, no network and no server.

A content security policy allows the page its own style sheet and nothing else, so that an archived title that slipped
through as markup could still load or run nothing. Two radio buttons choose the language, in CSS.
"""

import base64
import hashlib
from datetime import date
from importlib.resources import files

from processing.report.days import DayReport, Finding
from processing.report.findings import ALL
from processing.report.html import Html, both, element, joined, share, stranger
from processing.report.outlet_rows import outlets, reason
from processing.report.story_lists import moment, size, stories, titles_of
from processing.report.words import korean

_DAYS_KO = "월화수목금토일"
_SEAL = "실록"


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
    told = f"{day.year}년 {day.month}월 {day.day}일 {_DAYS_KO[day.weekday()]}요일"
    unfinished = both("아직 끝나지 않은 하루", "this day is not over yet")
    return element(
        "header",
        element("div", element("span", _SEAL, class_="seal", aria_hidden="true"), _languages(language), class_="bar"),
        element("p", both("하루 보고", "Report of the day"), class_="kicker"),
        element("h1", both(told, f"{day:%A}, {day.day} {day:%B %Y}")),
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
        return element("span", both(f"경보 {alarms}건", f"{alarms} to answer today"), class_="pill alarm")
    if notices:
        return element("span", both(f"알림 {notices}건", f"{notices} to look at this week"), class_="pill notice")
    return element("span", both("이상 없음", "all is well"), class_="pill good")


def _figures(report: DayReport) -> Html:
    totals = report.totals
    tiles = (
        ("기사", "articles", f"{totals.articles:,}", both(f"매체 {totals.outlets}곳", f"of {totals.outlets} outlets")),
        (
            "완전성",
            "completeness",
            share(totals.completeness),
            both(f"예고 {totals.announced:,}건", f"{totals.announced:,} announced"),
        ),
        ("빠진 기사", "gaps", f"{totals.gaps:,}", both("가져오지 못함", "announced, not archived")),
        ("재게재", "reprints", f"{totals.reprints:,}", both("원문에 묶음", "folded to their originals")),
        (
            "고친 기사",
            "edits",
            f"{totals.edits:,}",
            both(f"시각 표시 없이 {totals.silent}건", f"{totals.silent} silently"),
        ),
        ("내린 기사", "taken down", f"{totals.deletions:,}", both("보관본은 남음", "kept in the archive")),
        ("제외", "rejections", f"{sum(totals.rejections.values()):,}", _reasons(report)),
        ("원본", "raw pages", size(totals.bytes), both(f"요청 {totals.requests:,}회", f"{totals.requests:,} requests")),
    )
    return element(
        "section",
        element("h2", both("한눈에", "At a glance"), class_="hidden"),
        element("dl", *(_tile(*tile) for tile in tiles), class_="tiles"),
    )


def _tile(korean: str, english: str, figure: str, beside: Html) -> Html:
    return element(
        "div", element("dt", both(korean, english)), element("dd", figure), element("dd", beside, class_="beside")
    )


def _reasons(report: DayReport) -> Html:
    told = joined(*(reason(name, count) for name, count in report.totals.rejections.items()))
    return told or both("없음", "none")


def _findings(report: DayReport) -> Html:
    if not report.findings:
        return Html("")
    titles = {ALL: "Sillok", **titles_of(report)}
    rows = [_finding(finding, titles.get(finding.outlet, finding.outlet)) for finding in report.findings]
    return element("section", element("h2", both("살펴볼 일", "To look at")), element("ul", *rows, class_="findings"))


def _finding(finding: Finding, title: str) -> Html:
    level = both("경보", "alarm") if finding.level == "alarm" else both("알림", "notice")
    what, cure = korean(finding.code, finding.values, finding.outlet)
    return element(
        "li",
        element("span", level, class_="level"),
        element("p", element("strong", stranger(title)), " ", both(stranger(what), stranger(finding.what))),
        element("p", both(cure, finding.cure), class_="cure"),
        class_=finding.level,
    )


def _footer(report: DayReport) -> Html:
    command = f"sillok report --day {report.day}"
    return element(
        "footer",
        element(
            "p", element("code", report.store), " · manifest ", report.manifest, " · ", moment(report.made_at), " KST"
        ),
        element("p", both("같은 보고를 터미널에서: ", "The same in a terminal: "), element("code", command)),
        element("p", both("기사는 각 매체의 것입니다.", "The articles are their outlets'.")),
    )
