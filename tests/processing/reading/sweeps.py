"""Inputs on both sides of the rules' limits: texts, marks and pages, each in a row of lengths.

A row is a name and what the reader makes of its inputs. The lengths of a row stand at the limits of
the rules and one behind them, so that a limit that moves by one changes some row.
"""

import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import product

from lxml.html import HtmlElement

from processing.reading import lines, titles
from processing.reading.asides import TextBudget
from processing.reading.authors import Bylines, agency_of, authors_of, origin_of
from processing.reading.body import Around, around, find_body
from processing.reading.bylines import is_byline, named, people, slashed, unnamed_role, writer
from processing.reading.judgement import keep_own, listing_in
from processing.reading.markup import decks_of, is_picture, is_set_below, is_under_picture, prepare
from processing.reading.metadata import read_head
from processing.reading.text import clean, dateline_end, parted, repaired
from processing.reading.times import Stated, settle, visible
from processing.reading.tree import elements_of, parse, squeeze, text_of

Row = tuple[str, list[object]]

SHORT = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 20, 21, 24, 25, 26)
LONG = (40, 41, 50, 51, 60, 61, 80, 81, 100, 101, 120, 121, 140, 141, 150, 151, 160, 161, 200, 201, 250, 251, 300, 301)  # fmt: skip
LENGTHS = (*SHORT, *LONG)


