"""More rows of `sweeps`: what a page declares, its scripts, rights and bytes, dates and addresses."""

import codecs
import gzip
import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import product

from lxml.html import HtmlElement

from processing.dates import moments, parse_moment
from processing.reading import english, metadata
from processing.reading.assembly import section_shown
from processing.reading.extract import explain
from processing.reading.judgement import FirstReading, doubts, feed, judge, weigh
from processing.reading.metadata import read_head
from processing.reading.rights import RightsPolicy, rights_of
from processing.reading.scripts import find_article, values
from processing.reading.times import attributes_of
from processing.reading.tree import (
    MAX_BYTES,
    MAX_DEPTH,
    decode,
    elements_of,
    lines_of,
    marks,
    parse,
    squeeze,
    text_of,
)
from processing.records import Doubt, Kind, Page
from processing.rules import Rules, rules_at
from processing.urls import canonical, desktop, unescaped
from tests.processing.reading.sweeps import Row, body, mixture, prose, said, tree, words

URL = "https://www.handeul.test/news/123456"
FETCHED = datetime(2026, 3, 22, 3, 0, tzinfo=UTC)


def facts(root: HtmlElement) -> list[object]:
    """Return what the declarations of a page give, field by field."""
    head = read_head(root, URL)
    elements = elements_of(root)
    return [
        head, metadata.section_of(head, "사회", lambda: section_shown(elements, head, None)), metadata.section_of(head, None),
        metadata.keywords_of(head, ["물길"]), metadata.image_of(head, ["/b.jpg"], URL), metadata.details_of(root),
        [metadata.language_of(head, text) for text in ("물길이" + "a" * 11, "물길이" + "a" * 12, "물길이" + "a" * 13, "")],
        attributes_of(elements.timed), section_shown(elements, head, None),
    ]  # fmt: skip


def of_heads() -> Iterator[Row]:
    names = ("og:title", "article:section", "keywords", "article:tag", "og:image", "author", "description", "og:locale", "section", "news_keywords")  # fmt: skip
    contents = ("", "물길", "정치", "뉴스", "news", "물길,다리, 정치", "정치,경제,사회,a,b,c,d,e,f,g,h", "정치,경제,사회,a,b,c,d,e,f,g,h,i", "a" * 30, "가" * 30, "가" * 31, "가" * 40, "가" * 41, "ko_KR", "/a.jpg", "ftp://a/b.jpg", "&amp;quot;물길&amp;amp;lt;", ",".join(f"말{n}" for n in range(22)), "가" * 4001)  # fmt: skip
    for name in names:
        heads = [f'<meta property="{name}" content="{c}"><meta name="{name}" content="둘">' for c in contents]  # fmt: skip
        yield f"meta {name}", [facts(tree(body("<p>물길</p>", head))) for head in heads]
    for path in (
        "/",
        "/news/1",
        "/?id=1",
        "ftp://a.test/1",
        "//www.handeul.test/2",
        " ",
        "http://[a",
    ):
        pages = [f'<link rel="{rel}" href="{path}"><link rel=canonical href="/9">' for rel in ("canonical", "Canonical", "next")]  # fmt: skip
        yield f"link {path}", [facts(tree(body("", head))) for head in pages]
    texts = ('{"@type":"NewsArticle","headline":"물길"}', '[{"@type":["Thing","NewsArticle"],"author":{"name":"표가람"}}]', '{"@graph":[{"@type":"http://schema.org/Article","image":{"url":"/c.jpg"},"keywords":["물길","다리"]}]}', '// <![CDATA[\n{"@type":"Article","headline":"a",/*x*/}', '<!-- {"@type":"Article","articleSection":["정치"]} -->', '{"@type":"VideoObject","uploadDate":"2026-03-21"}', '{"@type":"BreadcrumbList","itemListElement":[{"name":"홈"},{"item":{"name":"정치"}},{"name":"물길"}]}', '{"@type":"Article","headline":"a"}{"b":1}', "[" * 60 + "1" + "]" * 60, "{", '{"@type":"WebSite","name":[]}')  # fmt: skip
    for first, second in product(texts, texts[:4]):
        scripts = "".join(f'<script type="application/ld+json">{text}</script>' for text in (first, second))  # fmt: skip
        yield f"declared {first[:30]} {second[:30]}", facts(tree(body("<p>물길</p>", scripts)))
    for label, value in product(("담당부서", "작성자", "등록일시", "물길", "담당부서전화번호", "연락처 :"), (0, 1, 59, 60, 61)):  # fmt: skip
        results: list[object] = []
        for rows in (1, 2, 3):
            row = f"<tr><th>{label}</th><td>{words(value) if value else ''}</td></tr>"
            others = "".join(f"<li><b>{name}</b> {words(5)}</li>" for name in ("문의", "팩스")[: rows - 1])  # fmt: skip
            results.append(metadata.details_of(tree(body(f"<table>{row}</table>{others}"))))
        yield f"detail {label} {value}", results
    labels = ("담당부서", "담당<b>부서</b>", "<b>담당</b>부서", "부서 :", "물길", "작성자<br>")
    for first, second in product(labels, labels):
        row = f"<tr><th>{first}</th><td>가람</td></tr><tr><th>{second}</th><td>나루</td></tr>"
        pages = [
            f"<table>{row}</table>",
            f"<strong>{first}</strong> 가람<strong>{second}</strong> 나루",
        ]
        yield f"labels {first} {second}", [metadata.details_of(tree(body(page))) for page in pages]
    for trail in ("홈 > 정치", "정치", "뉴스 > 사회 > 물길", "물길 > 정치", "Home / 경제", f"홈 > 문화 > {words(50)}", f"정치 > {words(55)}", f"정치 > {words(56)}", "사회일반", "정치·경제"):  # fmt: skip
        pages = [f'<{tag} class="{name}">{trail}</{tag}>' for tag, name in product(("div", "p", "main"), ("location", "breadcrumb", "cate", "list"))]  # fmt: skip
        yield f"trail {trail[:9]}", [facts(tree(body(page)))[-1] for page in pages]
    for keys in ('itemprop="datePublished" content="2026-03-21"', 'itemprop="dateModified" datetime="2026-03-22"', 'data-date-time="a" data-modify-date-time="b"', 'datetime="c"', "itemprop=name content=d"):  # fmt: skip
        pages = [f"<{tag} {keys}>물길</{tag}>" for tag in ("time", "span", "meta")]
        yield (
            f"timed {keys}",
            [attributes_of(elements_of(tree(body(page))).timed) for page in pages],
        )


