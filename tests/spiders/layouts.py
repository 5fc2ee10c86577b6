"""Pages written by us in the layouts that outlets really use: the body where an outlet's rules look for it.

`python -m tests.spiders.layouts` writes one page of each family into tests/outlets/. The stories are invented.
"""

import json
import re
from datetime import datetime
from functools import cache
from html import escape
from pathlib import Path
from zoneinfo import ZoneInfo

from processing.reading.extract import extract
from processing.records import Article, Page, Rejection
from processing.rules import Rules, rules_at
from spiders.outlet import Identity, Outlet, identify
from spiders.outlets import outlets
from spiders.scouting.fixtures import keep

FETCHED = datetime(2026, 11, 20, 9, 30, tzinfo=ZoneInfo("Asia/Seoul"))
PUBLISHED = "2026-11-20T08:12:00+09:00"
TITLE = "물안개 낀 새터강, 나룻배 다시 띄운다"
REPORTER = "한소라"
STORY = (
    "새터강 나루터에 스무 해 만에 나룻배가 다시 선다. 새터군은 20일 강 양쪽 마을을 잇는 나룻배를 이달 말부터 하루 여덟 번 띄운다고 밝혔다.",
    "다리가 놓인 뒤 끊긴 뱃길을 되살리자고 한 것은 윗마을 주민들이었다. 다리까지 걸어서 한 시간이 걸리는 탓에 장날이면 택시를 나눠 타야 했다.",
    '사공으로 뽑힌 이는 올해 예순둘이다. 그는 "어릴 때 아버지 배에서 노를 배웠다"며 "물살이 센 봄에는 줄을 매고 건널 생각"이라고 말했다.',
    "군은 배 두 척을 새로 짓는 데 1억4000만원을 들였다. 삯은 어른 1000원이고 예순다섯이 넘은 주민은 받지 않는다.",
    "물이 1.2m 넘게 불거나 바람이 초속 9m를 넘으면 배는 뜨지 않는다. 운항 여부는 아침마다 마을 방송으로 알린다.",
)
RELATED = (
    "새터장 닷새 만에 문 열어",
    "윗마을 우체국 자리에 책방",
    "겨울 철새 지난해보다 열흘 늦어",
)
DECOY = (
    "새터강 하류의 둔치에는 지난여름 큰물에 쓸려 간 갈대밭을 다시 가꾸는 일이 한창이다. 군은 봄까지 삼만 포기를 심기로 했다.",
    "둔치 아래 모래톱에서는 해마다 물떼새가 알을 낳는다. 사람이 드나들지 못하게 줄을 친 곳이 올해 세 군데 늘었다.",
    "하류 마을은 큰물이 날 때마다 장독대를 옮긴다. 둑을 높이는 공사는 다섯 해째 설계에 머물러 있다.",
)
"""Another story on the same page: rules that name the body must keep it out."""
SHOWN = {
    "ndsoft": "mediatoday", "wcms": "mydaily", "article14": "jjan", "article_no": "newsprime", "view_key": "yeongnam",
    "view_ud": "g_enews", "wordpress": "theindigo", "gnuboard": "livein", "html_dir": "tvchosun", "arc": "chosun",
    "news_sitemap": "joongang", "feed": "nocutnews", "portal": "naver_news", "own": "ytn", "article_aid": "kwangju", "view_code": "sentv", "mbc_local": "dgmbc",
}  # fmt: skip


@cache
def addresses() -> dict[str, list[str]]:
    table = Path(__file__).with_name("article_urls.tsv").read_text().splitlines()
    found: dict[str, list[str]] = {}
    for line in table:
        name, _, url = line.split("\t")
        found.setdefault(name, []).append(url)
    return found


def address(outlet: Outlet) -> Identity:
    """Return an article of the outlet, in the form of today where one is known."""
    known = [found for url in addresses()[outlet.name] if (found := identify(outlet, url))]
    return next((found for found in known if outlet.article.search(found.url)), known[0])


def page_of(outlet: Outlet) -> Page:
    rules = rules_at(outlet.rules, FETCHED)
    text = arc_page(outlet) if outlet.family == "arc" else html_page(outlet, rules)
    return Page(
        url=address(outlet).url,
        fetched_at=FETCHED,
        body=text.encode(),
        outlet=outlet.name,
        charset="utf-8",
    )


def read(outlet: Outlet, page: Page) -> Article | Rejection:
    found = address(outlet)
    return extract(
        page, rules_at(outlet.rules, page.fetched_at), url=found.url, publisher_id=found.key
    )


