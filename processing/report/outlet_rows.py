"""The outlets of a report page: one row each, which opens to its sources and rejections."""

from processing.report.charts import volume, weeks
from processing.report.days import DayReport, OutletDay, SourceDay
from processing.report.html import Html, both, element, joined, share, stranger
from processing.report.words import ENDS, REASONS

_GOOD_STATUS = {200, 304}


def outlets(report: DayReport) -> Html:
    """Return the section; outlets that need an answer come first, then by volume."""
    alarmed = {finding.outlet for finding in report.findings if finding.level == "alarm"}
    rows = sorted(report.outlets, key=lambda row: (row.outlet not in alarmed, -row.articles, row.outlet))
    never = element(
        "p", both("아직 수집한 적 없는 매체", "Declared and never crawled"), f": {len(report.never)}", class_="beside"
    )
    return element(
        "section",
        element("h2", both("매체", "Outlets")),
        element("div", *(_row(row, alarmed=row.outlet in alarmed) for row in rows), class_="outlets"),
        never if report.never else "",
    )


def _row(row: OutletDay, *, alarmed: bool) -> Html:
    cells = (
        ("기사", "articles", joined(element("b", f"{row.articles:,}"), volume(row.articles, row.daily, row.usual))),
        ("4주", "four weeks", weeks(row.history)),
        ("완전성", "complete", share(row.completeness)),
        ("빠짐", "gaps", f"{row.gaps:,}"),
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
        element("div", element("dt", both(korean, english)), element("dd", value)) for korean, english, value in cells
    )
    summary = element("summary", name, element("dl", *figures))
    return element("details", summary, _inside(row), class_="alarmed" if alarmed else None)


def _end(row: OutletDay) -> Html:
    if row.paused:
        return element("span", both("쉼", "paused"), class_="pill")
    if row.end is None:
        return element("span", both("실행 없음", "no run"), class_="pill alarm")
    bad = row.end in {"unhealthy", "failed", "interrupted"}
    return element("span", both(ENDS[row.end], row.end), class_="pill alarm" if bad else "pill good")


def _inside(row: OutletDay) -> Html:
    """Return what a closed row hides: how its sources answered, why pages were rejected, where its pages lie."""
    low, high = row.daily
    told = [both(f"평소 {low}~{high}건", f"normally {low} to {high}"), both(f"실행 {row.runs}회", f"{row.runs} runs")]
    if row.usual is not None:
        told.append(both(f"같은 요일 보통 {row.usual:g}건", f"this weekday usually {row.usual:g}"))
    if row.why:
        told.append(stranger(row.why))
    if row.paused:
        told.append(stranger(row.paused))
    told += [reason(name, count) for name, count in row.rejections.items()]
    return element(
        "div",
        element("ul", *(element("li", item) for item in told), class_="facts"),
        element("ul", *(_source(source) for source in row.sources), class_="sources") if row.sources else "",
        element("ul", *(element("li", element("code", key)) for key in row.keys), class_="keys") if row.keys else "",
        class_="inside",
    )


def reason(name: str, count: int) -> Html:
    """Return how many pages were rejected for one reason."""
    return element("span", both(f"{REASONS.get(name, name)} {count}", f"{name} {count}"), class_="reason")


def _source(source: SourceDay) -> Html:
    bad = source.problem or (source.status is not None and source.status not in _GOOD_STATUS)
    status = source.problem or ("–" if source.status is None else str(source.status))
    links = both(f"링크 {source.links}, 새로 {source.new}", f"{source.links} links, {source.new} new")
    return element(
        "li",
        element("span", stranger(status), class_="pill alarm" if bad else "pill good"),
        element("code", stranger(source.url)),
        element("span", links, class_="beside"),
    )