def of_scripts() -> Iterator[Row]:
    for length, key in product((20, 52, 53, 54, 59, 60, 61, 300), ("content", "articleBody", "summary", "title", "relatedContent", "body")):  # fmt: skip
        results: list[object] = []
        for title, url in product(
            ("묵은 물길 다시 여는 한들시", "다리"), ("/news/123456", "/news/12345")
        ):
            record = {"title": title, "url": url, key: said(length), "regDate": "2026-03-21", "author": "표가람", "subTitle": "다리"}  # fmt: skip
            other = {"content": " ".join([said(30)] * 4), "id": "9"}
            for form in ("var a = {};", "window.a = {}; b = [1]", 'self.__next_f.push([1,"1:{}"])', "{}"):  # fmt: skip
                text = json.dumps([record, other], ensure_ascii=False)
                text = form.replace("{}", json.dumps(text)[1:-1] if "push" in form else text)
                kind = 'type="application/json"' if form == "{}" else ""
                root = tree(body(f"<script {kind}>{text}</script>", f'<title>묵은 물길 다시 여는 한들시</title><link rel=canonical href="{URL}">'))  # fmt: skip
                found = find_article(values(root), read_head(root, URL))
                results.append(found and (text_of(found.root), found.length, found.title, found.published, found.bylines, found.subtitle))  # fmt: skip
        yield f"script {key} {length}", results
    elements = [{"type": "text", "content": said(60)}, {"type": "header", "content": "물길"}, {"type": "image", "caption": "다리"}, {"type": "quote", "content_elements": [{"type": "text", "content": said(30)}]}, {"type": "list", "items": [{"content": "하나"}]}, {"type": "raw_html", "content": said(50)}]  # fmt: skip
    for count in range(1, 7):
        record = {"content_elements": elements[:count], "headlines": {"basic": "물길"}, "subheadlines": {"basic": "다리"}, "credits": {"by": [{"byline": "표가람", "email": "a@b.test"}]}, "taxonomy": {"primary_section": {"name": "정치"}}, "display_date": "2026-03-21"}  # fmt: skip
        root = tree(body(f"<script>Fusion.globalContent={json.dumps(record, ensure_ascii=False)};</script>"))  # fmt: skip
        found = find_article(values(root), read_head(root, URL))
        yield f"arc {count}", [found and (text_of(found.root), found.title, found.subtitle, found.bylines, found.section, found.published)]  # fmt: skip


