"""The words of a report's findings, in English and Korean, by code.

`{}` are the finding's values.
"""

from collections.abc import Mapping
from typing import NamedTuple

from processing.report.days import Finding


class Phrase(NamedTuple):
    """What is the matter and what to do, in two languages."""

    what: str
    cure: str
    korean: str
    korean_cure: str


REASONS: Mapping[str, str] = {
    "not-article": "기사 아님",
    "list-page": "목록",
    "error-page": "오류 화면",
    "blocked": "차단",
    "login": "로그인",
    "empty": "본문 없음",
    "not-korean": "한국어 아님",
    "too-large": "너무 큼",
    "unreadable": "읽을 수 없음",
}
"""Why a page is no article, in Korean; the English word is the reason itself."""

ENDS: Mapping[str, str] = {
    "new": "새 기사",
    "unchanged": "변화 없음",
    "partial": "일부",
    "unhealthy": "이상",
    "interrupted": "중단",
    "failed": "실패",
}
"""How a run ended, in Korean; the English word is the value itself."""

LIMITS: Mapping[str, str] = {
    "page-size": "기사 크기",
    "reading-time": "판독 시간",
    "source-size": "출처 크기",
}
"""Which limit cut an answer off, in Korean; the English word is the value itself."""

PHRASES: Mapping[str, Phrase] = {
    "sums": Phrase(
        "run {run} counted {pages} pages, which is not its articles and rejections",
        "a page was lost between fetching and reading: this is a bug, report it with the run's log",
        "실행 {run}의 페이지 수({pages})가 기사와 제외 페이지의 합과 다릅니다",
        "수집과 판독 사이에서 페이지가 사라졌습니다. 실행 로그와 함께 결함으로 알려 주십시오",
    ),
    "ended": Phrase(
        "the last run ended {end}: {why}",
        "scrapy crawl {outlet}, and read its log",
        "마지막 실행이 ‘{end}’ 상태로 끝났습니다: {why}",
        "scrapy crawl {outlet} 을 실행하고 로그를 확인하십시오",
    ),
    "unanswered": Phrase(
        "none of {outlets} outlets answered; {example}: {why}",
        "the fault is probably here: look at the network, DNS and proxy of this machine, then scrapy crawl {example}",
        "매체 {outlets}곳이 모두 답하지 않았습니다. {example}: {why}",
        "이쪽 문제일 가능성이 큽니다. 이 기계의 네트워크와 DNS, 프록시를 살피고 scrapy crawl {example} 로 확인하십시오",
    ),
    "outage": Phrase(
        "nothing came back from {unreached} of the {asked} outlets asked last, since {since}; {example} is one of them",
        "the fault is on this side: look at the network, DNS and route of this machine; no outlet is left alone for it",
        "{since}부터, 마지막으로 요청한 매체 {asked}곳 가운데 {unreached}곳에서 아무 응답이 없습니다(예: {example})",
        "이쪽 문제입니다. 이 기계의 네트워크와 DNS, 경로를 살피십시오. 어떤 매체도 이 때문에 쉬지 않습니다",
    ),
    "held": Phrase(
        "held back from the archive: {faults}",
        "look at it, then sillok release {runs}",
        "보관이 보류되었습니다: {faults}",
        "확인한 뒤 sillok release {runs} 를 실행하십시오",
    ),
    "unreported": Phrase(
        "the last crawl of this machine left no report: {why}",
        "mend what it names, then scrapy crawl {outlet}",
        "이 기계의 마지막 수집이 보고 없이 끝났습니다: {why}",
        "원인을 고친 뒤 scrapy crawl {outlet} 을 실행하십시오",
    ),
    "waiting": Phrase(
        "pages have been waiting in landing since {since}",
        "is the DAG archive paused? sillok archive takes them in",
        "{since}부터 수집된 페이지가 보관되지 않고 있습니다",
        "archive DAG가 멈춰 있는지 보십시오. sillok archive 로 보관할 수 있습니다",
    ),
    "deadline": Phrase(
        "pages of an earlier day, from {since} on, are not archived, and the deadline is over",
        "sillok archive says what holds them; SILLOK_ARCHIVED_BY is the deadline",
        "{since}부터 수집된 전날 페이지가 마감 시각까지 보관되지 않았습니다",
        "sillok archive 가 이유를 알려 줍니다. 마감 시각은 SILLOK_ARCHIVED_BY 입니다",
    ),
    "drift": Phrase(
        "{share} of its articles have {field}; it used to be {usual}",
        "its layout may have changed: open an article of it and compare with sillok show",
        "기사 가운데 {share}만 {field} 값이 있습니다. 그동안은 {usual}였습니다",
        "화면 구조가 바뀌었을 수 있습니다. 기사 하나를 열어 sillok show 가 보이는 것과 비교하십시오",
    ),
    "layout": Phrase(
        "{rejected} of {pages} pages were read as no article, most of them {reason}",
        "its layout may have changed: scrapy look URL of one of them",
        "{pages}쪽 가운데 {rejected}쪽이 기사로 읽히지 않았습니다(주된 사유: {reason})",
        "화면 구조가 바뀌었을 수 있습니다. 그 가운데 한 주소로 scrapy look 을 실행하십시오",
    ),
    "limit": Phrase(
        "{count} of its answers were cut off by the limit on {limit}, for example {example}",
        "open it in a browser: it may be damaged, or meant to do harm; docs/security.md has the limits",
        "응답 {count}건이 한도({limit})에 걸려 잘렸습니다. 예: {example}",
        "브라우저로 열어 보십시오. 손상되었거나 해치려는 것일 수 있습니다. 한도는 docs/security.md 에 있습니다",
    ),
    "unvisited": Phrase(
        "no run on this day",
        "is its DAG paused? scrapy crawl {outlet} catches up",
        "이날 실행이 없었습니다",
        "DAG가 멈춰 있는지 보십시오. scrapy crawl {outlet} 로 따라잡을 수 있습니다",
    ),
    "few": Phrase(
        "{articles} articles; a normal day has {low} to {high}",
        "look at its sources below; if the outlet has shrunk, change `daily` in its declaration",
        "기사 {articles}건, 평소에는 {low}~{high}건입니다",
        "아래 출처를 확인하십시오. 매체 규모가 줄었다면 선언의 daily 를 고치십시오",
    ),
    "fewer": Phrase(
        "{articles} articles; this weekday usually has {usual}",
        "look at its sources below: one may have moved",
        "기사 {articles}건, 같은 요일에는 보통 {usual}건입니다",
        "아래 출처를 확인하십시오. 주소가 바뀌었을 수 있습니다",
    ),
    "many": Phrase(
        "{articles} articles; a normal day has {low} to {high}",
        "does one article come under many addresses? compare the URLs: sillok ls --outlet {outlet}",
        "기사 {articles}건, 평소에는 {low}~{high}건입니다",
        "한 기사가 여러 주소로 들어오는지 sillok ls --outlet {outlet} 로 비교하십시오",
    ),
    "source": Phrase(
        "{url} did not answer as a source: {problem}",
        "open it in a browser; where it has moved, change the declaration",
        "출처 {url} 주소가 제대로 답하지 않았습니다: {problem}",
        "브라우저로 열어 보고, 옮겨졌으면 선언을 고치십시오",
    ),
    "quiet": Phrase(
        "{url} has announced nothing new for more than {hours} hours",
        "open it in a browser; where this is normal, raise its quiet_hours",
        "출처 {url} 에 {hours}시간 넘게 새 기사가 없습니다",
        "브라우저로 열어 보고, 원래 그렇다면 quiet_hours 를 늘리십시오",
    ),
    "gaps": Phrase(
        "{gaps} of {announced} announced articles are not archived",
        "sillok gaps --outlet {outlet} lists them, with --fetch it fetches them",
        "예고된 기사 {announced}건 가운데 {gaps}건이 보관되지 않았습니다",
        "sillok gaps --outlet {outlet} 로 목록을 보고 --fetch 로 가져오십시오",
    ),
    "suspected": Phrase(
        "about {suspected} articles were never announced to us, beside {announced} that were ({kinds}; from {since})",
        "sillok gaps --outlet {outlet} lists the spans; a list or a second source in its declaration would catch them",
        "예고된 {announced}건 말고도 약 {suspected}건을 놓친 것으로 보입니다(근거: {kinds}, {since}부터)",
        "sillok gaps --outlet {outlet} 로 구간을 확인하십시오. 선언에 목록이나 둘째 출처를 더하면 막을 수 있습니다",
    ),
    "unknown": Phrase(
        "whether something was missed is not known: answers of its sources do not follow one another ({urls})",
        "the first day of an outlet is always so; otherwise look why these sources were not asked or did not answer",
        "놓친 기사가 있는지 알 수 없습니다. 출처의 응답이 이어지지 않습니다({urls})",
        "첫날에는 늘 그렇습니다. 아니라면 이 출처들이 왜 답하지 않았는지 살피십시오",
    ),
    "silent": Phrase(
        "{silent} changed, and their pages state no new time",
        "sillok ls --outlet {outlet} --edited, then sillok show ID --diff",
        "기사 {silent}건이 수정 시각 표시 없이 바뀌었습니다",
        "sillok ls --outlet {outlet} --edited 와 sillok show ID --diff 로 확인하십시오",
    ),
}


def finding(level: str, code: str, outlet: str, **values: object) -> Finding:
    """Return a finding in English; the page has the Korean words for the same code."""
    texts = {name: str(value) for name, value in values.items()}
    phrase = PHRASES[code]
    return Finding(
        level="alarm" if level == "alarm" else "notice",
        code=code,
        outlet=outlet,
        values=texts,
        what=phrase.what.format(**texts),
        cure=phrase.cure.format(**texts, outlet=outlet),
    )


def korean(code: str, values: Mapping[str, str], outlet: str) -> tuple[str, str]:
    """Return what is the matter and what to do, in Korean."""
    texts = dict(values)
    texts["end"] = ENDS.get(texts.get("end", ""), texts.get("end", ""))
    texts["limit"] = LIMITS.get(texts.get("limit", ""), texts.get("limit", ""))
    texts["reason"] = REASONS.get(texts.get("reason", ""), texts.get("reason", ""))
    phrase = PHRASES[code]
    return phrase.korean.format(**texts), phrase.korean_cure.format(**texts, outlet=outlet)
