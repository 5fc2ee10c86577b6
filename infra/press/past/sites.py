"""What the outlets with a past answer: lists as their families write them, and articles.

A page of a list is made when it is asked for: a year of them is never in memory.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from infra.press.past import FIRST_DAY as _FIRST_DAY
from infra.press.past import Past, PastArticle

_HTML = "text/html; charset=utf-8"
_XML = "text/xml; charset=utf-8"
_JSON = "application/json; charset=UTF-8"
_NEWEST = 20


@dataclass(frozen=True, slots=True)
class PastReply:
    """What goes over the wire."""

    status: int
    body: str
    content_type: str = _HTML
    headers: Mapping[str, str] = field(default_factory=dict)


Address = Callable[[PastArticle], str]
Answer = Callable[[Past, date, str, str], PastReply | None]
_ABSENT = PastReply(404, "<html><body>404 Not Found</body></html>")


def answer(host: str, base: str, target: str, past: Past, today: date) -> PastReply | None:
    """Return the answer of the outlet at `host`; None where no outlet with a past lies there."""
    name = host.partition(".")[0]
    if name not in SITES:
        return None
    if target == "/robots.txt":
        return PastReply(200, "User-agent: *\nAllow: /\n", "text/plain")
    return SITES[name](past, today, base, target) or _article(past, target) or _ABSENT


def _article(past: Past, target: str) -> PastReply | None:
    """Return the page of an article: every address with a number in it has one."""
    numbers = re.findall(r"\d{4,}", target)
    if not numbers:
        return None
    seed, day = int(numbers[-1]), _day(past, numbers[-1])
    paragraphs = "".join(
        f"<p>물레방아골 {seed}번지 주민들은 {seed % 97 + line}일 회의를 열고 다리 {seed * 7 % 1009 + line}개를 "
        f"{seed % 31 + 2}년 안에 고치기로 했다. 면사무소는 {seed % 613 + line * 3}억 원을 쓴다고 밝혔다.</p>"
        for line in range(1, 7)
    )
    return PastReply(
        200,
        f'<html lang="ko"><head><title>다리 {seed}호</title><meta property="og:type" '
        f'content="article"><meta property="article:published_time" '
        f'content="{day}T09:00:00+09:00"></head><body><article><h1>다리 {seed}호</h1>'
        f"{paragraphs}</article></body></html>",
    )


def _day(past: Past, number: str) -> date:
    """Return the day of an article by its number, which begins with it or counts all articles."""
    dated = re.match(r"20\d{6}", number)
    if dated and len(number) > len(dated[0]):
        return date.fromisoformat(dated[0])
    return date.fromordinal(int(number) // past.a_day + _FIRST_DAY)


def _paged(
    pattern: str, size: int, address: Address, row: Callable[[str, PastArticle], str]
) -> Answer:
    """Return the answers of an outlet whose list has pages; `pattern` names the page's number."""
    form = re.compile(pattern)

    def answered(past: Past, today: date, base: str, target: str) -> PastReply | None:
        match = form.fullmatch(target)
        if match is None:
            return _newest(past, today, base, target, address)
        entries = past.page(int(match["page"]), size, today)
        rows = "".join(row(address(entry), entry) for entry in entries)
        ranking = "".join(
            f'<li><a href="{address(entry)}">많이 본 기사</a></li>'
            for entry in past.page(1, 3, today)
        )
        body = f"<ul id='list'>{rows}</ul><ol id='ranking'>{ranking}</ol>"
        return PastReply(200, f"<html><body>{body}</body></html>")

    return answered


def _newest(past: Past, today: date, base: str, target: str, address: Address) -> PastReply | None:
    """Return the feed of the newest articles, which an outlet's own crawls ask."""
    if not re.search(r"feed|rss", target):
        return None
    items = "".join(
        f"<item><title>다리 {entry.number}호</title><link>{base}{address(entry)}</link></item>"
        for entry in past.page(1, _NEWEST, today)
    )
    return PastReply(200, f"<rss version='2.0'><channel>{items}</channel></rss>", _XML)


def _urlset(base: str, entries: Sequence[PastArticle], address: Address) -> PastReply:
    urls = "".join(
        f"<url><loc>{base}{address(entry)}</loc><lastmod>{entry.stamp:%Y-%m-%dT%H:%M:%S+09:00}"
        "</lastmod></url>"
        for entry in entries
    )
    return PastReply(200, f"<urlset>{urls}</urlset>", _XML)