def of_rights() -> Iterator[Row]:
    policies = [RightsPolicy(noarchive=a, tdm=b) for a, b in product((True, False), repeat=2)]
    for robots, header, reserved in product(("", "noarchive", "index, noarchive", "nosnippet"), (None, "noarchive", "bot: noarchive"), (None, "1", "0")):  # fmt: skip
        headers = tuple((name, value) for name, value in (("X-Robots-Tag", header), ("tdm-reservation", reserved)) if value)  # fmt: skip
        results: list[object] = []
        for hints, policy in product(({}, {"tdmrep": '[{"location":"/news/*","tdm-reservation":1,"tdm-policy":"https://a.test"}]'}, {"tdmrep": '[{"location":"/other","tdm-reservation":1}]'}, {"tdmrep": "{"}), policies):  # fmt: skip
            page = Page(url=URL, fetched_at=FETCHED, body=b"x", headers=headers, hints=hints)
            root = tree(body("<p>물길</p>", f'<meta name=robots content="{robots}">'))
            results.append(rights_of(page, root, read_head(root, URL), notices=(), premium=(), policy=policy))  # fmt: skip
        yield f"robots {robots} {header} {reserved}", results
    for length, count in product((499, 500, 501), (499, 500, 501)):
        long = {"location": "/" + "*" * (length - 1), "tdm-reservation": 1}
        other = {"location": "/other", "tdm-reservation": 1}
        results = []
        for declared in ([long], [other] * count + [{"location": "/news/*", "tdm-reservation": 1}]):
            page = Page(
                url=URL, fetched_at=FETCHED, body=b"x", hints={"tdmrep": json.dumps(declared)}
            )
            root = tree(body("<p>물길</p>"))
            results.append(rights_of(page, root, read_head(root, URL), notices=(), premium=(), policy=policies[0]))  # fmt: skip
        yield f"patterns {length} {count}", results
    for distance in (0, 100, 280, 297, 298, 299, 300, 301, 302, 400, 500, 597, 600, 603, 700):
        clause = f"ⓒ 가람신문. AI {'가' * distance}학습 및 활용 금지"
        page = Page(url=URL, fetched_at=FETCHED, body=b"x")
        pages = [body(f"<footer>{clause}</footer>"), body(f'<p>{clause[:90]}</p><img alt="공공누리 제4유형"><a href="https://creativecommons.org/licenses/by-nc/4.0/">a</a>')]  # fmt: skip
        roots = [tree(page) for page in pages]
        yield f"clause {distance}", [rights_of(page, root, read_head(root, URL), notices=[clause], premium=[clause], policy=policies[0]) for root in roots]  # fmt: skip


