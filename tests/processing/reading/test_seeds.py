"""Four articles as poor readers left them, rebuilt as pages in their outlets' layouts and read.

The texts are third-party and not in the project: the folder is named by `SILLOK_SEEDS`. What is asserted is told by
line numbers and lengths. `test_layouts` and `test_text` hold invented look-alikes of the same faults.
"""

from datetime import UTC, datetime
from html import escape
from os import environ
from pathlib import Path

import pytest

from processing.reading.extract import extract
from processing.records import Article, Kind, Page

FETCHED = datetime(2026, 3, 22, 3, 0, tzinfo=UTC)
GLUED = {
    "MS는 루닛": 38,
    "MS와 협력": 28,
}  # how a glued line begins, and how many of its characters are the subhead

pytestmark = pytest.mark.skipif(
    not environ.get("SILLOK_SEEDS"), reason="SILLOK_SEEDS names no folder of seed texts"
)


def seed(number: int) -> list[str]:
    path = next(Path(environ["SILLOK_SEEDS"]).glob(f"{number:03}_*.txt"))
    return [line.strip() for line in path.read_text("utf-8").splitlines() if line.strip()]


def read(markup: str, url: str) -> Article:
    article = extract(Page(url=url, fetched_at=FETCHED, body=markup.encode()))
    assert isinstance(article, Article), article
    return article


def test_a_premium_article_of_an_economy_paper():
    lines = seed(0)
    notices, body = lines[:2], lines[2:]
    caption = next(line for line in body if line.startswith("|") and len(line) > 5).strip("| ")
    parts, wanted = [], []
    for line in body:
        glued = next((length for head, length in GLUED.items() if line.startswith(head)), 0)
        if line.strip("| ") == caption:
            parts.append(
                f'<table class="gd_photo" align="center"><tr><td><img src="/a.jpg"></td></tr><tr><td>{escape(caption)}</td></tr></table>'
            )
        elif line.strip("| "):
            parts.append(
                (f"<b>{escape(line[:glued])}</b> " if glued else "")
                + escape(line[glued:].strip())
                + "<br><br>"
            )
            wanted.extend([line[:glued].strip(), line[glued:].strip()] if glued else [line])
    dateline, _, first = wanted[0].partition("] ")
    wanted[0] = first
    article = read(
        f"""<html><head><meta charset="utf-8"><title>협업에도 내린 주가, 까닭은 - 팜이데일리</title><meta property="og:title" content="협업에도 내린 주가, 까닭은"></head>
        <body><div class="newsview"><h2>협업에도 내린 주가, 까닭은</h2><p class="dates">등록 2026-03-04 오전 8:30:04</p>
        <div class="newsbody noprint">{"<br>".join(map(escape, notices))}<br><br>{"".join(parts)}</div></div></body></html>""",
        "https://pharm.edaily.co.kr/News/Read?newsId=01234567890123456&mediaCodeNo=257",
    )
    assert article.text == "\n\n".join(wanted)
    assert article.title == "협업에도 내린 주가, 까닭은"
    assert article.published.at.isoformat() == "2026-03-04T08:30:04+09:00"
    assert [author.name for author in article.authors] == [dateline.split()[1]]
    assert article.captions == (caption,)
    assert set(article.notices) == set(notices)
    assert article.rights.premium in notices
    assert article.kind is Kind.ARTICLE