def _day_maps(past: Past, today: date, base: str, target: str) -> PastReply | None:
    match = re.fullmatch(r"/sitemap/\d{4}/(?P<day>\d{8})\.xml", target)
    if match is None:
        return _newest(past, today, base, target, _view)
    day = date.fromisoformat(match["day"])
    entries = past.of_day(day, today)
    return _urlset(base, entries, _view) if entries else _ABSENT


def _months(past: Past, today: date, base: str, target: str) -> PastReply | None:
    """Answer an index of sitemaps a month, and these."""
    days = [today - timedelta(days=back) for back in range(1, past.days + 1)]
    if target == "/sitemap.xml":
        months = sorted({f"{day:%Y-%m}" for day in days})
        maps = "".join(
            f"<sitemap><loc>{base}/sitemap-{month}.xml</loc></sitemap>" for month in months
        )
        return PastReply(200, f"<sitemapindex>{maps}</sitemapindex>", _XML)
    match = re.fullmatch(r"/sitemap-(?P<month>\d{4}-\d\d)\.xml", target)
    if match is None:
        return _newest(past, today, base, target, _view)
    ours = [day for day in days if f"{day:%Y-%m}" == match["month"]]
    entries = [entry for day in ours for entry in past.of_day(day, today)]
    return _urlset(base, entries, _view) if entries else _ABSENT


def _posts(past: Past, today: date, base: str, target: str) -> PastReply | None:
    """Answer WordPress's REST API: the posts of a day, 100 a page, and 400 behind the last one."""
    match = re.search(r"/wp/v2/posts\?.*page=(?P<page>\d+)&after=(?P<day>[\d-]{10})T", target)
    if match is None:
        return _newest(past, today, base, target, _post)
    entries = past.of_day(date.fromisoformat(match["day"]), today)
    page, pages = int(match["page"]), max(1, -(-len(entries) // 100))
    if page > pages:
        return PastReply(400, '{"code": "rest_post_invalid_page_number"}', _JSON)
    posts = [
        {
            "link": f"{base}{_post(entry)}",
            "title": {"rendered": f"다리 {entry.number}호"},
            "date_gmt": f"{entry.stamp - timedelta(hours=9):%Y-%m-%dT%H:%M:%S}",
        }
        for entry in entries[(page - 1) * 100 : page * 100]
    ]
    return PastReply(200, json.dumps(posts), _JSON, {"X-WP-TotalPages": f"{pages}"})


def _view(entry: PastArticle) -> str:
    return f"/news/{entry.number}"


def _post(entry: PastArticle) -> str:
    return f"/archives/{entry.number}"


def _ndsoft(url: str, entry: PastArticle) -> str:
    return (
        f'<li><h4 class="titles"><a href="{url}">다리 {entry.number}호</a></h4><p class="lead">'
        f'<a href="{url}">지난 11월 3일 회의에서</a></p><span class="byline"><em>사회</em>'
        f"<em>{entry.stamp:%Y.%m.%d %H:%M}</em></span></li>"
    )


def _solution(url: str, entry: PastArticle) -> str:
    return (
        f'<li><a href="{url}"><b>다리 {entry.number}호</b></a><ul class="art_info">'
        f"<li>도민서 기자</li><li>{entry.stamp:%Y-%m-%d %H:%M}</li></ul></li>"
    )


def _undated(url: str, entry: PastArticle) -> str:
    """Return a row without a date: the address has it."""
    return f'<li><a href="{url}">다리 {entry.number}호</a></li>'


SITES: Mapping[str, Answer] = {
    "banwol": _paged(
        r"/news/articleList\.html\?page=(?P<page>\d+)&view_type=sm",
        20,
        lambda entry: f"/news/articleView.html?idxno={entry.number}",
        _ndsoft,
    ),
    "wolsan": _paged(
        r"/news/article_list_all\.html\?page=(?P<page>\d+)",
        25,
        lambda entry: f"/news/article.html?no={entry.number}",
        _solution,
    ),
    "haean": _paged(
        r"/page/list/\?page=(?P<page>\d+)",
        15,
        lambda entry: f"/page/view/{entry.stamp:%Y%m%d%H%M%S}{entry.place:05d}",
        _undated,
    ),
    "gangbyeon": _paged(
        r"/news/all\?page=(?P<page>\d+)",
        15,
        lambda entry: f"/article/{entry.day:%Y%m%d}5{entry.place:05d}",
        _undated,
    ),
    "dalbit": _paged(
        r"/list\.php\?ct=g0000&pg=(?P<page>\d+)",
        15,
        lambda entry: f"/view.php?ud={entry.stamp:%Y%m%d%H%M%S}{entry.place:05d}_1",
        _undated,
    ),
    "saebyeok": _posts,
    "maru": _day_maps,
    "narodal": _months,
}
"""What each outlet with a past answers, by its name."""