def of_bytes() -> Iterator[Row]:
    text = f"<html><p>{said(300)}</p>"
    for coding in ("utf-8", "cp949", "utf-16", "utf-16-le", "utf-16-be", "utf-8-sig", "shift_jis"):
        raw = text.encode(coding, "ignore")
        forms = [raw, raw[:-1], raw[:-2], raw[:-3], raw[:-4], raw[1:], gzip.compress(raw, mtime=0), gzip.compress(raw, mtime=0)[:-9], codecs.BOM_UTF8 + raw]  # fmt: skip
        pages = [Page(url=URL, fetched_at=FETCHED, body=form, charset=charset) for form, charset in product(forms, (None, "euc-kr", "utf-8", "rot13"))]  # fmt: skip
        yield f"bytes {coding}", [decode(page) for page in pages]
    bombs = [gzip.compress(bytes(MAX_BYTES + more), mtime=0) for more in (0, 1)]
    yield "bombs", [decode(Page(url=URL, fetched_at=FETCHED, body=bomb)) for bomb in bombs]
    for broken in range(0, 40, 2):
        raw = ("이는의" * 30).encode() + b"\xff" * broken + b"abc"
        odd = (
            ("뷁쉛궯" * 33 + "뷁" * (broken - 10)).encode()
            + "이는의"[:1].encode() * (broken // 4)
            + b"\xff"
        )
        yield (
            f"broken {broken}",
            [decode(Page(url=URL, fetched_at=FETCHED, body=b)) for b in (raw, odd)],
        )
    odd_texts = ("a\u200bb", "a\x00b\x1fc", "\u202e물길\u2069", " 물 \n 길 ", "\ud800물", "\u00ad물\ufeff", "")  # fmt: skip
    yield "squeezed", [squeeze(text) for text in odd_texts]
    markup = "<div id=A class='B c'>물<br>길<p>다<b>리</b>는</p><script>x</script>끝<style>y</style>말</div>"
    root = tree(markup)
    yield (
        "lines",
        [
            text_of(root),
            lines_of(root),
            [marks(e) for e in root.iter()],
            [type(parse("<i>" * (MAX_DEPTH + n))).__name__ for n in range(-4, 3)],
        ],
    )


def of_judgements() -> Iterator[Row]:
    starts = ("<?xml version='1.0'?><rss>", "<!-- a --><urlset>", "<feed>", "<html><rss>", " " * 2999 + "<rss>", " " * 2996 + "<rss>", " " * 2997 + "<rss>")  # fmt: skip
    yield "feeds", [feed(text) for text in starts]
    for length, count in product((40, 59, 60, 61, 119, 120, 121), (1, 2, 3)):
        code = ('{"a":1},' * count + words(length))[:length]
        results: list[object] = []
        for text, dated in product((code, f'[{{"a":{words(length)}', f'[{{"a":"b","c":"{words(length)}\n{said(length)}'), (True, False)):  # fmt: skip
            head = '<meta property="article:published_time" content="2026">'
            root = tree(body(f"<p>{text}</p>", head if dated else ""))
            results.append(judge(root, read_head(root, URL), title="물길", text=text, kind=Kind.ARTICLE, body=root))  # fmt: skip
        yield f"code {length} {count}", results
    root = tree(body("<p>물길</p>"))
    for declared, length in product((199, 200, 700), (139, 140, 141, 284, 285, 286, 489, 490, 491, 999, 1000, 1001)):  # fmt: skip
        head = metadata.Head(article={"articleBody": "물" * declared})
        first = FirstReading("물길", said(length), (), None, from_script=False)
        yield f"as declared {declared} {length}", [doubts(root, head, first)]
    for hangul, latin in product((0, 29, 30, 31, 60), (0, 139, 140, 141, 170, 171, 340, 399, 400)):
        text = "글" * hangul + "a" * latin + "1" * 20
        root = tree(body(f"<p>{text}</p>"))
        head = read_head(root, URL)
        shown = [judge(root, head, title="", text=t, kind=kind, english=e, any_language=any_) for t, kind, e, any_ in product((text, ""), (Kind.ARTICLE, Kind.PHOTO), (True, False), (True, False))]  # fmt: skip
        yield f"foreign {hangul} {latin}", shown
    for words_, before in product(("access denied", "페이지를 찾을 수 없습니다", "로그인이 필요", "alert"), (0, 39, 40, 41, 100)):  # fmt: skip
        text = f"{words(before) if before else ''} {words_} {words(100)}"
        script = f"<script>alert('{words_}')</script>{' ' * before}"
        pages = [
            body(f"<p>{text}</p>"),
            body(script),
            body(f"<p>{text}</p>", f"<title>{words_}</title>"),
        ]
        roots = [tree(page) for page in pages]
        yield f"barrier {words_} {before}", [judge(root, read_head(root, URL), title=title, text=t, kind=Kind.ARTICLE) for root, title, t in product(roots, ("", words_), ("", text[:119], text))]  # fmt: skip


def of_second_readings() -> Iterator[Row]:
    full = prose(6, 90)
    root = tree(body(f"<article>{full}</article>"))
    whole = [text_of(node) for node in root.iter("p")]
    description = f'<meta name="description" content="{whole[2]}">'
    for count, extra in product((0, 1, 2, 3, 4, 5, 6), (0, 30)):
        text = "\n\n".join(whole[:count]) + said(extra) * bool(extra)
        results: list[object] = []
        for signals, head in product(((Doubt.SHORT,), (Doubt.SHARE,), (Doubt.DESCRIPTION,), (Doubt.LISTED, Doubt.MARKS)), ("", description)):  # fmt: skip
            page = body(f"<article>{full}</article>", head)
            first = FirstReading("물길", text, whole[:1], None, from_script=False)
            results.append(weigh(page, read_head(tree(page), URL), first, signals))  # fmt: skip
        yield f"second {count} {extra}", results


def of_english() -> Iterator[Row]:
    lines = ("By Pyo Ga-ram", "PYO GA-RAM [garam@handeul.test]", "By Pyo Ga-ram and Lee Na-ru, staff reporters", "(Yonhap)", "— AP", "SEOUL, Nov. 19 (Yonhap) -- The river opens again.", "The river opens again, the city said on Monday. (Yonhap)", "Visitors walk along the river in Handeul on Monday. (AFP-Yonhap)", "(END)", "garam@handeul.test", "Copyright The Garam Times", "By " + "Pyo " * 40)  # fmt: skip
    yield "english", [(english.byline(t), english.names(t), english.is_caption(t), english.is_notice(t), english.wire(t), english.dateline(t)) for t in lines]  # fmt: skip
    text = "The city said on Monday that the old river would open again."
    for first, last in product(lines, lines):
        pruned = [english.prune([first, *[text] * count, last, f"{text} {last}"]) for count in (1, 3, 5)]  # fmt: skip
        yield f"pruned {first[:20]} {last[:20]}", pruned
    for size in (20, 21, 160, 161, 280, 281):
        yield f"english {size}", [english.byline(f"By Pyo Ga-ram{' ' * (size - 13)}x"), english.is_caption(f"{'a' * size}. (Yonhap)")]  # fmt: skip


def of_dates() -> Iterator[Row]:
    days = ("2026-03-21", "2026.3.1.", "26/03/21", "2026년 3월 21일", "Mar 21, 2026", "21 March 2026", "20260321", "1774062000", "1774062000123", "2026-02-30", "99-03-21", "0001-01-01", "9999-12-31", "Sat, 21 Mar 26 10:00:00 EST")  # fmt: skip
    times = ("", " 10:00", " 오후 1:05", " 오전 12:30", " 오후 12시 30분", "T10:00:05", " 11:59:59 pm", " 12:00 am", " 24:00", " 13:60")  # fmt: skip
    zones = ("", "Z", "+09:00", "-0530", "+2400", "+23:59", " KST", " GMT", " UTC", " EST")
    for day, time in product(days, times):
        texts = [f"{day}{time}{zone}" for zone in zones]
        yield f"date {day}{time}", [(parse_moment(t), moments(f"입력 {t} 수정"), parse_moment(" " * 70 + t), parse_moment("입력 " * 21 + t)) for t in texts]  # fmt: skip
    layouts = (Rules(until=datetime(2026, 3, 21, tzinfo=UTC).date(), body="a"), Rules(body="b"))
    hours = [datetime(2026, 3, day, hour, tzinfo=UTC) for day, hour in product((20, 21, 22), (0, 14, 15, 16, 23))]  # fmt: skip
    yield (
        "layouts",
        [[rules_at(each, hour).body for each in (layouts, layouts[:1], ())] for hour in hours],
    )


def of_addresses() -> Iterator[Row]:
    hosts = ("www.handeul.test", "M.handeul.co.kr", "m.news.handeul.com", "amp.handeul.kr", "handeul.test:80", "handeul.test:443", "handeul.test:8080", "u:p@handeul.test", "한글.kr", "[::1]", "handeul.test.", "mobile.a", "")  # fmt: skip
    paths = ("", "/", "/a//b/./../c/", "/news/1/amp", "/amp", "/amp/amp/", "/a%2fb%41%zz", "/%EA%B0%80", "/../..")  # fmt: skip
    queries = ("", "?b=2&a=1", "?utm_source=x&id=1", "?amp", "?amp=1&amp;x=2", "?id=1&&ref=y#f", "?outputType=amp&z", "?a=&#61;b", "?%26")  # fmt: skip
    for host, scheme in product(hosts, ("http", "https", "ftp")):
        urls = [f"{scheme}://{host}{path}{query}" for path, query in product(paths, queries)]
        yield f"address {scheme} {host}", [(canonical(url), unescaped(url)) for url in urls]
    copies = ("https://web.archive.org/web/2020/http://a.kr/1", "https://www.google.com/amp/s/a.kr/1", "https://a-kr.cdn.ampproject.org/c/s/a.kr/1", "https://a-kr.cdn.ampproject.org/v/a.kr/1", "https://google.com.a.kr/amp/s/b.kr", "https://web.archive.org/web/2020id_/https://a.kr", " http://a.kr/\u200b1 ", "http://a.kr/?a=1&amp;amp;b=2", "mailto:a@b", "http://[a")  # fmt: skip
    yield "copies", [(canonical(url), unescaped(url), desktop(url)) for url in copies]
    yield "desktops", [desktop(host) for host in hosts]


def of_readings() -> Iterator[Row]:
    """Yield rows of whole readings whose declarations and selectors grow stale."""
    text = prose(4, 60)
    for share, selector in product((1, 2, 3, 4, 6, 8), ("#a", "#b", "script", "#none", "div")):
        page = body(f"<h1>물길을 다시 연다</h1><p>표가람 기자 | 2026.03.21 10:00</p><div id=a>{prose(share, 30)}</div><div id=b><p class=deck>다리</p>{text}</div>", "<title>물길을 다시 연다 - 가람신문</title>")  # fmt: skip
        rules = Rules(body=selector, subtitle=".deck", drop=(".deck",), byline="p", published="p")
        record, reading = explain(Page(url=URL, fetched_at=FETCHED, body=page.encode()), rules)
        yield f"stale {share} {selector}", [record, reading and reading.around, reading and reading.check]  # fmt: skip
    for length in range(118, 123):
        page = body(f"<div id=a>{words(length)}</div><div id=b>{prose(2, 60)}</div>")
        for rules in (Rules(body="#a"), Rules(body="#a", byline="p")):
            record, reading = explain(Page(url=URL, fetched_at=FETCHED, body=page.encode()), rules)
            yield f"as long {length} {rules.byline}", [record, reading and reading.place and reading.place.prose]  # fmt: skip
    for seed in range(60):
        draw = random.Random(seed)  # noqa: S311 - examples
        title = draw.choice(
            ("물길을 다시 연다 - 가람신문", "가람신문", "뉴스 | 정치", "묵은 물길 다시 여는 한들시")
        )
        head = f'<title>{title}</title><meta name="description" content="{said(draw.choice((30, 60, 120)))}">'
        head += draw.choice(("", "<meta property='og:type' content='article'>", "<meta property='og:title' content='가람신문'>", "<meta property='article:published_time' content='2026-03-21T10:00:00'>"))  # fmt: skip
        above = draw.choice(("<h1>물길을 다시 연다</h1>", "<h3 class=title>묵은 물길 다시 여는 한들시</h3>", "<b>물길을 다시 여는 시</b>", "")) + draw.choice(("<p>표가람 기자 | 입력 2026.03.21 10:00</p>", "<span>2026-03-21</span>", ""))  # fmt: skip
        page = body(above + mixture(draw) + mixture(draw) * draw.randint(0, 1), head)
        record, reading = explain(Page(url=URL, fetched_at=FETCHED, body=page.encode()))
        yield f"drawn {seed}", [record, reading and (reading.title_source, reading.check, reading.cleaned)]  # fmt: skip
    for share in (298, 299, 300, 301, 599, 600, 601):
        script = json.dumps({"title": "물길을 다시 연다", "content": said(share * 2) + " " + said(40)}, ensure_ascii=False)  # fmt: skip
        page = body(f"<h1>물길을 다시 연다</h1><div><p>{said(share)}</p></div><script>a = {script}</script>")  # fmt: skip
        yield (
            f"scanned {share}",
            [explain(Page(url=URL, fetched_at=FETCHED, body=page.encode()))[0]],
        )


ALL = (
    of_heads, of_scripts, of_rights, of_bytes, of_judgements, of_second_readings, of_english, of_dates,
    of_addresses, of_readings,
)  # fmt: skip
"""What yields the rows, by the kind of their inputs."""