def test_an_article_on_a_portal():
    lines = seed(1)
    end = next(index for index, line in enumerate(lines) if line.startswith("- Copyright"))
    residue, body, notices = lines[0], lines[1:end], lines[end:]
    article = read(
        f"""<html><head><meta charset="utf-8"><meta property="og:title" content="수출의 탑에 오르지 못한 까닭"><meta property="og:article:author" content="디지털데일리 | 네이버"></head>
        <body><h2 id="title_area"><span>수출의 탑에 오르지 못한 까닭</span></h2><span class="_ARTICLE_DATE_TIME" data-date-time="2024-12-10 07:00:11">2024.12.10. 오전 7:00</span>
        <a class="media_end_head_origin_link" href="https://www.ddaily.co.kr/page/view/2024121007000000000">기사원문</a><em class="media_end_head_journalist_name">표가람 기자</em>
        <div id="newsct_article"><article id="dic_area"><table><tr><td><img src="/a.jpg"></td></tr><tr><td>{escape(residue.strip("| "))}</td></tr></table>
        {"<br><br>".join(map(escape, body))}<br><br>{escape(notices[0])}</article></div>{"".join(f"<p>{escape(line)}</p>" for line in notices[1:])}</body></html>""",
        "https://n.news.naver.com/article/138/0002187000",
    )
    assert article.text == "\n\n".join(body)
    assert (article.title, [author.name for author in article.authors]) == (
        "수출의 탑에 오르지 못한 까닭",
        ["표가람"],
    )
    assert article.published.at.isoformat() == "2024-12-10T07:00:11+09:00"
    assert (article.origin.outlet, article.origin.url) == (
        "디지털데일리",
        "https://www.ddaily.co.kr/page/view/2024121007000000000",
    )
    assert article.kind is Kind.ARTICLE


def test_an_article_reposted_on_a_board():
    lines = seed(2)
    start = lines.index("뉴스 기사")
    end = lines.index("댓글목록")
    board, content, below = lines[:start], lines[start + 1 : end], lines[end:]
    whole = next(line for line in content if "amp;" in line)
    head = content.index(whole)
    byline = next(index for index, line in enumerate(content) if "@" in line)
    wanted = [line for line in content[head + 1 : byline] if not line.endswith((".png", ".jpg"))]
    article = read(
        f"""<!doctype html><html lang="ko"><head><meta charset="utf-8"><title>{escape(board[0])}</title></head><body><h1>{escape(board[0])}</h1>
        <article id="bo_v"><header><h2 id="bo_v_title"><span class="bo_v_tit">{escape(board[0].partition(" > ")[0])}</span></h2></header>
        <section id="bo_v_info"><h2>페이지 정보</h2>작성자 <strong>수집기</strong> 댓글 0건 조회 126회 <strong class="if_date">작성일 24-07-29 07:01</strong></section>
        <section id="bo_v_atc"><h2>본문</h2><div id="bo_v_con">뉴스 기사<br>{"<br><br>".join(map(escape, content))}</div></section></article>
        <section id="bo_vc"><h2>{"</h2><p>".join(map(escape, below[:2]))}</p></section><div id="ft">{"<br>".join(map(escape, below[2:]))}</div></body></html>""",
        "http://board.handeul.test/bbs/board.php?bo_table=it&wr_id=7",
    )
    assert article.text == "\n\n".join(wanted)
    assert article.title == whole.replace("amp;", "&")
    assert article.published.at.isoformat() == "2024-07-29T07:01:00+09:00"
    assert [author.name for author in article.authors] == [content[byline].split()[0]]
    assert (article.origin.outlet, article.origin.url) == ("아시아경제", "https://www.asiae.co.kr/")
    assert article.subtitle == tuple(content[:head])
    assert article.kind is Kind.ARTICLE


def test_a_newsletter_with_pictographs():
    lines = seed(3)
    parts = "".join(
        f"<h3>{escape(line)}</h3>" if len(line) < 25 else f"<p>{escape(line)}</p>" for line in lines
    )
    article = read(
        f"""<html lang="ko"><head><meta charset="utf-8"><title>목표를 낮췄다고? | BYTE</title><meta property="og:site_name" content="BYTE"><meta property="og:type" content="article">
        <meta property="article:published_time" content="2025-12-05T06:00:00+09:00"></head><body><header><nav><a>홈</a></nav></header>
        <main><article><h1>목표를 낮췄다고?</h1><div class="content">{parts}</div></article><footer>© BYTE. 뉴스레터 구독하기</footer></main></body></html>""",
        "https://mydailybyte.com/post/7",
    )
    assert article.text == "\n\n".join(lines)
    assert (article.title, article.kind) == ("목표를 낮췄다고?", Kind.NEWSLETTER)
    assert article.published.at.isoformat() == "2025-12-05T06:00:00+09:00"