def words(length: int) -> str:
    """Return so many characters of words that end no sentence."""
    text = ("물길 따라 걷는 산책로와 다리 " * (length // 16 + 1))[:length]
    return text if not text.endswith(" ") else f"{text[:-1]}길"


def said(length: int) -> str:
    """Return a sentence of so many characters, from three on."""
    return f"{words(max(length - 2, 1))[: max(length - 2, 1)]}다." if length > 3 else "간다."


def body(markup: str, head: str = "") -> str:
    return f"<html><head>{head}</head><body>{markup}</body></html>"


def prose(count: int, length: int) -> str:
    """Return so many paragraphs, all different."""
    return "".join(f"<p>{number}{said(length - 1)}</p>" for number in range(count))


def tree(markup: str) -> HtmlElement:
    root = parse(markup)
    assert isinstance(root, HtmlElement)
    return root


def place_of(markup: str) -> object:
    """Return what the search for the body and its preparation make of a page."""
    root = tree(body(markup))
    place = find_body(root.find("body"))
    if place is None:
        return None
    said_around = around(root, place.element, place.outside, place.released)
    prepared = prepare(place)
    sets = [
        sorted(text_of(node)[:9] for node in nodes)
        for nodes in (place.outside, place.released, place.aside)
    ]
    return (
        (place.element.tag, place.element.get("id"), place.prose, place.whole, place.overruled),
        (round(place.strewn, 3), sets, [len(text) for text in said_around]),
        [(node.tag, node.text) for node in prepared.article],
        (prepared.captions, prepared.decks, prepared.images, sorted(prepared.beside)),
        prepared.ledger.lines,
    )


MARKED = (
    '<div class="related_news">{}</div>', '<div class="comment_list">{}</div>',
    '<div style="display:none">{}</div>', "<aside>{}</aside>", "<form>{}</form>",
    '<div class="ad_box">{}</div>', '<p class="share">{}</p>', '<div class="summary">{}</div>',
    '<div class="photo_desc">{}</div>', "<figure><img src=1>{}</figure>", "<h3>{}</h3>",
    '<div><img src=1 alt="물길 따라 걷는 길">{}</div>', '<img src=1><p align="center">{}</p>',
    "<img src=1><p>{}</p>", "<strong>{}</strong> 가람시가 말한다.", "<div>{}</div>",
    '<div class="article_body">{}</div>', '<div itemprop="articleBody">{}</div>',
)  # fmt: skip
BESIDE = (10, 11, 20, 21, 40, 41, 50, 51, 60, 61, 80, 81, 100, 101, 120, 121, 140, 141, 150, 151, 200, 201, 240, 241, 300, 301, 390, 397, 400, 401, 500, 501)  # fmt: skip


def of_pages() -> Iterator[Row]:
    """Yield a row per marked block: its length grows beside a text of 400 characters."""
    text = prose(4, 100)
    half, rest = prose(2, 100), "".join(f"<p>{n}{said(99)}</p>" for n in "가나")
    pages_ = {
        "inside": f"<div id=b>{half}{{}}{rest}</div>",
        "first": f"<div id=b>{{}}{half}{rest}</div>",
        "after": f"<div id=b>{text}</div>{{}}",
    }
    for mark, (where, page) in product(MARKED, pages_.items()):
        for content in (said, words) if where != "after" else (said,):
            blocks = [mark.replace("{}", content(length)) for length in BESIDE]
            yield (
                f"{mark} {content.__name__} {where}",
                [place_of(page.replace("{}", block)) for block in blocks],
            )
    for mark in ("<ul>{}</ul>", '<div class="list">{}</div>', "<h2>{}</h2>", "<p>{}</p>"):
        links = [mark.format(f'<a href="/1">{words(length)}</a>') for length in BESIDE]
        yield f"{mark} linked", [place_of(f"<div id=b>{half}{link}{rest}</div>") for link in links]
        yield f"{mark} linked beside", [place_of(f"<div id=b>{text}</div>{link}") for link in links]


def of_places() -> Iterator[Row]:
    """Yield rows of pages whose parts share a text in several ways."""
    blocks = (
        ("wrapped", "<div class=c><div class=p>{a}</div><div class=p>{b}</div></div><div>{c}</div>"),
        ("cousins", "<div id=o><div class=w><p class=t>{a}</p></div><p class=t>{b}</p></div><p>{c}</p>"),
        ("named", '<div id=o><div itemprop="articleBody">{a}</div><div>{b}</div></div><div>{c}</div>'),
        ("called", '<div id=o><div class="article_txt">{a}</div><div>{b}</div></div><ul>{c}</ul>'),
        ("called twice", '<div><div class="news_body">{a}</div><div class="news_body">{b}</div></div>{c}'),
        ("columns", "<div id=o><div class=x><p>{a}</p></div><div class=y><p>{b}</p></div><p>{c}</p></div>"),
        ("verse", "<div id=o><p>{a}</p><p>물길 따라</p><p>걷는 길</p></div><div>{b}{c}</div>"),
        ("visitors", "<div id=o>{a}</div><div><b>댓글</b><div>{b}</div></div>{c}"),
        ("masked", "<div id=o>{a}</div><div><div>abc1***</div><div>{b}</div></div>{c}"),
        ("hidden", '<div id=o>{a}</div><div style="display:none">{b}</div><div hidden>{c}</div>'),
        ("all hidden", '<div class="blind">{a}</div><nav>{b}</nav><div class="reply">{c}</div>'),
        ("two asides", '<div><div class="relation">{a}</div><p>{b}</p></div><div class="more">{c}</div>'),
        ("twins aside", '<div>{c}<p>{b}</p><div class="banner">{a}</div><div class="banner">{b}</div></div>'),
        ("cells", '<table><tr><td class="ad">{a}</td><td>{b}</td></tr></table><p>{c}</p>'),
    )  # fmt: skip
    for name, markup in blocks:
        for first in (60, 130, 300):
            pages = [
                place_of(markup.format(a=said(first), b=said(first * share // 100), c=said(rest)))
                for share, rest in product((9, 11, 29, 31, 59, 61, 79, 81, 92, 94, 99, 100, 101, 126, 201, 401), (9, 60))
            ]  # fmt: skip
            yield f"{name} {first}", pages
    for count in range(1, 6):
        items = "".join(f"<p>◇ {words(6)}{n} ▲ {words(8)}</p>" for n in range(count))
        page = f'<div class="article_body">{items}<p>{words(10)}</p><p>{words(12)}</p></div>'
        yield f"items {count}", [place_of(page)]
    video = [f"<div><iframe src=1></iframe><p class=desc>{words(n)}</p></div>" for n in LENGTHS]
    yield "video", [place_of(page) for page in video]


def of_surroundings() -> Iterator[Row]:
    for length in (500, 699, 700, 701, 5999, 6000, 6001):
        text = "가나다라마바사아자차" * (length // 10 + 1)
        root = parse(
            body(f"<p>{text[:length]}</p><div id=b>{said(40)}</div><p>{text[:length]}</p>")
        )
        yield f"around {length}", [around(root, root.get_element_by_id("b")), around(root, None)]


def of_pictures() -> Iterator[Row]:
    for make in (
        "<div><img src=1>{}</div>", '<div align="center"><img src=1>{}</div>',
        '<div><img src=1 alt="{}">{}</div>', "<div><img src=1><em>{}</em></div>",
        '<div><img src=1><span style="font-size:11px">{}</span></div>', "<table><tr><td><img src=1>{}</table>",
    ):  # fmt: skip
        for kind in (words, said, lambda n: f"{said(n)} 사진=가람"):
            nodes = [tree(body(make.replace("{}", kind(n))))[1][0] for n in LENGTHS]
            yield f"picture {make} {kind(30)}", [is_picture(node) for node in nodes]
    for kind in (
        words,
        said,
        lambda n: f"{words(n)} 모습",
        lambda n: f"가람에서 {words(n)} 걷고 있다.",
        lambda n: f"▲ {words(n)}",
    ):
        yield f"under {kind(20)}", [is_under_picture(kind(n)) for n in LENGTHS]
    for style in ('align="center"', "", 'style="font-size:11px"'):
        roots = [
            tree(body(f'<div><p align="center"><img src=1></p><p {style}><em>{words(n)}</em>{end}</p><p align="{a}">{said(200)}</p></div>'))
            for n, end, a in product(LENGTHS, ("", " 물길."), ("left", "center"))
        ]  # fmt: skip
        yield (
            f"below {style}",
            [is_set_below(root[1][0][1], next(root.iter("img")), root[1][0]) for root in roots],
        )
    for count, length in product(range(1, 11), (30, 31, 37, 38, 299, 300, 301)):
        deck = "<br>".join([words(length)] * count)
        root = tree(body(f'<div class="news_subtitle">{deck}</div><div id=b>{said(60)}</div>'))
        yield f"decks {count} {length}", [decks_of(elements_of(root), None, "")]


def of_lines() -> Iterator[Row]:
    rules: tuple[Callable[[str], object], ...] = (
        lines.sort_of, lines.is_sentence, lines.is_prose, lines.is_statement, lines.is_told, lines.sentences,
        lines.is_marked, lines.is_listed, lines.is_link, lines.is_arrow, lines.without_credit, lines.captionless,
        lines.is_foreign_sentence, is_byline, people, named, writer, slashed, unnamed_role, parted, repaired,
        lambda line: dateline_end(line, frozenset({"가람신문"}), first=True),
        lambda line: dateline_end(line, frozenset({"가람신문"}), first=False),
    )  # fmt: skip
    heads = ("", "▲ ", "↑", "→ ", "◇ ", "[가람신문 표가람 기자] ", "(한들=연합뉴스) 표가람 기자 = ", "【가람=뉴시스】", "▶ 관련기사 ", "사진=", "입력 2026.03.21 10:00 ", "#물길 ", "ⓒ ", "그림 설명 ", "<가람신문>", "(표가람 연구소)")  # fmt: skip
    tails = ("", " 표가람 기자", " 표가람 기자 gr@handeul.test", " /사진=연합뉴스", " (사진=가람시 제공)", " 무단전재 및 재배포 금지", " [가람=뉴스1]", " 모습이다.", " ⓒ 가람신문", " 표가람·이나루 기자", "”", " 구독하기")  # fmt: skip
    middles = ("", words(3), words(12), said(12), said(60), said(45) + " " + said(30), f"{said(20)} {said(20)} {said(20)}")  # fmt: skip
    for head, tail in product(heads, tails):
        texts = [f"{head}{middle}{tail}" for middle in middles]
        yield f"line {head}…{tail}", [rule(text) for rule, text in product(rules, texts)]
    for head, tail in product(
        heads, ("", " 표가람 기자", " /사진=연합뉴스", " 무단전재 및 재배포 금지")
    ):
        for kind in (words, said):
            texts = [f"{head}{kind(length)}{tail}" for length in LONG]
            yield f"long {head}{kind(9)}{tail}", [rule(t) for rule, t in product(rules[:6], texts)]


def of_titles() -> Iterator[Row]:
    sites = {"가람신문", "handeul", "kbs"}
    marks = (" - ", " | ", "ㅣ", " :: ", " < ", "-", ": ", " ")
    ends = ("가람신문", "정치", "사회일반", "가람신문 정치", "뉴스", "물길", "표가람 기자", "한들 경제TV", "한들신문 특별 취재 기록", "handeul.test", "세계 뉴스 물길")  # fmt: skip
    core = "묵은 물길 다시 여는 한들시"
    shown = ([], [core], [core, "물길"], ["한들시"], [f"{core} - 정치"])
    for mark, end in product(marks, ends):
        forms = [
            f"{core}{mark}{end}",
            f"{end}{mark}{core}",
            f"{core}{mark}{end}{mark}가람신문",
            f"{end}{mark}물길",
        ]
        forms += [
            f"{core[:6]}{end}{mark}{core}",
            f"{core[:7]}{end}{mark}{core}",
            f"{core}{mark}{end}{mark}{end}",
            f"[{end}]{mark}{core}",
            f"{core}…{mark}{end}",
        ]
        heads = [titles.headline(form, texts, sites) for form, texts in product(forms, shown)]
        facts = [(titles.section_in(form), titles.is_general(form, sites), titles.is_printed(form, [core[:6], core[:7]])) for form in forms]  # fmt: skip
        chosen = [titles.choose([("og", form), ("title", f"{core} {end}")], texts, sites) for form, texts in product(forms, shown[:2])]  # fmt: skip
        yield f"title {mark}{end}", [*heads, *facts, *chosen]
    for length in range(1, 40):
        title = (core * 3)[:length]
        cut = [titles.completed(f"{title}{dots}", [core * 2, f"{core * 2}…"]) for dots in ("...", "…", "..", "")]  # fmt: skip
        quoted = [titles.completed(title, [f"{title} '{core}'", core])]
        named_ = [titles.headline(f"{title}{mark}{core}", [title], {core}) for mark in (" - ", " ")]
        share = titles.shared(title, "묵은물길한들")
        general = [titles.is_general(f"{title}|{'홈페이지 안내'[:length]}", ())]
        site = [titles.headline(f"{core} - {title}", [], {name}) for name in ("묵은물", "묵은", "묵은 물길"[:length])]  # fmt: skip
        yield f"stem {length}", [*cut, *quoted, *named_, share, *general, *site]


def of_headings() -> Iterator[Row]:
    text = prose(3, 60)
    for tag, attributes in product(("h1", "h2", "h4", "h5", "div", "b", "p"), ("", "class=title", 'class="sub_title"', 'class="tit" style="font-size:20px"')):  # fmt: skip
        results: list[object] = []
        for length, inner in product((3, 4, 5, 6, 10, 60, 160, 161, 300, 301), ("{}", "<a href=1>{}</a>")):  # fmt: skip
            markup = f"<div><{tag} {attributes}>{inner.format(words(length))}</{tag}><div id=b>{text}</div></div>"
            root = tree(body(markup))
            shown = titles.headings(root, elements_of(root))
            near = titles.nearest(root, root.get_element_by_id("b"), shown, {"가람"})
            printed = titles.printed(shown, [f"{words(length)} - 가람신문", None])
            results += [len(shown), near is not None and near.tag, printed is not None]
        yield f"heading {tag} {attributes}", results
    for label, value in product(
        ("제목", "제 목", "글 제목 :", "subject", "물길"), (4, 5, 160, 161)
    ):
        root = tree(body(f"<table><tr><th>{label}</th><td>{words(value)}</td></tr></table>{text}"))
        place = root.find("body")
        near = titles.nearest(root, place, titles.headings(root, elements_of(root)), set())
        yield f"label {label} {value}", [near is not None and near.tag]


def of_lists() -> Iterator[Row]:
    for count, lead, link in product(
        (2, 3), (17, 18, 19, 20, 21, 60, 300), (4, 5, 6, 7, 8, 9, 119, 120, 121)
    ):
        item = "".join(
            f'<li class=a><a href="/{n}">{n}{words(link - 1)}</a><span>{said(lead)}</span></li>'
            for n in range(count)
        )
        results = []
        for more in (0, 10, 40, 100):
            root = tree(body(f"<ul>{item}</ul><p>{said(more)}</p>"))
            results.append(listing_in(root, text_of(root)))
        yield f"list {count} {lead} {link}", results
    for own, count, dated in product((39, 40, 41), (1, 2), (True, False)):
        unit = "<div class=u>{}<h2 class=h>{}</h2><p>" + said(40) * count + "</p>{}</div>"
        date = "2026.03.21" if dated else ""
        page = unit.format(words(own), "물길을 다시 연다", date) + unit.format("", words(9), date)
        root = tree(body(page, "<title>물길을 다시 연다 - 가람</title>"))
        keep_own(root, read_head(root, "https://www.handeul.test/1"))
        yield f"own {own} {count} {dated}", [squeeze(root.text_content())]


def of_texts() -> Iterator[Row]:
    pieces = ("[가람신문 표가람 기자] 물길이 열린다.", "▲ 물길 옆 다리", "▲ 다리 옆 물길", "2026.03.21 10:00", "ⓒ 가람신문 무단전재 금지", "관련기사", "묵은 물길 다시 열다", "표가람 기자 gr@handeul.test", "- 물길 따라 걷는 길", "가람뉴스 표가람입니다.", "#물길 #다리", "(서울=연합뉴스)", "사진=연합뉴스", "→ 다리 옆 물길")  # fmt: skip
    text = [f"{number}{said(40)}" for number in range(3)]
    for first, second in product(pieces, pieces):
        given = (
            [first, second, *text],
            [*text, first, second],
            [text[0], first, *text[1:], second],
        )
        cleaned = [
            clean(each, title="묵은 물길 다시 열다", decks=("물길 따라 걷는 길",), pictured=pictured, photo=photo)
            for each, (pictured, photo) in product(given, ((0, False), (1, False), (2, True)))
        ]  # fmt: skip
        yield f"text {first} {second}", list(cleaned)
    for length, position in product((11, 12, 13, 19, 20, 21, 39, 40, 41, 79, 80, 81), range(8)):
        line, others = said(length), [f"{number}{said(44)}" for number in range(8)]
        twice = [*others[:position], line, *others[position:], line]
        headed = [*others[:position], words(length), *others[position:]]
        stamped = [words(6)] * position + [f"2026.03.21 {words(length - 11)}", said(50)]
        titled = [clean(headed, title=words(length)[:n]) for n in (length, length - 1)]
        yield f"twice {length} {position}", [clean(twice), *titled, clean(stamped)]


FETCHED = datetime(2026, 3, 22, 3, 0, tzinfo=UTC)


def of_times() -> Iterator[Row]:
    for label in ("입력 ", "수정 ", "", "최종 수정 : ", "발행일 "):
        results = []
        for far in (0, 1, 4, 5, 15, 16, 17, 60, 61, 79, 80, 99, 100, 101, 119, 120, 121, 149, 150, 151, 199, 200, 201, 299, 300, 301):  # fmt: skip
            stamp = f"{label}2026.03.21 10:00"
            results += [visible(Around(f"{stamp}{'가' * far}", "")), visible(Around("", f"{'가' * far}{stamp}")), visible(Around(f"물길{'가' * far}{stamp}{'나' * 400}", ""), "물길")]  # fmt: skip
        yield f"shown {label}", results
    head = read_head(tree(body("")), "https://www.handeul.test/1")
    for minutes in (-541, -540, -539, -531, -530, -60, -3, -2, -1, 0, 1, 2, 3, 4, 5, 6, 10, 11, 60, 530, 540, 541, 550, 600, 1441):  # fmt: skip
        results = []
        for zone, other, second in product(("", "+09:00", "Z"), (0, 540, -540, 541), (0, 30)):
            moment = (FETCHED + timedelta(minutes=minutes, seconds=second)).strftime(
                "%Y-%m-%dT%H:%M:%S"
            )
            around_ = visible(Around(f"입력 {FETCHED + timedelta(minutes=minutes + other):%Y-%m-%d %H:%M}", ""))  # fmt: skip
            day = f"https://www.handeul.test/{FETCHED + timedelta(minutes=minutes):%Y/%m/%d}/1"
            minute = moment[:16].replace("T", " ")
            for stated in (Stated(declared=[minute]), Stated(declared=[moment + zone]), Stated(script=[moment[:10]], inside=[moment + zone]), Stated(declared=["2026-03-21T09:00:00"], changed=[moment + zone]), Stated(inside=["0001-01-01"], script=["1970-01-01"])):  # fmt: skip
                for shown in (around_, visible(Around("", ""))):
                    results.append(settle(head, shown, stated, fetched_at=FETCHED, url=day))
        yield f"time {minutes}", results


def of_people() -> Iterator[Row]:
    for form in (
        "표가람 기자",
        "표가람",
        "글 표가람 · 사진 이나루",
        "by 표가람",
        "표가람 논설위원 gr@handeul.test",
    ):
        results: list[object] = []
        for far, label in product((0, 10, 59, 60, 61, 299, 300, 301, 399, 400, 401, 2499, 2500, 2501), ("", " 2026.03.21 10:00", " | 2026-03-21")):  # fmt: skip
            near = Around(f"물길 | {form}{label} | {'가' * far}", f"{'가' * far} | {form}{label}")
            root = tree(body("<p>물길</p>"))
            head = read_head(root, "https://www.handeul.test/1")
            agency = agency_of(head, dateline=None, name=None, origin=None, around=Around(f"연합뉴스 {'가' * far}", ""))  # fmt: skip
            results += [authors_of(root, elements_of(root), head, near, Bylines()), agency]
        yield f"near {form}", results
    pieces = ("표가람", "2026.03.21", "gr@handeul.test", "물길", "표가람 기자", "이나루 외 2명", "입력 2026.03.21 10:00 표가람", "나루")  # fmt: skip
    root = tree(body("<p>물길</p>"))
    head, elements = read_head(root, "https://www.handeul.test/1"), elements_of(root)
    for count, end in product((1, 2, 3), ("", "물길", "이나루 기자")):
        before = [" | ".join(parts) for parts in product(pieces, repeat=count)][
            :: 7 if count == 3 else 1
        ]
        near = [Around(text, end) for text in before]
        yield f"beside {count} {end}", [authors_of(root, elements, head, n, Bylines()) for n in near]  # fmt: skip
    for name, text in product(
        ("byline", "reporter_list", "writer", "view"), (18, 19, 20, 21, 160, 161)
    ):
        markup = (
            f'<div class="{name}">표가람 기자 {words(text - 7)}</div><p class="{name}">이나루</p>'
        )
        root = tree(body(markup))
        head = read_head(root, "https://www.handeul.test/1")
        authors = authors_of(root, elements_of(root), head, Around("", ""), Bylines())
        origin = origin_of(root, head, "https://n.news.naver.com/article/1", notices=["ⓒ 가람신문"], authors=(), bylines=())  # fmt: skip
        yield f"named {name} {text}", [authors, origin]


INLINE = (
    "<p>가람시가 {} <a href=/1>물길</a>을 다시 연다고 말했다.</p>", "<p>{}<br>물길이 열린다.<br>다리</p>",
    "<p>가람시는 <span style='display:none'>{}</span> 연다고 했다.</p>", "<p><b>{}</b> 가람시가 말한다.</p>",
    "<p><a href=/1>{}</a></p>", "<p><a href=/1>{}</a> 다리</p>", "<ul><li>{}</li><li><a href=/2>다리</a></li></ul>",
    "<blockquote>{}</blockquote>", "<h4>{}</h4>", "<p>◇ {}</p>", "<p>▲ {}</p>", "<center>{}</center>", "<hr>",
    "<table><tr><td>{}</td><td class=tag>다리</td></tr></table>", "<p>댓글</p>", "<p>abc***</p>", "<b>{}</b>",
    "<button>{}</button>", "<iframe src=1></iframe>", "<img src=2 alt='물길 옆 오래된 다리'>", "<script>{}</script>",
    "<p>ⓒ 가람신문 무단전재 금지</p>", "<p>[사진=가람시]</p>", "<div hidden>{}</div>", "<em class=sub-tit>{}</em>",
)  # fmt: skip
WRAPPERS = ("{}", "{}", "<div>{}</div>", "<div class=w>{}</div>", "<section>{}</section>", "<div class=related>{}</div>", "<div class=news_body>{}</div>", "<article>{}</article>", "<td>{}</td>")  # fmt: skip


def mixture(draw: random.Random) -> str:
    """Return a page of some blocks in some order, in wrappers."""
    parts = []
    for _ in range(draw.randint(3, 9)):
        block = draw.choice((*MARKED, *INLINE, "<p>{}</p>", "<p>{}</p>", "<div>{}</div>"))
        content = draw.choice((said, said, words))(draw.choice((*BESIDE, *SHORT)))
        part = draw.choice(WRAPPERS).replace("{}", block.replace("{}", content))
        if draw.random() < 0.3 and parts:
            parts[-1] = draw.choice(WRAPPERS).replace("{}", parts[-1] + part)
        else:
            parts.append(part)
    return "".join(parts)


def of_mixtures() -> Iterator[Row]:
    """Yield rows of pages whose blocks are drawn: what one rule does in the face of others."""
    for seed in range(120):
        draw = random.Random(seed)  # noqa: S311 - examples
        yield f"mixture {seed}", [place_of(mixture(draw)) for _ in range(10)]


def of_drawn_texts() -> Iterator[Row]:
    """Yield rows of texts whose lines are drawn."""
    pieces = ("[가람신문 표가람 기자]", "(한들=연합뉴스) 표가람 기자 =", "▲ 물길 옆 다리", "▲ 다리 옆 물길", "2026.03.21 10:00 표가람 기자", "ⓒ 가람신문 무단전재 금지", "무단 전재 및 재배포를 금지합니다.", "관련기사", "▶ 다리 옆 물길", "묵은 물길", "묵은 물길 다시 열다", "표가람 기자 gr@handeul.test", "- 물길 따라 걷는 길", "= 물길 따라 걷는 길 =", "가람뉴스 표가람입니다.", "YTN 표가람", "#물길 #다리", "사진=연합뉴스", "입력 2026.03.21", "글·사진 표가람 기자", "표가람 한들대 교수", "표가람 / 사진제공 가람시", "구독하기", "이 기사는 유료 회원 전용입니다", "◇ 승진 ▲ 표가람 (서울=연합뉴스)", "[사진=가람시 제공]", "&lt;물길&gt; &quot;다리", "| 물길 |", "가람신문", "연합뉴스")  # fmt: skip
    for seed in range(150):
        draw = random.Random(seed)  # noqa: S311 - examples
        results: list[object] = []
        for _ in range(4):
            lines_ = [f"{draw.choice('가나다')}{said(draw.choice((19, 20, 21, 39, 40, 41, 60)))}" for _ in range(draw.randint(0, 4))]  # fmt: skip
            for _ in range(draw.randint(1, 6)):
                piece = draw.choice(pieces)
                joined = draw.random() < 0.4 and lines_
                index = draw.randint(0, len(lines_))
                if joined:
                    index = min(index, len(lines_) - 1)
                    pair = (lines_[index], piece)
                    lines_[index] = " ".join(pair if draw.random() < 0.5 else pair[::-1])
                else:
                    lines_.insert(index, piece)
            beside = frozenset(draw.sample(lines_, min(1, len(lines_))))
            results += [clean(lines_, title=draw.choice(("", "묵은 물길", "묵은 물길 다시 열다")), decks=("물길 따라 걷는 길",), pictured=draw.randint(0, 2), beside=beside, photo=draw.random() < 0.2, sites=frozenset({"가람신문"})), lines_]  # fmt: skip
        yield f"drawn {seed}", results


def of_budgets() -> Iterator[Row]:
    for limit, length in product(range(4), (1, 2, 3)):
        budget, element = TextBudget(limit), tree(body(words(length)))[1]
        yield f"budget {limit} {length}", [budget.text_of(element) for _ in range(4)]


ALL = (
    of_pages, of_places, of_surroundings, of_pictures, of_lines, of_titles, of_headings, of_lists, of_texts,
    of_times, of_people, of_mixtures, of_drawn_texts, of_budgets,
)  # fmt: skip
"""What yields the rows, by the kind of their inputs."""