def html_page(outlet: Outlet, rules: Rules) -> str:
    body = "".join(f"<p>{escape(paragraph, quote=False)}</p>" for paragraph in STORY)
    other = "".join(f"<p>{paragraph}</p>" for paragraph in DECOY) if rules.body else ""
    inside, headed = (
        container(rules.body or "div.article-body", body),
        container(rules.title or "h1.headline", TITLE),
    )
    return f"""<!DOCTYPE html><html lang="ko"><head><meta charset="utf-8"><title>{TITLE} - {outlet.title}</title>{meta(outlet)}</head>
<body><header><a href="/">{outlet.title}</a><nav><ul><li><a href="/politics">정치</a></li><li><a href="/economy">경제</a></li>
<li><a href="/society">사회</a></li></ul></nav></header><main>{headed}
<div class="byline"><span>{REPORTER} 기자</span> <span class="date">입력 2026.11.20 08:12</span></div>{inside}
<ul class="share"><li><a href="#">공유</a></li><li><a href="#">인쇄</a></li></ul></main>
<section class="more-stories">{other}</section><aside><h2>많이 본 뉴스</h2><ul>{"".join(f'<li><a href="/{n}">{title}</a></li>' for n, title in enumerate(RELATED))}</ul></aside>
<footer><a href="/about">회사소개</a> <a href="/terms">이용약관</a> Copyright {outlet.title}. All rights reserved. 무단 전재 및 재배포 금지</footer></body></html>"""


def meta(outlet: Outlet) -> str:
    properties = {
        "og:type": "article", "og:title": TITLE, "og:site_name": outlet.title, "og:url": address(outlet).url,
        "article:published_time": PUBLISHED, "article:section": "사회",
    }  # fmt: skip
    data = {
        "@context": "https://schema.org", "@type": "NewsArticle", "headline": TITLE, "datePublished": PUBLISHED,
        "author": {"@type": "Person", "name": REPORTER},
    }  # fmt: skip
    tags = "".join(
        f'<meta property="{name}" content="{value}">' for name, value in properties.items()
    )
    return (
        f'{tags}<script type="application/ld+json">{json.dumps(data, ensure_ascii=False)}</script>'
    )


def arc_page(outlet: Outlet) -> str:
    content = {
        "canonical_url": address(outlet).url.split("chosun.com")[1],
        "headlines": {"basic": TITLE},
        "content_elements": [{"type": "text", "content": paragraph} for paragraph in STORY],
        "credits": {"by": [{"type": "author", "name": REPORTER}]},
        "first_publish_date": "2026-11-19T23:12:00.000Z",
        "display_date": "2026-11-19T23:12:00.000Z",
    }
    script = f"window.Fusion=window.Fusion||{{}};Fusion.globalContent={json.dumps(content, ensure_ascii=False)};Fusion.spa=false;"
    return f"""<!DOCTYPE html><html lang="ko"><head><meta charset="utf-8"><title>{TITLE} - {outlet.title}</title>{meta(outlet)}
<script id="fusion-metadata" type="application/javascript">{script}</script></head><body><div id="fusion-app"></div></body></html>"""


def container(css: str, inner: str) -> str:
    """Return `inner` in elements that the first of the selectors `css` names."""
    parts = [part for part in re.split(r"\s*>\s*|\s+", css.partition(",")[0].strip()) if part]
    for part in reversed(parts):
        inner = element(part, inner)
    return inner


def element(compound: str, inner: str) -> str:
    tag = re.match(r"[a-z][a-z0-9]*", compound)
    attributes = [f'id="{name}"' for name in re.findall(r"#([\w-]+)", compound)]
    if classes := re.findall(r"\.([\w-]+)", compound):
        attributes.append(f'class="{" ".join(classes)}"')
    attributes += [
        f'{name}="{value}"'
        for name, value in re.findall(r"\[(\w+)=['\"]?([\w-]+)['\"]?\]", compound)
    ]
    name = tag[0] if tag else "div"
    return f"<{' '.join([name, *attributes])}>{inner}</{name}>"


def main() -> None:
    for name in SHOWN.values():
        outlet = outlets()[name]
        page = page_of(outlet)
        print(  # noqa: T201
            keep(Path(__file__).parents[1] / "outlets" / name, page, read(outlet, page), "written")
        )


if __name__ == "__main__":
    main()
